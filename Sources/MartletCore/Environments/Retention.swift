/// How long an environment keeps what has ended. What has not ended is kept, however old.
public struct Retention: Sendable, Hashable {
    /// How long events keep their payloads, from when they were accepted; `nil` for as long as the service keeps them
    /// where nobody says otherwise.
    public var payloads: Duration?
    /// How long events, deliveries and attempts are kept; `nil` as above.
    public var history: Duration?

    public init(payloads: Duration? = nil, history: Duration? = nil) {
        self.payloads = payloads
        self.history = history
    }
}
