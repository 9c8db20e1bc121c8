/// Which failed deliveries are told of by themselves, and which together: the first of an endpoint at once, those that
/// follow within ``window`` as a number, once it is over. So thousands that fail together are two messages an endpoint.
///
/// It reads no clock. What it holds is bounded by the endpoints that have failed deliveries within the window.
public struct FailureReports: Sendable {
    /// How long the failures of one endpoint are gathered after one was told.
    public static let window = Duration.seconds(300)

    private struct Gathering: Sendable {
        var toldAt: Timestamp
        var untold = 0
    }

    private var gatherings: [EndpointID: Gathering] = [:]

    public init() {}

    /// A delivery has failed for good. Returns whether it is to be told of now.
    public mutating func failed(_ endpoint: EndpointID, at now: Timestamp) -> Bool {
        guard gatherings[endpoint] != nil else {
            gatherings[endpoint] = Gathering(toldAt: now)
            return true
        }
        gatherings[endpoint]?.untold += 1
        return false
    }

    /// The endpoints whose window is over by `now` and that had failures in it, and how many. Each begins another window.
    public mutating func takeOverdue(at now: Timestamp) -> [(endpoint: EndpointID, count: Int)] {
        var overdue: [(endpoint: EndpointID, count: Int)] = []
        for (endpoint, gathering) in gatherings where now.since(gathering.toldAt) >= Self.window {
            if gathering.untold > 0 {
                overdue.append((endpoint, gathering.untold))
                gatherings[endpoint] = Gathering(toldAt: now)
            } else {
                gatherings[endpoint] = nil
            }
        }
        return overdue.sorted { $0.endpoint < $1.endpoint }
    }
}
