import MartletAPI

/// How the files and sockets that the process may open are shared out, so that neither accepting nor dialling ever fails
/// for want of one.
///
/// The sender may hold, at the worst, its idle connections on one event loop and all attempts in flight on another. Where
/// not all fits, clients and receivers are cut back in the same proportion.
struct DescriptorPlan: Sendable, Hashable {
    /// How many the process may open.
    let limit: Int
    /// Clients' connections.
    let clients: Int
    /// Connections to receivers, idle ones included.
    let connections: Int
    /// Attempts in flight.
    let inFlight: Int
    /// How many would be wanted for all that is configured.
    let wanted: Int

    /// The store, the log, the name servers, the event loops, and connections that are being refused.
    static let others = 128 + APIServer.refusals

    init(_ configuration: ServeConfiguration, limit: Int) {
        self.limit = limit
        let asked = (
            clients: configuration.connections.clients, connections: configuration.sender.connections,
            inFlight: configuration.engine.dispatch.inFlight
        )
        let sum = asked.clients + asked.connections + asked.inFlight
        wanted = sum + Self.others
        let free = max(0, limit - Self.others)
        func share(_ part: Int) -> Int { sum <= free ? part : max(1, Int(Double(part) / Double(sum) * Double(free))) }
        clients = share(asked.clients)
        connections = share(asked.connections)
        inFlight = share(asked.inFlight)
    }

    /// Whether less is granted than was asked for.
    var isCut: Bool { wanted > limit }

    var summary: String { "\(clients) clients, \(connections) connections to receivers, \(inFlight) attempts at once" }

    func apply(to configuration: inout ServeConfiguration) {
        configuration.connections.clients = clients
        configuration.sender.connections = connections
        configuration.engine.dispatch.inFlight = inFlight
    }
}
