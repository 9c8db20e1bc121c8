/// How far a ``Job`` has looked: nothing is left to do up to and including where it stands.
public enum JobCursor: Sendable, Hashable {
    /// Among the failed deliveries of its endpoint, oldest first; `nil` before the first.
    case failures(after: DeliveryID?)
    /// Among the events of its window, oldest first; `nil` before the first.
    case events(after: EventID?)

    /// The instant of what it looked at last; `nil` where it has not begun on this way.
    public var instant: Timestamp? {
        switch self {
        case .failures(let delivery): delivery?.instant
        case .events(let event): event?.instant
        }
    }
}
