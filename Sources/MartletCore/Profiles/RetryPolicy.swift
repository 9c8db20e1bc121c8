/// When a failed delivery is attempted again.
public struct RetryPolicy: Sendable, Hashable {
    /// The delays, each counted from the end of the attempt before it.
    public enum Schedule: Sendable, Hashable {
        /// One retry a delay; past the last there is none.
        case delays([Duration])
        /// `first`, then each `factor` times the one before, at most `longest`, for as long as the window lasts.
        case exponential(first: Duration, factor: Double, longest: Duration)
    }

    public var schedule: Schedule
    /// No attempt starts later than this after the first one. Always set where the schedule has no end of its own.
    public var window: Duration?
    /// The share by which a delay is spread, up or down: 0.1 makes 5 s anything from 4.5 s to 5.5 s.
    public var jitter: Double

    public init(schedule: Schedule, window: Duration? = nil, jitter: Double = 0) {
        self.schedule = schedule
        self.window = window
        self.jitter = jitter
    }

    public init(delays: [Duration], window: Duration? = nil, jitter: Double = 0) {
        self.init(schedule: .delays(delays), window: window, jitter: jitter)
    }

    /// 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, spread by a tenth.
    public static let standard = RetryPolicy(
        delays: [
            .seconds(5), .seconds(300), .seconds(1800), .seconds(7200), .seconds(18_000), .seconds(36_000),
            .seconds(50_400), .seconds(72_000), .seconds(86_400),
        ], jitter: 0.1)

    /// When the next attempt is due after attempt `number` (1 for the first) failed at `failedAt`, or `nil` where that
    /// was the last.
    ///
    /// - Parameters:
    ///   - firstAttemptAt: when attempt 1 started; the window counts from there.
    ///   - random: a number in 0..<1, for the jitter.
    public func nextAttempt(
        after number: Int, failedAt: Timestamp, firstAttemptAt: Timestamp, random: Double
    ) -> Timestamp? {
        let delay: Duration
        switch schedule {
        case .delays(let delays):
            guard number >= 1, number <= delays.count else { return nil }
            delay = delays[number - 1]
        case .exponential(let first, let factor, let longest):
            delay = grown(first, by: factor, times: number - 1, to: longest)
        }
        let spread = 1 + jitter * (2 * random - 1)
        let due = failedAt + .milliseconds(Int64(Double(delay.wholeMilliseconds) * spread))
        if let window, due > firstAttemptAt + window { return nil }
        return due
    }

    private func grown(_ first: Duration, by factor: Double, times: Int, to longest: Duration) -> Duration {
        var milliseconds = Double(first.wholeMilliseconds)
        let limit = Double(longest.wholeMilliseconds)
        for _ in 0..<max(0, times) where milliseconds < limit { milliseconds *= factor }
        return .milliseconds(Int64(min(milliseconds, limit)))
    }
}
