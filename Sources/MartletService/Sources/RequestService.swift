public import MartletCore
public import MartletStore
import WebhookSigning

/// Looking at what sources received, and giving a request another chance.
public struct RequestService: Sendable {
    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    /// Which requests to list, as a caller says it.
    public struct Filter: Sendable {
        /// Whose requests; those of every source where it is left out.
        public var source: SourceID?
        public var verdict: StoredVerdict.Code?
        public var since: Timestamp?
        public var until: Timestamp?

        public init() {}
    }

    /// A request with its body.
    public struct Kept: Sendable {
        public var request: StoredRequest
        /// As people may see it: what in it is a secret is masked. Empty where it was not kept, or no longer is.
        public var body: [UInt8]
        /// Whether there was more of a body than is kept.
        public var isBodyGone: Bool
    }

    /// Of how many sources of one application the requests are listed together: each is asked for by itself.
    static let mostTogether = 100

    /// Lists requests, newest first.
    public func requests(
        _ filter: Filter, page: PageRequest, for principal: Principal
    ) async throws(ServiceError) -> ListPage<StoredRequest> {
        try principal.require(.readSources)
        let before = try page.position(of: RequestID.self)
        let sources: [SourceID?]
        if let source = filter.source {
            sources = [try context.source(source, for: principal).id]
        } else if principal.application == nil {
            sources = [nil]
        } else {
            sources = context.directory.sources(in: principal.environment)
                .filter { principal.mayKnow(of: $0.application) }.map(\.id)
            guard sources.count <= Self.mostTogether else {
                throw .invalid(
                    "source",
                    "Name one: there are more than the \(Self.mostTogether) whose requests are listed together.")
            }
        }
        var found: [StoredRequest] = []
        // Below it, some source may have more than it was asked for.
        var known: RequestID?
        for source in sources {
            var query = RequestQuery(environment: principal.environment, source: source, limit: page.limit)
            query.verdict = filter.verdict
            query.since = filter.since
            query.until = filter.until
            query.before = before
            let part = try await context.stored { [query] () async throws(StoreError) in
                try await context.store.requests(query)
            }
            found += part.items
            if let next = part.next { known = max(known ?? next, next) }
        }
        found = found.filter { request in known.map { request.id >= $0 } ?? true }.sorted { $0.id > $1.id }
        if found.count > page.limit {
            found = Array(found.prefix(page.limit))
            known = found.last?.id
        }
        return ListPage(items: found, next: known?.description)
    }

    /// One request with its body.
    public func request(_ id: RequestID, for principal: Principal) async throws(ServiceError) -> Kept {
        try principal.require(.readSources)
        let stored = try await stored(id, for: principal)
        let body = try await body(of: stored)
        return Kept(request: stored, body: masked(body, of: stored), isBodyGone: body.isEmpty && stored.size > 0)
    }

    private func stored(_ id: RequestID, for principal: Principal) async throws(ServiceError) -> StoredRequest {
        let found = try await context.stored { () async throws(StoreError) in
            try await context.store.request(id, in: principal.environment)
        }
        guard let found, principal.mayKnow(of: found.application) else { throw .notFound("request") }
        return found
    }

    /// A request's body, from wherever that is kept.
    private func body(of stored: StoredRequest) async throws(ServiceError) -> [UInt8] {
        guard stored.body.isEmpty, let event = StoredVerdict(stored.verdict).event else { return stored.body }
        let found = try await context.stored { () async throws(StoreError) in
            try await context.store.event(event, in: stored.environment)
        }
        return found.map { Array($0.body.bytes[$0.body.data]) } ?? []
    }

    private func masked(_ body: [UInt8], of stored: StoredRequest) -> [UInt8] {
        guard
            let inlet = context.directory.inlet(
                of: stored.source, in: stored.environment, at: context.time.now()),
            let preset = try? inlet.preset.get()
        else { return body }
        return preset.masking(body, by: MaskedHeaders.mask)
    }

    // MARK: Another chance

    /// Delivers the event that a request became again: to the endpoints that subscribe to it now, or to the one named.
    public func replay(
        _ id: RequestID, to endpoint: EndpointID?, by principal: Principal
    ) async throws(ServiceError) -> (event: EventID, deliveries: [Delivery]) {
        try principal.require(.changeSources)
        let stored = try await stored(id, for: principal)
        guard let event = StoredVerdict(stored.verdict).event else {
            throw ServiceError(
                .conflict, "request_not_accepted",
                "The request did not become an event: \(stored.verdict.reason) Mend what was wrong and verify it again."
            )
        }
        return (event, try await EventService(context).replay(event.description, to: endpoint, by: principal))
    }

    /// Judges a request again by the source as it is now, as of when it arrived. One that was refused and passes becomes an
    /// event, in its place in the log.
    public func verify(_ id: RequestID, by principal: Principal) async throws(ServiceError) -> StoredRequest {
        try principal.require(.changeSources)
        let stored = try await stored(id, for: principal)
        let now = context.time.now()
        guard let inlet = context.directory.inlet(of: stored.source, in: stored.environment, at: now) else {
            throw .notFound("source")
        }
        switch stored.verdict {
        case .accepted, .duplicate, .answered, .refused: break
        case .limited, .tooLarge, .inactive:
            throw ServiceError(.conflict, "request_not_read", "The request was not read, so there is nothing to judge.")
        }
        let body = try await body(of: stored)
        guard !body.isEmpty || stored.size == 0 else {
            throw ServiceError(
                .conflict, "payload_dropped", "The request's body was not kept, or was dropped for its age.")
        }
        let receiver: WebhookReceiver
        do throws(Inlet.Misconfiguration) {
            receiver = try inlet.receiver(at: now)
        } catch {
            throw ServiceError(.conflict, "source_misconfigured", error.message)
        }
        let whole = try context.vault.open(stored, body: body)
        let inbound = InboundService(context)
        var judged = stored
        switch inbound.judged(whole.received, by: receiver, of: inlet, at: stored.receivedAt) {
        case .refused(let verdict): judged.verdict = verdict
        case .answered(let answer): judged.verdict = .answered(status: answer.status)
        case .accepted(let acceptance):
            switch stored.verdict {
            case .refused, .answered: break
            // It is an event already.
            default: return stored
            }
            let head = InboundHead(
                token: inlet.source.token.description, method: whole.method, url: whole.url.whole,
                headers: whole.headers.whole, address: whole.address?.description, length: body.count)
            let visit = InboundVisit(
                inlet: inlet, head: head, address: whole.address, receivedAt: stored.receivedAt)
            return try await inbound.accept(visit, acceptance, body, preset: receiver.preset, as: id)
        }
        return judged
    }
}
