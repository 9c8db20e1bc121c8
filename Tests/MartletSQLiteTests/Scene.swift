import MartletCore
import MartletStore
import MartletTesting
import Synchronization

/// A store with one environment and one endpoint, and events for it.
final class Scene: Sendable {
    let store: any Store
    let now = Timestamp(milliseconds: 1_686_825_000_000)
    let environment: EnvironmentID
    let application: Application
    let endpoint: Endpoint
    private let identifiers: Mutex<(generator: IdentifierGenerator, random: SeededRandom)>

    init(_ store: any Store) async throws {
        self.store = store
        identifiers = Mutex((IdentifierGenerator(), SeededRandom(seed: 11)))
        environment = Self.next(identifiers, now)
        application = Application(
            id: Self.next(identifiers, now), environment: environment, uid: nil, name: "Acme", createdAt: now,
            updatedAt: now)
        endpoint = Endpoint(
            id: Self.next(identifiers, now), environment: environment, application: application.id,
            url: "https://example.com", events: ["*"], secrets: SealedSecrets(current: [1]), createdAt: now,
            updatedAt: now)
        try await store.apply(changes)
    }

    /// What made the store what it was at first.
    var changes: [ConfigurationChange] {
        let live = Environment(
            id: environment, name: "live", profile: "standard", requiresHTTPS: true,
            defaultApplication: application.id)
        return [.putEnvironment(live), .putApplication(application), .putEndpoint(endpoint)]
    }

    func id<Kind>(_ kind: Kind.Type = Kind.self) -> Identifier<Kind> { Self.next(identifiers, now) }

    private static func next<Kind>(
        _ identifiers: borrowing Mutex<(generator: IdentifierGenerator, random: SeededRandom)>, _ now: Timestamp
    ) -> Identifier<Kind> {
        identifiers.withLock { $0.generator.next(at: now, random: $0.random.next()) }
    }

    func entry(size: Int = 20, state: DeliveryState? = nil, to endpoint: EndpointID? = nil) -> Acceptance.Entry {
        let event = Event(
            id: id(), environment: environment, chosenID: nil, type: "a", application: nil, created: now,
            acceptedAt: now, deliveryCount: 1,
            body: EventBody(bytes: Array(repeating: UInt8(ascii: "x"), count: size), data: 0..<size))
        let delivery = Delivery(
            id: id(), environment: environment, event: event.id, endpoint: endpoint ?? self.endpoint.id,
            application: application.id,
            cause: .publish, createdAt: now, state: state ?? .scheduled(due: now))
        return Acceptance.Entry(event: event, deliveries: [delivery])
    }

    func accept(size: Int = 20) async throws -> (Event, Delivery) {
        let entry = entry(size: size)
        _ = try await store.commit(CommitBatch(acceptances: [Acceptance(entries: [entry])]))
        return (entry.event, entry.deliveries[0])
    }
}
