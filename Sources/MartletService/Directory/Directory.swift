public import MartletCore
public import MartletStore
import Synchronization
import WebhookSigning

/// The configuration in memory: who may ask, which endpoints an event goes to, how each is delivered to. Kept true by
/// being told of every change that the store has taken.
public final class Directory: Sendable {
    fileprivate struct State {
        var worlds: [EnvironmentID: World] = [:]
        var keys: [[UInt8]: APIKey] = [:]
        var environmentOfEndpoint: [EndpointID: EnvironmentID] = [:]
        var targets: [EndpointID: DeliveryTarget] = [:]
        var sourcesByToken: [SourceToken: Source] = [:]
        /// Made when they are first needed; out of date ones stay for what they have counted.
        var inlets: [SourceID: (inlet: Inlet, isCurrent: Bool)] = [:]
    }

    /// Held by whoever reads the configuration in order to change it.
    public let changes = ChangeLock()

    private let state = Mutex(State())
    private let vault: SecretVault

    public init(vault: SecretVault) { self.vault = vault }

    // MARK: Changes

    /// Takes everything that a store holds, in the place of what was there.
    public func load(_ configuration: Configuration) {
        state.withLock { state in
            state = State()
            for environment in configuration.environments { state.apply(.putEnvironment(environment)) }
            for profile in configuration.profiles { state.apply(.putProfile(profile)) }
            for application in configuration.applications { state.apply(.putApplication(application)) }
            for endpoint in configuration.endpoints { state.apply(.putEndpoint(endpoint)) }
            for key in configuration.keys { state.apply(.putKey(key)) }
            for source in configuration.sources { state.apply(.putSource(source)) }
            for type in configuration.eventTypes { state.worlds[type.environment]?.eventTypes.insert(type.name) }
        }
    }

    /// Has other nodes' changes taken before each change of this one's.
    public func follow(_ follower: ConfigurationFollower) { changes.follow { await follower.catchUpInLock() } }

    /// Takes what other nodes have changed by now, where there are any. Returns whether it could.
    public func isUpToDate() async -> Bool { await changes.isUpToDate() }

    /// Takes changes that the store has made durable.
    public func apply(_ changes: [ConfigurationChange]) {
        state.withLock { state in
            for change in changes { state.apply(change) }
        }
    }

    // MARK: Questions

    public var environments: [Environment] {
        state.withLock { $0.worlds.values.map(\.environment).sorted { $0.id < $1.id } }
    }

    public func environment(_ id: EnvironmentID) -> Environment? { state.withLock { $0.worlds[id]?.environment } }

    /// The environment of that name.
    public func environment(named name: String) -> Environment? { environments.first { $0.name == name } }

    /// The key whose text has this SHA-256, expired or not.
    public func key(hash: [UInt8]) -> APIKey? { state.withLock { $0.keys[hash] } }

    public func key(_ id: KeyID, in environment: EnvironmentID) -> APIKey? {
        state.withLock { state in state.keys.values.first { $0.id == id && $0.environment == environment } }
    }

    public func application(_ id: ApplicationID, in environment: EnvironmentID) -> Application? {
        state.withLock { $0.worlds[environment]?.applications[id] }
    }

    /// The application that a caller names by its id or its uid.
    public func application(named name: String, in environment: EnvironmentID) -> Application? {
        state.withLock { state in
            guard let world = state.worlds[environment] else { return nil }
            if let id = ApplicationID(name), let application = world.applications[id] { return application }
            return world.applicationsByUID[name].flatMap { world.applications[$0] }
        }
    }

    public func endpoint(_ id: EndpointID, in environment: EnvironmentID) -> Endpoint? {
        state.withLock { $0.worlds[environment]?.endpoints[id] }
    }

    /// Every endpoint of an environment, or of one of its applications.
    public func endpoints(in environment: EnvironmentID, application: ApplicationID? = nil) -> [Endpoint] {
        state.withLock { state in
            guard let world = state.worlds[environment] else { return [] }
            guard let application else { return Array(world.endpoints.values) }
            return (world.endpointsByApplication[application] ?? []).compactMap { world.endpoints[$0] }
        }
    }

    /// Every endpoint there is.
    public var allEndpoints: [Endpoint] { state.withLock { $0.worlds.values.flatMap(\.endpoints.values) } }

    /// The profile of that name: a built-in one, or one of the environment's own.
    public func profile(named name: String, in environment: EnvironmentID) -> Profile? {
        state.withLock { $0.worlds[environment]?.profile(named: name) }
    }

    /// The environment's own profiles, by name.
    public func customProfiles(in environment: EnvironmentID) -> [CustomProfile] {
        state.withLock { $0.worlds[environment]?.profiles.values.sorted { $0.profile.name < $1.profile.name } ?? [] }
    }

    public func source(_ id: SourceID, in environment: EnvironmentID) -> Source? {
        state.withLock { $0.worlds[environment]?.sources[id] }
    }

    /// Every source of an environment.
    public func sources(in environment: EnvironmentID) -> [Source] {
        state.withLock { Array($0.worlds[environment]?.sources.values ?? [:].values) }
    }

    /// The source whose URL ends in a token.
    public func source(token: SourceToken) -> Source? { state.withLock { $0.sourcesByToken[token] } }

    /// The source whose URL ends in a token, as requests meet it.
    func inlet(_ token: SourceToken, at now: Timestamp) -> Inlet? {
        state.withLock { state in
            guard let source = state.sourcesByToken[token] else { return nil }
            return state.inlet(of: source, vault, now)
        }
    }

