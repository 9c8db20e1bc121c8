import MartletCore
import MartletStore

/// What one node tells the others, as the payload of a notification: the teller's number, a letter, and what belongs to it.
enum News {
    /// How many endpoints one notification names at most: PostgreSQL takes 8,000 bytes.
    static let mostEndpoints = 200

    /// Each schema has a channel of its own: notifications go to a whole database.
    static let channel = "'martlet_' || to_hex(hashtext(current_schema()))"

    static func payload(_ news: StoreNews, from node: Int32) -> String {
        switch news {
        case .configuration: "\(node) c"
        case .jobs: "\(node) j"
        case .lost: "\(node) l"
        case .due(let endpoints): "\(node) d " + endpoints.map(\.description).joined(separator: " ")
        case .moved(let delivery, let endpoint, let due):
            "\(node) m \(delivery) \(endpoint) \(due.map { String($0.milliseconds) } ?? "-")"
        }
    }

    /// Reads what ``payload(_:from:)`` wrote; what a later version tells, and this one does not know, may be anything.
    static func read(_ payload: String) -> (node: Int32, news: StoreNews) {
        let words = payload.split(separator: " ")
        let node = words.first.flatMap { Int32($0) } ?? 0
        switch words.dropFirst().first {
        case "c": return (node, .configuration)
        case "j": return (node, .jobs)
        case "d": return (node, .due(words.dropFirst(2).compactMap { EndpointID(String($0)) }))
        case "m" where words.count == 5:
            guard let delivery = DeliveryID(String(words[2])), let endpoint = EndpointID(String(words[3])) else {
                break
            }
            return (
                node, .moved(delivery, of: endpoint, due: Int64(words[4]).map { Timestamp(milliseconds: $0) })
            )
        default: break
        }
        return (node, .lost)
    }
}

extension Writer {
    /// Tells the other nodes, once the transaction at hand has committed.
    func notify(_ news: StoreNews, on connection: Connection) throws(StoreError) {
        let payload = News.payload(news, from: membership.owner)
        _ = try connection.query("SELECT pg_notify(\(News.channel), $1::text)") { $0.add(payload) }
    }

    /// Tells the other nodes of what was stored for endpoints that they hold.
    func announce(_ endpoints: Set<EndpointID>) throws(StoreError) {
        let connection = try session.connected()
        let all = Array(endpoints)
        for start in stride(from: 0, to: all.count, by: News.mostEndpoints) {
            let part = Array(all[start..<min(all.count, start + News.mostEndpoints)])
            try notify(.due(part), on: connection)
        }
    }
}
