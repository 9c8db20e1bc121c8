import MartletCore
import MartletStore

extension Reader {
    /// A key's head.
    private struct Head {
        var key: String
        var due: Timestamp
        var id: DeliveryID
        var attempts: Int

        static func read(_ row: Row) throws(StoreError) -> Head {
            Head(key: row.text(0), due: row.timestamp(1), id: try row.identifier(2), attempts: Int(row.integer(3)))
        }
    }

    /// How many keys one statement visits at most.
    private static let keysAtOnce = 64

    /// The heads of the next keys, from one to the next through the index.
    private func heads(
        after key: String?, at endpoint: EndpointID, limit: Int, on connection: Connection
    ) throws(StoreError) -> [Head] {
        try connection.query(Self.heads) { parameters in
            parameters.add(endpoint)
            parameters.add(key)
            parameters.add(membership.owner)
            parameters.add(limit)
        }.map(Head.read)
    }

    static let heads = heads(where: isMine)
    /// Whoever delivers them.
    static let allHeads = heads(where: "$3::integer IS NOT NULL")

    private static func heads(where condition: String) -> String {
        """
        WITH RECURSIVE head AS (
            (SELECT turn_key, state_at, id, attempts, 1 AS place FROM deliveries
            WHERE endpoint = $1::uuid AND state = 0 AND turn_key IS NOT NULL AND \(condition)
                AND turn_key >= coalesce($2::bytea, '') AND ($2::bytea IS NULL OR turn_key > $2::bytea)
            ORDER BY turn_key, turn_at, id LIMIT 1)
            UNION ALL
            SELECT n.turn_key, n.state_at, n.id, n.attempts, h.place + 1 FROM head h CROSS JOIN LATERAL (
                SELECT d.turn_key, d.state_at, d.id, d.attempts FROM deliveries d
                WHERE d.endpoint = $1::uuid AND d.state = 0 AND d.turn_key > h.turn_key AND \(condition)
                ORDER BY d.turn_key, d.turn_at, d.id LIMIT 1
            ) n WHERE h.place < $4::bigint
        )
        SELECT turn_key, state_at, id, attempts FROM head ORDER BY place
        """
    }

    /// Whether a delivery of endpoint $1 is node $3's to deliver.
    static let isMine = "(owner = $3::integer OR owner = 0 AND \(holdsLease))"

    func dueInOrder(
        _ endpoint: EndpointID, by now: Timestamp, after key: String?, limit: Int, bytes: Int
    ) throws(StoreError) -> OrderedDeliveries {
        try snapshot { (connection) throws(StoreError) in
            var found = OrderedDeliveries(deliveries: [], nextDue: nil, resumeAfter: nil)
            var visited = 0
            var bytes = bytes
            var last = key
            while true {
                // One more than is visited tells whether there is a next one.
                let wanted = min(Self.keysAtOnce, OrderedDeliveries.mostKeys - visited)
                let heads = try heads(after: last, at: endpoint, limit: wanted + 1, on: connection)
                let room = max(0, limit - found.deliveries.count)
                let members =
                    room == 0 || bytes <= 0
                    ? [:]
                    : try members(
                        of: heads.prefix(wanted).filter { $0.due <= now }, at: endpoint, by: now, limit: room,
                        bytes: bytes, on: connection)
                for head in heads {
                    if visited == OrderedDeliveries.mostKeys
                        || visited > 0 && (found.deliveries.count >= max(1, limit) || bytes <= 0)
                    {
                        found.resumeAfter = last
                        return found
                    }
                    // Past what was asked for, and there is room for more of it.
                    if head.id == heads.last?.id, heads.count > wanted { break }
                    if head.due <= now, limit - found.deliveries.count > 0 {
                        let members = members[head.id] ?? []
                        bytes -= members.reduce(0) { $0 + $1.event.body.bytes.count }
                        found.deliveries += members
                    } else {
                        found.nextDue = min(found.nextDue ?? head.due, head.due)
                    }
                    visited += 1
                    last = head.key
                }
                if heads.count <= wanted { return found }
            }
        }
    }

