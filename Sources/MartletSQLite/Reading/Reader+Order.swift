import MartletCore
import MartletStore

extension Reader {
    /// A key's head, as the index alone tells of it.
    private struct Head {
        var key: String
        var due: Timestamp
        var id: DeliveryID
        var attempts: Int
    }

    /// The head of the first key after `key`, or of the first key there is: one seek.
    private func head(after key: String?, at endpoint: Int64) throws(StoreError) -> Head? {
        let statement = try connection.cached(key == nil ? Self.firstHead : Self.nextHead)
        defer { statement.reset() }
        statement.bind(1, endpoint)
        statement.bind(2, key ?? "")
        guard try statement.step() else { return nil }
        return Head(
            key: statement.text(0), due: statement.timestamp(1), id: try statement.identifier(2),
            attempts: Int(statement.integer(3)))
    }

    static let firstHead = head(">=")
    static let nextHead = head(">")

    private static func head(_ comparison: String) -> String {
        """
        SELECT turn_key, state_at, id, attempts FROM deliveries INDEXED BY deliveries_in_turn
        WHERE endpoint = ?1 AND turn_key \(comparison) ?2 AND state = 0
        ORDER BY turn_key, turn_at, id LIMIT 1
        """
    }

    func dueInOrder(
        _ endpoint: EndpointID, by now: Timestamp, after key: String?, limit: Int, bytes: Int
    ) throws(StoreError) -> OrderedDeliveries {
        try connection.reading { () throws(StoreError) in
            var found = OrderedDeliveries(deliveries: [], nextDue: nil, resumeAfter: nil)
            guard let endpoint = try number(of: endpoint) else { return found }
            var visited = 0
            var bytes = bytes
            var last = key
            while let head = try head(after: last, at: endpoint) {
                if visited == OrderedDeliveries.mostKeys
                    || visited > 0 && (found.deliveries.count >= max(1, limit) || bytes <= 0)
                {
                    found.resumeAfter = last
                    break
                }
                let room = limit - found.deliveries.count
                if head.due <= now, room > 0 {
                    let members = try members(head.key, at: endpoint, by: now, limit: room, bytes: bytes)
                    bytes -= members.reduce(0) { $0 + $1.event.body.bytes.count }
                    found.deliveries += members
                } else {
                    found.nextDue = min(found.nextDue ?? head.due, head.due)
                }
                visited += 1
                last = head.key
            }
            return found
        }
    }

    /// A key's head and what follows it, up to the first whose turn has not come.
    private func members(
        _ key: String, at endpoint: Int64, by now: Timestamp, limit: Int, bytes: Int
    ) throws(StoreError) -> [DeliveryWithEvent] {
        let statement = try connection.cached(Self.inTurn)
        defer { statement.reset() }
        statement.bind(1, endpoint)
        statement.bind(2, key)
        statement.bind(3, Int64(min(limit, OrderedDeliveries.mostPerKey)))
        var members: [DeliveryWithEvent] = []
        var read = 0
        while read < bytes, try statement.step() {
            // The head goes out when it is due, though somebody may have asked for it before its turn.
            guard members.isEmpty || statement.timestamp(1) <= now else { break }
            let delivery = try deliveryWithEvent(statement)
            members.append(delivery)
            read += delivery.event.body.bytes.count
        }
        return members
    }

    static let inTurn = """
        SELECT d.environment, d.turn_at, \(DeliveryRow.columns), \(EventRow.columns)
        FROM deliveries d INDEXED BY deliveries_in_turn \(DeliveryRow.joins)
        WHERE d.endpoint = ?1 AND d.turn_key = ?2 AND d.state = 0
        ORDER BY d.turn_at, d.id LIMIT ?3
        """

    func head(of key: String, at endpoint: EndpointID) throws(StoreError) -> DeliveryID? {
        let statement = try connection.cached(Self.headOfKey)
        defer { statement.reset() }
        statement.bind(1, endpoint)
        statement.bind(2, key)
        return try statement.step() ? statement.identifier(0) : nil
    }

    static let headOfKey = """
        SELECT id FROM deliveries INDEXED BY deliveries_in_turn
        WHERE endpoint = (SELECT number FROM endpoints WHERE id = ?1) AND turn_key = ?2 AND state = 0
        ORDER BY turn_at, id LIMIT 1
        """

    func blockedKeys(of endpoint: EndpointID, limit: Int) throws(StoreError) -> [BlockedKey] {
        try connection.reading { () throws(StoreError) in
            guard let endpoint = try number(of: endpoint) else { return [] }
            var blocked: [BlockedKey] = []
            var visited = 0
            var last: String?
            while blocked.count < limit, visited < OrderedDeliveries.mostKeys,
                let head = try head(after: last, at: endpoint)
            {
                visited += 1
                last = head.key
                guard head.attempts > 0 else { continue }
                blocked.append(
                    BlockedKey(
                        key: head.key, head: head.id, attempts: head.attempts, due: head.due,
                        waiting: try countWaiting(behind: head.key, at: endpoint)))
            }
            return blocked
        }
    }

    private func countWaiting(behind key: String, at endpoint: Int64) throws(StoreError) -> Int {
        let statement = try connection.cached(Self.waiting)
        defer { statement.reset() }
        statement.bind(1, endpoint)
        statement.bind(2, key)
        // The head counts too.
        statement.bind(3, Int64(BlockedKey.mostWaiting) + 1)
        return try statement.step() ? max(0, Int(statement.integer(0)) - 1) : 0
    }

    static let waiting = """
        SELECT count(*) FROM (
            SELECT 1 FROM deliveries INDEXED BY deliveries_in_turn
            WHERE endpoint = ?1 AND turn_key = ?2 AND state = 0 LIMIT ?3)
        """
}
