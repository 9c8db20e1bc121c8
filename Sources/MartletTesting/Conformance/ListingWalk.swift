import MartletCore
import MartletStore

/// Asks for every listing with every combination of filters that screens and API have, so that a back-end's tests can look at
/// the statements that it took.
enum ListingWalk {
    static func run(on store: any Store) async throws {
        let world = try await ConformanceWorld(store)
        let event = world.event(application: world.application.id)
        let unmeant = world.event()
        let source = world.source()
        let deliveries = [
            world.delivery(of: event), world.delivery(of: event, state: .failed(at: world.now, reason: .exhausted)),
            world.delivery(of: unmeant, to: world.otherEndpoint),
        ]
        try await world.accept(event, Array(deliveries[..<2]))
        try await world.accept(unmeant, [deliveries[2]])
        // More endpoints than are merged.
        let busy = Self.application(in: world)
        try await store.apply([.putApplication(busy), .putSource(source)])
        for _ in 0..<40 { _ = try await world.addEndpoint(of: busy) }
        let applications = [nil, world.application.id, busy.id]
        let since = [nil, world.now]

        try await events(of: applications, since, event, in: world)
        try await walkDeliveries(of: applications, since, deliveries[0], in: world)
        try await requests(of: source, since, in: world)
        try await operations(since, in: world)
        try await configuration(in: world)
        for application in applications {
            _ = try await store.failures(
                FailureQuery(environment: world.live.id, application: application, since: world.now))
        }
        _ = try await store.hours(in: world.live.id, since: world.now)
        _ = try await store.hours(of: world.endpoint.id, since: world.now)
        _ = try await store.backlog(of: world.endpoint.id)
        _ = try await store.blockedKeys(of: world.endpoint.id, limit: 1)
        _ = try await store.health(of: world.endpoint.id)
    }

    private static func application(in world: ConformanceWorld) -> Application {
        ConformanceWorld.application(world.id(), in: world.live.id, at: world.now)
    }

    private static func events(
        of applications: [ApplicationID?], _ since: [Timestamp?], _ event: Event, in world: ConformanceWorld
    ) async throws {
        for application in applications {
            for status in [nil] + DeliveryStatus.allCases.map(Optional.some) {
                for (type, text) in [(nil, nil), ("a.b", nil), (nil, "a"), (event.type, "a")] as [(String?, String?)] {
                    for since in since {
                        var query = EventQuery(environment: world.live.id, limit: 2)
                        query.application = application
                        query.status = status
                        query.type = type
                        query.text = text
                        query.since = since
                        query.until = since.map { $0 + .seconds(60) }
                        query.before = since == nil ? nil : world.id()
                        _ = try await world.store.events(query)
                    }
                }
            }
        }
        _ = try await world.store.event(event.id, in: world.live.id)
        _ = try await world.store.event(chosenID: "a", in: world.live.id)
    }

    private static func walkDeliveries(
        of applications: [ApplicationID?], _ since: [Timestamp?], _ delivery: Delivery, in world: ConformanceWorld
    ) async throws {
        for status in [nil] + DeliveryStatus.allCases.map(Optional.some) {
            for (endpoint, event) in [
                (nil, nil), (delivery.endpoint, nil), (nil, delivery.event), (delivery.endpoint, delivery.event),
            ] as [(EndpointID?, EventID?)] {
                for application in applications {
                    for since in since {
                        var query = DeliveryQuery(environment: world.live.id, limit: 2)
                        query.status = status
                        query.endpoint = endpoint
                        query.event = event
                        query.application = application
                        query.since = since
                        query.before = since == nil ? nil : world.id()
                        _ = try await world.store.deliveries(query)
                    }
                }
            }
        }
        _ = try await world.store.deliveries(of: delivery.event, in: world.live.id, limit: 2)
        _ = try await world.store.delivery(delivery.id, in: world.live.id)
        _ = try await world.store.attempts(of: delivery.id)
    }

    private static func requests(
        of source: Source, _ since: [Timestamp?], in world: ConformanceWorld
    ) async throws {
        for source in [nil, source.id] {
            for verdict in [nil, StoredVerdict.Code.refused] {
                for since in since {
                    var query = RequestQuery(environment: world.live.id, source: source, limit: 2)
                    query.verdict = verdict
                    query.since = since
                    query.before = since == nil ? nil : world.id()
                    _ = try await world.store.requests(query)
                }
            }
        }
        _ = try await world.store.request(world.id(), in: world.live.id)
    }

    private static func operations(_ since: [Timestamp?], in world: ConformanceWorld) async throws {
        for since in since {
            for kind in [nil, OperationalEvent.Kind(rawValue: "endpoint.failing")] {
                for application in [nil, world.application.id] {
                    for endpoint in [nil, world.endpoint.id] {
                        var query = OperationalEventQuery(environment: world.live.id, limit: 2)
                        query.kind = kind
                        query.application = application
                        query.endpoint = endpoint
                        query.since = since
                        _ = try await world.store.operationalEvents(query)
                    }
                }
            }
            for alert in [nil, world.id(AlertKind.self)] {
                var query = IncidentQuery(environment: world.live.id, limit: 2)
                query.alert = alert
                query.since = since
                _ = try await world.store.incidents(query)
            }
        }
    }

    private static func configuration(in world: ConformanceWorld) async throws {
        let (store, environment) = (world.store, world.live.id)
        for application in [nil, world.application.id] {
            _ = try await store.endpoints(in: environment, application: application, before: nil, limit: 2)
            _ = try await store.jobs(in: environment, application: application, before: nil, limit: 2)
        }
        _ = try await store.applications(in: environment, before: nil, limit: 2)
        _ = try await store.keys(in: environment, before: nil, limit: 2)
        _ = try await store.eventTypes(in: environment, before: nil, limit: 2)
        _ = try await store.sources(in: environment, before: nil, limit: 2)
        _ = try await store.alerts(in: environment, before: nil, limit: 2)
    }
}
