import MartletCore
import MartletStore

/// One environment's configuration in memory, indexed for matching. A class so that the directory, which alone holds it,
/// looks into it without copying it; it never leaves the directory.
final class World {
    var environment: Environment
    var profiles: [String: CustomProfile] = [:]
    private(set) var applications: [ApplicationID: Application] = [:]
    private(set) var applicationsByUID: [String: ApplicationID] = [:]
    private(set) var endpoints: [EndpointID: Endpoint] = [:]
    private(set) var endpointsByApplication: [ApplicationID: Set<EndpointID>] = [:]
    /// The active endpoints by each pattern they subscribed with.
    private var subscriptions: [String: [Subscriber]] = [:]
    /// The same of those that want the events of one source alone, which ``subscriptions`` leaves out.
    private var subscriptionsToSources: [SourceID: [String: [Subscriber]]] = [:]
    /// How many of them have a filter.
    private var filterCount = 0
    private var audiences = AudienceCache()
    /// Moves on with every change of an endpoint.
    private(set) var version = 0
    var eventTypes: Set<String> = []
    var sources: [SourceID: Source] = [:]

    init(_ environment: Environment) { self.environment = environment }

    func profile(named name: String) -> Profile? {
        Profile.builtIn.first { $0.name == name } ?? profiles[name]?.profile
    }

    func put(_ application: Application) {
        if let uid = applications[application.id]?.uid { applicationsByUID[uid] = nil }
        applications[application.id] = application
        if let uid = application.uid { applicationsByUID[uid] = application.id }
    }

    func deleteApplication(_ id: ApplicationID) {
        if let uid = applications.removeValue(forKey: id)?.uid { applicationsByUID[uid] = nil }
        endpointsByApplication[id] = nil
    }

    func put(_ endpoint: Endpoint) {
        deleteEndpoint(endpoint.id)
        endpoints[endpoint.id] = endpoint
        endpointsByApplication[endpoint.application, default: []].insert(endpoint.id)
        guard endpoint.isActive else { return }
        if endpoint.filter != nil { filterCount += 1 }
        // What is published to everybody is not meant for those who hear operational events.
        if applications[endpoint.application]?.isOperations ?? false { return }
        let subscriber = Subscriber(endpoint)
        for pattern in Set(endpoint.events) {
            if let source = endpoint.source {
                subscriptionsToSources[source, default: [:]][pattern, default: []].append(subscriber)
            } else {
                subscriptions[pattern, default: []].append(subscriber)
            }
        }
    }

    func deleteEndpoint(_ id: EndpointID) {
        version += 1
        audiences.forget()
        guard let endpoint = endpoints.removeValue(forKey: id) else { return }
        if endpoint.isActive && endpoint.filter != nil { filterCount -= 1 }
        endpointsByApplication[endpoint.application]?.remove(id)
        if let source = endpoint.source {
            Self.remove(endpoint, from: &subscriptionsToSources[source, default: [:]])
            if subscriptionsToSources[source]?.isEmpty ?? false { subscriptionsToSources[source] = nil }
        } else {
            Self.remove(endpoint, from: &subscriptions)
        }
    }

    private static func remove(_ endpoint: Endpoint, from subscriptions: inout [String: [Subscriber]]) {
        for pattern in Set(endpoint.events) {
            subscriptions[pattern]?.removeAll { $0.endpoint == endpoint.id }
            if subscriptions[pattern]?.isEmpty ?? false { subscriptions[pattern] = nil }
        }
    }

    /// Whom events of a type may go to, as far as that is known without work.
    enum Candidates {
        case audience(Audience)
        /// Some of these may have a filter.
        case subscribers([Subscriber], version: Int)
    }

    /// What decides whom events may go to.
    ///
    /// - Parameter source: the one that they come in by, if any.
    func key(_ type: String, _ application: ApplicationID?, _ source: SourceID?) -> AudienceCache.Key {
        AudienceCache.Key(
            type: type, application: application,
            source: source.flatMap { subscriptionsToSources[$0] == nil ? nil : $0 }
        )
    }

    /// Whom events of a type may go to. Where nobody has a filter, one application's endpoints are found as fast as what was
    /// kept of them would be.
    func candidates(for key: AudienceCache.Key) -> Candidates {
        let isKept = filterCount > 0 || key.application == nil
        if isKept, let audience = audiences[key] { return .audience(audience) }
        let subscribers = subscribers(key)
        return isKept ? .subscribers(subscribers, version: version) : .audience(Audience(subscribers))
    }

    /// Keeps an audience that was made of candidates, unless something has changed since.
    func keep(_ audience: Audience, for key: AudienceCache.Key, version: Int) {
        if version == self.version { audiences.keep(audience, for: key) }
    }

    private func subscribers(_ key: AudienceCache.Key) -> [Subscriber] {
        if let application = key.application {
            return (endpointsByApplication[application] ?? []).compactMap { id in
                guard let endpoint = endpoints[id], endpoint.isActive, endpoint.takes(eventsOf: key.source),
                    endpoint.subscribes(to: key.type)
                else { return nil }
                return Subscriber(endpoint)
            }
        }
        let patterns = EventTypeName.patterns(covering: key.type)
        var found = patterns.compactMap { subscriptions[$0] }
        if let own = key.source.flatMap({ subscriptionsToSources[$0] }) { found += patterns.compactMap { own[$0] } }
        if found.count <= 1 { return found.first ?? [] }
        var seen: Set<EndpointID> = []
        return found.joined().filter { seen.insert($0.endpoint).inserted }
    }
}

/// An endpoint that an event goes to.
struct Subscriber: Sendable {
    let endpoint: EndpointID
    let application: ApplicationID
    let filter: PayloadFilter?
    let isOrdered: Bool

    init(_ endpoint: Endpoint) {
        self.endpoint = endpoint.id
        application = endpoint.application
        filter = endpoint.filter
        isOrdered = endpoint.isOrdered
    }

    /// The place of a delivery to it, first due at `due`, in its order; `nil` where it has none.
    func turn(of event: Event, due: Timestamp) -> Turn? {
        isOrdered ? Turn(key: event.orderingKey ?? "", at: due) : nil
    }
}

extension Endpoint {
    /// Whether one of its patterns covers `type`.
    func subscribes(to type: String) -> Bool {
        events.contains { EventTypeName.pattern($0, covers: type) }
    }

    /// Whether it takes what came in by `source`, or was published where that is `nil`.
    func takes(eventsOf source: SourceID?) -> Bool { self.source == nil || self.source == source }
}
