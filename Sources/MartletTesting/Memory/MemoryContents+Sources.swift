import MartletCore
import MartletStore

extension MemoryContents {
    func sources(in environment: EnvironmentID, before cursor: SourceID?, limit: Int) -> [Source] {
        page(of: sources.values, limit: limit, \.id) { source in
            source.environment == environment && (cursor.map { source.id < $0 } ?? true)
        }.items
    }

    func request(_ id: RequestID, in environment: EnvironmentID) -> StoredRequest? {
        requests[id].flatMap { $0.environment == environment ? $0 : nil }
    }

    func requests(_ query: RequestQuery) -> Found<StoredRequest, RequestID> {
        let range = IdentifierRange(since: query.since, until: query.until, before: query.before)
        var found = page(of: requests.values, limit: query.limit, \.id) { request in
            request.environment == query.environment && range.contains(request.id)
                && (query.source == nil || request.source == query.source)
                && (query.verdict.map { $0 == StoredVerdict(request.verdict).code } ?? true)
        }
        for index in found.items.indices { found.items[index].body = [] }
        return found
    }

    mutating func dropRequests(in environment: EnvironmentID, before instant: Timestamp, limit: Int) -> Int {
        let range = IdentifierRange<RequestKind>(since: nil, until: instant, before: nil)
        let old = requests.values.filter { $0.environment == environment && range.contains($0.id) }
            .sorted { $0.id < $1.id }.prefix(max(0, limit))
        for request in old { requests[request.id] = nil }
        return old.count
    }

    mutating func put(_ request: StoredRequest) throws(StoreError) {
        guard environments[request.environment] != nil else {
            throw .conflict("There is no environment \(request.environment) in the store.")
        }
        guard var stored = requests[request.id] else {
            requests[request.id] = request
            return
        }
        stored.verdict = request.verdict
        stored.sentID = request.sentID
        stored.sentType = request.sentType
        stored.body = request.body
        requests[request.id] = stored
    }
}
