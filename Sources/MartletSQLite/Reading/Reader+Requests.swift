import MartletCore
import MartletStore

extension Reader {
    func request(_ id: RequestID, in environment: EnvironmentID) throws(StoreError) -> StoredRequest? {
        guard let number = try number(of: environment) else { return nil }
        let statement = try connection.cached(
            """
            SELECT \(RequestRow.columns), body FROM requests INDEXED BY requests_id
            WHERE environment = ?1 AND id = ?2
            """)
        statement.bind(1, number)
        statement.bind(2, id)
        return try rows(of: statement) { (row) throws(StoreError) in
            var request = try RequestRow.read(row, environment: environment)
            request.body = row.bytes(RequestRow.count)
            return request
        }.first
    }

    func requests(_ query: RequestQuery) throws(StoreError) -> Found<StoredRequest, RequestID> {
        guard query.limit > 0, let number = try number(of: query.environment) else {
            return Found(items: [], next: nil)
        }
        let range = IdentifierRange(since: query.since, until: query.until, before: query.before)
        let (index, condition) =
            query.source == nil ? ("requests_id", "") : ("requests_of_source", "AND source = ?4")
        let statement = try connection.cached(
            """
            SELECT \(RequestRow.columns) FROM requests INDEXED BY \(index)
            WHERE environment = ?1 AND id >= ?2 AND id < ?3 \(condition) ORDER BY id DESC
            """)
        defer { statement.reset() }
        statement.bind(1, number)
        statement.bind(2, range.lower)
        statement.bind(3, range.upper)
        if let source = query.source { statement.bind(4, source) }
        var found = Found<StoredRequest, RequestID>(items: [], next: nil)
        var looked = 0
        while try statement.step() {
            // There is more than fits: whether it would pass the filter is for the next page to see.
            if found.items.count == query.limit {
                found.next = found.items.last?.id
                break
            }
            looked += 1
            if query.verdict.map({ $0.rawValue == statement.integer(4) }) ?? true {
                found.items.append(try RequestRow.read(statement, environment: query.environment))
            }
            if looked == RequestQuery.scanLimit {
                found.next = try statement.identifier(0, RequestKind.self)
                break
            }
        }
        return found
    }
}
