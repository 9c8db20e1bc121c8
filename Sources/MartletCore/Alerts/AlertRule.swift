/// What an alert looks at, and when that is bad.
public enum AlertRule: Sendable, Hashable {
    /// An endpoint has failed so many attempts in a row.
    case consecutiveFailures(Int)
    /// Less than this share (0 to 1) of the attempts of the window succeeded, where there were at least so many.
    ///
    /// Attempts are summed up by the hour: the window reaches back to the beginning of the hour in which it begins.
    case successRate(below: Double, window: Duration, attempts: Int)
    /// A delivery has been overdue for longer than this.
    case oldestWaiting(Duration)
    /// An endpoint was taken out of service: it answered 410, or failed for too long.
    case endpointDisabled
    /// A source has been said to refuse what comes in, within this time.
    case sourceRefusing(Duration)

    /// A rule's name alone.
    public enum Kind: String, Sendable, CaseIterable {
        case consecutiveFailures = "consecutive_failures"
        case successRate = "success_rate"
        case oldestWaiting = "oldest_waiting"
        case endpointDisabled = "endpoint_disabled"
        case sourceRefusing = "source_refusing"
    }

    public var kind: Kind {
        switch self {
        case .consecutiveFailures: .consecutiveFailures
        case .successRate: .successRate
        case .oldestWaiting: .oldestWaiting
        case .endpointDisabled: .endpointDisabled
        case .sourceRefusing: .sourceRefusing
        }
    }
}
