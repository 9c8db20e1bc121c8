public import Logging
public import MartletCore
public import MartletStore

/// What every use case works with.
public final class ServiceContext: Sendable {
    public let store: any Store
    public let directory: Directory
    public let committer: GroupCommitter
    public let courier: any Courier
    public let identifiers: IdentifierSource
    public let time: any TimeSource
    public let vault: SecretVault
    public let egress: EgressPolicy
    public let limits: ServiceLimits
    public let metrics: ServiceMetrics
    /// The jobs that run in this process.
    public let jobs: JobRoster
    /// How this process stands among the nodes of its service.
    public let node: NodeStatus
    /// Who listens to endpoints of kind `listen`, here.
    public let listeners: ListenHub
    /// Carries e-mail; `nil` where nobody does.
    public let post: (any Postman)?
    public let log: Logger
    /// The URL that the service is reached by, where it was told.
    public let publicURL: String?
    /// Who is believed about whom a request is from.
    public let proxies: TrustedProxies

    public init(
        store: any Store, directory: Directory, committer: GroupCommitter, courier: any Courier,
        identifiers: IdentifierSource, time: any TimeSource, vault: SecretVault, egress: EgressPolicy,
        limits: ServiceLimits, metrics: ServiceMetrics, log: Logger, node: NodeStatus = NodeStatus(),
        listeners: ListenHub = ListenHub(), post: (any Postman)? = nil, publicURL: String? = nil,
        proxies: TrustedProxies = TrustedProxies()
    ) {
        self.store = store
        self.directory = directory
        self.committer = committer
        self.courier = courier
        self.identifiers = identifiers
        self.time = time
        self.vault = vault
        self.egress = egress
        self.limits = limits
        self.metrics = metrics
        jobs = JobRoster(limits.jobs, metrics: metrics)
        self.node = node
        self.listeners = listeners
        self.post = post
        self.log = log
        self.publicURL = publicURL
        self.proxies = proxies
    }

    /// Makes a change durable, then true in memory.
    func apply(_ changes: [ConfigurationChange]) async throws(ServiceError) {
        try await stored { () async throws(StoreError) in try await store.apply(changes) }
        directory.apply(changes)
    }

    /// Runs a call to the store, its errors put in terms of the service.
    func stored<Value: Sendable>(_ call: () async throws(StoreError) -> Value) async throws(ServiceError) -> Value {
        do throws(StoreError) {
            return try await call()
        } catch {
            if !error.isConflict { log.error("the store failed", metadata: ["error": "\(error)"]) }
            throw .store(error)
        }
    }

    /// How many deliveries wait in each of these environments. What other nodes have accepted only the store knows, which
    /// tells of all environments where any do.
    func waiting(in environments: [EnvironmentID]) async throws(ServiceError) -> [EnvironmentID: Int] {
        if node.isShared { return try await stored { () async throws(StoreError) in try await store.waiting() } }
        var waiting: [EnvironmentID: Int] = [:]
        for environment in environments {
            let endpoints = directory.endpoints(in: environment).map(\.id)
            waiting[environment] = committer.intake.backlogs(of: endpoints).values.reduce(0, +)
        }
        return waiting
    }

    /// The environment a principal works in.
    func environment(of principal: Principal) throws(ServiceError) -> Environment {
        guard let environment = directory.environment(principal.environment) else { throw .notFound("environment") }
        return environment
    }

    /// The application that a caller named, within what it may know of; its own where it speaks for one.
    func application(named name: String?, for principal: Principal) throws(ServiceError) -> Application? {
        guard let name else {
            guard let own = principal.application else { return nil }
            // Deleted while its request was under way: without it, the request would be about every application.
            guard let application = directory.application(own, in: principal.environment) else {
                throw .notFound("application")
            }
            return application
        }
        guard let application = directory.application(named: name, in: principal.environment),
            principal.mayKnow(of: application.id)
        else {
            throw .invalid("application", "There is no application with this id or uid.", code: "unknown_application")
        }
        return application
    }

    /// A source that the principal may know of.
    func source(_ id: SourceID, for principal: Principal) throws(ServiceError) -> Source {
        guard let source = directory.source(id, in: principal.environment), principal.mayKnow(of: source.application)
        else { throw .notFound("source") }
        return source
    }

    /// An endpoint that the principal may know of.
    func endpoint(_ id: EndpointID, for principal: Principal) throws(ServiceError) -> Endpoint {
        guard let endpoint = directory.endpoint(id, in: principal.environment),
            principal.mayKnow(of: endpoint.application)
        else { throw .notFound("webhook") }
        return endpoint
    }
}

/// One page of a list, newest first.
public struct ListPage<Item: Sendable>: Sendable {
    public var items: [Item]
    /// Where the next page starts; `nil` after the last.
    public var next: String?

    public init(items: [Item], next: String?) {
        self.items = items
        self.next = next
    }

    /// A page of up to `limit` from one item more than that, where there is one.
    init(_ found: [Item], limit: Int, cursor: (Item) -> String) {
        items = Array(found.prefix(limit))
        next = found.count > limit ? items.last.map(cursor) : nil
    }
}

/// Which page of a list is wanted.
public struct PageRequest: Sendable, Hashable {
    public var limit: Int
    public var cursor: String?

    public init(limit: Int, cursor: String?) {
        self.limit = limit
        self.cursor = cursor
    }

    func position<Kind: IdentifierKind>(
        of kind: Identifier<Kind>.Type
    ) throws(ServiceError) -> Identifier<Kind>? {
        guard let cursor else { return nil }
        guard let id = Identifier<Kind>(cursor) else { throw Self.unknown }
        return id
    }

    static let unknown = ServiceError.invalid(
        "cursor", "This is not a cursor of this list. Give `next_cursor` of the page before, or leave it out.")
}