    /// A source as requests meet it.
    func inlet(of id: SourceID, in environment: EnvironmentID, at now: Timestamp) -> Inlet? {
        state.withLock { state in
            guard let source = state.worlds[environment]?.sources[id] else { return nil }
            return state.inlet(of: source, vault, now)
        }
    }

    public func isInCatalogue(_ type: String, in environment: EnvironmentID) -> Bool {
        state.withLock { $0.worlds[environment]?.eventTypes.contains(type) ?? false }
    }

    /// The active endpoints that subscribed to a type, each once, and what decides by a payload who gets an event.
    ///
    /// - Parameters:
    ///   - application: the one whose endpoints are meant, or `nil` for every endpoint of the environment.
    ///   - source: the one that the event came in by; `nil` where it was published.
    func audience(
        for type: String, application: ApplicationID?, source: SourceID? = nil, in environment: EnvironmentID
    ) -> Audience {
        let found = state.withLock { state in
            state.worlds[environment].map { world in
                let key = world.key(type, application, source)
                return (key: key, candidates: world.candidates(for: key))
            }
        }
        guard let found else { return Audience([]) }
        switch found.candidates {
        case .audience(let audience): return audience
        case .subscribers(let subscribers, let version):
            // Outside the lock: thousands of filters take a while to arrange.
            let audience = Audience(subscribers)
            state.withLock { $0.worlds[environment]?.keep(audience, for: found.key, version: version) }
            return audience
        }
    }

    /// The request that an inbound event came in by, as its sender made it.
    ///
    /// - Throws: where this master key does not open what is masked in it.
    public func original(
        of request: StoredRequest
    ) throws(DeliveryTarget.Misconfiguration) -> OriginalRequest {
        do throws(ServiceError) {
            return OriginalRequest(try vault.open(request, body: []))
        } catch {
            throw DeliveryTarget.Misconfiguration(message: error.detail)
        }
    }

    /// How an endpoint is delivered to; `nil` where there is no such endpoint any more.
    public func target(_ id: EndpointID) -> DeliveryTarget? {
        state.withLock { state in
            if let target = state.targets[id] { return target }
            guard let environment = state.environmentOfEndpoint[id], let world = state.worlds[environment],
                let endpoint = world.endpoints[id]
            else { return nil }
            let target = DeliveryTarget(
                endpoint, in: world.environment,
                profile: world.profile(named: endpoint.profile ?? world.environment.profile), vault: vault)
            state.targets[id] = target
            return target
        }
    }
}

extension Directory.State {
    fileprivate mutating func apply(_ change: ConfigurationChange) {
        switch change {
        case .putEnvironment(let environment):
            if let world = worlds[environment.id] {
                world.environment = environment
            } else {
                worlds[environment.id] = World(environment)
            }
            forgetTargets(in: environment.id)
        case .putProfile(let custom):
            worlds[custom.environment]?.profiles[custom.profile.name] = custom
            forgetTargets(in: custom.environment)
        case .deleteProfile(let environment, let name):
            worlds[environment]?.profiles[name] = nil
            forgetTargets(in: environment)
        case .putApplication(let application): worlds[application.environment]?.put(application)
        case .deleteApplication(let environment, let id, _), .eraseApplication(let environment, let id, _):
            for endpoint in worlds[environment]?.endpointsByApplication[id] ?? [] { delete(endpoint, in: environment) }
            worlds[environment]?.deleteApplication(id)
            keys = keys.filter { $0.value.environment != environment || $0.value.application != id }
            for source in worlds[environment]?.sources.values.filter({ $0.application == id }) ?? [] {
                deleteSource(source.id, in: environment)
            }
        case .putEndpoint(let endpoint):
            worlds[endpoint.environment]?.put(endpoint)
            environmentOfEndpoint[endpoint.id] = endpoint.environment
            targets[endpoint.id] = nil
        case .deleteEndpoint(let environment, let id, _): delete(id, in: environment)
        case .createEventType(let type), .putEventType(let type):
            worlds[type.environment]?.eventTypes.insert(type.name)
        case .deleteEventType(let environment, let name): worlds[environment]?.eventTypes.remove(name)
        case .putKey(let key): keys[key.hash] = key
        case .deleteKey(let environment, let id):
            keys = keys.filter { $0.value.environment != environment || $0.value.id != id }
        case .putSource(let source): put(source)
        case .deleteSource(let environment, let id): deleteSource(id, in: environment)
        }
    }

    private mutating func put(_ source: Source) {
        if let before = worlds[source.environment]?.sources[source.id] { sourcesByToken[before.token] = nil }
        worlds[source.environment]?.sources[source.id] = source
        sourcesByToken[source.token] = source
        inlets[source.id]?.isCurrent = false
    }

    private mutating func deleteSource(_ id: SourceID, in environment: EnvironmentID) {
        guard let source = worlds[environment]?.sources.removeValue(forKey: id) else { return }
        sourcesByToken[source.token] = nil
        inlets[id] = nil
    }

    fileprivate mutating func inlet(of source: Source, _ vault: SecretVault, _ now: Timestamp) -> Inlet {
        let known = inlets[source.id]
        if let known, known.isCurrent { return known.inlet }
        let inlet = Inlet(source, after: known?.inlet, vault: vault, now: now)
        inlets[source.id] = (inlet, true)
        return inlet
    }

    private mutating func delete(_ endpoint: EndpointID, in environment: EnvironmentID) {
        worlds[environment]?.deleteEndpoint(endpoint)
        environmentOfEndpoint[endpoint] = nil
        targets[endpoint] = nil
    }

    private mutating func forgetTargets(in environment: EnvironmentID) {
        for id in worlds[environment]?.endpoints.keys ?? [:].keys { targets[id] = nil }
    }
}