    /// The heads and what follows them, up to the first of each key whose turn has not come; by head.
    private func members(
        of heads: [Head], at endpoint: EndpointID, by now: Timestamp, limit: Int, bytes: Int, on connection: Connection
    ) throws(StoreError) -> [DeliveryID: [DeliveryWithEvent]] {
        guard !heads.isEmpty else { return [:] }
        let rows = try connection.query(Self.inTurn) { parameters in
            parameters.add(endpoint)
            parameters.array(.bytes, heads) { $0.add($1.key) }
            parameters.add(membership.owner)
            parameters.add(now)
            parameters.array(heads.map(\.id))
            parameters.add(limit)
            parameters.add(bytes)
        }
        var members: [DeliveryID: [DeliveryWithEvent]] = [:]
        for (head, delivery) in try rows.map({ (row) throws(StoreError) in
            (heads[Int(row.integer(1)) - 1].id, try Self.deliveryWithEvent(row))
        }) { if let delivery { members[head, default: []].append(delivery) } }
        return members
    }

    // The head goes out when it is due, though somebody may have asked for it before its turn.
    static let inTurn = """
        SELECT d.environment, d.n, \(DeliveryRow.columns),
            \(EventRow.columns(upTo: "$7::bigint", orderedBy: "d.n, d.turn_at, d.id"))
        FROM (
            SELECT d.*, k.n FROM unnest($2::bytea[], $5::uuid[]) WITH ORDINALITY AS k (key, head, n)
            CROSS JOIN LATERAL (
                SELECT * FROM deliveries
                WHERE endpoint = $1::uuid AND turn_key = k.key AND state = 0 AND \(isMine)
                    AND (turn_at <= $4::bigint OR id = k.head)
                ORDER BY turn_at, id LIMIT \(OrderedDeliveries.mostPerKey)
            ) d ORDER BY k.n, d.turn_at, d.id LIMIT $6::bigint
        ) d \(DeliveryRow.eventJoins)
        ORDER BY d.n, d.turn_at, d.id
        """

    func head(of key: String, at endpoint: EndpointID) throws(StoreError) -> DeliveryID? {
        try query(Self.headOfKey) { parameters in
            parameters.add(endpoint)
            parameters.add(key)
        }.first.map { (row) throws(StoreError) in try row.identifier(0) }
    }

    static let headOfKey = """
        SELECT id FROM deliveries WHERE endpoint = $1::uuid AND turn_key = $2::bytea AND state = 0
        ORDER BY turn_at, id LIMIT 1
        """

    func blockedKeys(of endpoint: EndpointID, limit: Int) throws(StoreError) -> [BlockedKey] {
        try snapshot { (connection) throws(StoreError) in
            var blocked: [BlockedKey] = []
            var visited = 0
            var last: String?
            while blocked.count < limit, visited < OrderedDeliveries.mostKeys {
                let heads = try connection.query(Self.allHeads) { parameters in
                    parameters.add(endpoint)
                    parameters.add(last)
                    parameters.add(membership.owner)
                    parameters.add(min(Self.keysAtOnce, OrderedDeliveries.mostKeys - visited))
                }.map(Head.read)
                guard let end = heads.last else { break }
                for head in heads where head.attempts > 0 && blocked.count < limit {
                    let waiting = try connection.query(Self.waiting) { parameters in
                        parameters.add(endpoint)
                        parameters.add(head.key)
                        // The head counts too.
                        parameters.add(BlockedKey.mostWaiting + 1)
                    }
                    blocked.append(
                        BlockedKey(
                            key: head.key, head: head.id, attempts: head.attempts, due: head.due,
                            waiting: max(0, Int(waiting.first?.integer(0) ?? 0) - 1)))
                }
                visited += heads.count
                last = end.key
            }
            return blocked
        }
    }

    static let waiting = """
        SELECT count(*) FROM (
            SELECT 1 FROM deliveries WHERE endpoint = $1::uuid AND turn_key = $2::bytea AND state = 0
            LIMIT $3::bigint) w
        """
}
