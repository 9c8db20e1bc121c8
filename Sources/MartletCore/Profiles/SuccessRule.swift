/// Which response statuses acknowledge a delivery.
public enum SuccessRule: Sendable, Hashable {
    /// 200 to 299.
    case any2xx
    /// Just these.
    case statuses(Set<Int>)

    /// Whether a response with `status` acknowledges.
    public func accepts(_ status: Int) -> Bool {
        switch self {
        case .any2xx: (200..<300).contains(status)
        case .statuses(let statuses): statuses.contains(status)
        }
    }
}
