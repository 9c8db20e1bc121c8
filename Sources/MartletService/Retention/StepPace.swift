/// How steps that are not urgent make way for what is: each is followed by a pause of several times its own length, so that
/// they take a small share of the store's time however slow it is.
struct StepPace: Sendable {
    /// A pause is so many times as long as the step before it.
    static let restPerWork = 3
    static let least = Duration.milliseconds(5)

    /// Waits; ends early where its task is cancelled.
    let pause: @Sendable (Duration) async -> Void

    /// Runs a step, and pauses.
    func run<Value, Failure: Error>(_ step: () async throws(Failure) -> Value) async throws(Failure) -> Value {
        let clock = ContinuousClock()
        let start = clock.now
        let value = try await step()
        await pause(max(Self.least, (clock.now - start) * Self.restPerWork))
        return value
    }
}
