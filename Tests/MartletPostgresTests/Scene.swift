import MartletCore
import MartletStore
import MartletTesting
import Synchronization

/// A store with one environment and one endpoint, and events for it.
final class Scene: Sendable {
    let store: any Store
    let now: Timestamp
    let environment: EnvironmentID
    let application: Application
    let endpoint: Endpoint
    private let random = Mutex(SeededRandom(seed: 11))
    private let identifiers = Mutex(IdentifierGenerator())

    init(_ store: any Store, at now: Timestamp = Timestamp(milliseconds: 1_686_825_000_000)) async throws {
        self.store = store
        self.now = now
        var identifiers = IdentifierGenerator()
        environment = identifiers.next(at: now, random: 1)
        application = Application(
            id: identifiers.next(at: now, random: 2), environment: environment, uid: nil, name: "Acme", createdAt: now,
            updatedAt: now)
        endpoint = Endpoint(
            id: identifiers.next(at: now, random: 3), environment: environment, application: application.id,
            url: "https://example.com", events: ["*"], secrets: SealedSecrets(current: [1]), createdAt: now,
            updatedAt: now)
        let live = Environment(
            id: environment, name: "live", profile: "standard", requiresHTTPS: true,
            defaultApplication: application.id)
        try await store.apply([.putEnvironment(live), .putApplication(application), .putEndpoint(endpoint)])
    }

    /// Another environment, with nothing in it.
    func addEnvironment() async throws -> EnvironmentID {
        let other = Environment(
            id: id(), name: "sandbox", profile: "standard", requiresHTTPS: true, defaultApplication: id())
        try await store.apply([.putEnvironment(other)])
        return other.id
    }

    func id<Kind>(_ kind: Kind.Type = Kind.self, at instant: Timestamp? = nil) -> Identifier<Kind> {
        let random = random.withLock { $0.next() }
        guard let instant, instant != now else { return identifiers.withLock { $0.next(at: now, random: random) } }
        var ofInstant = IdentifierGenerator()
        return ofInstant.next(at: instant, random: random)
    }

    func delivery(of event: Event, cause: Delivery.Cause = .publish, at instant: Timestamp? = nil) -> Delivery {
        Delivery(
            id: id(at: instant), environment: environment, event: event.id, endpoint: endpoint.id,
            application: application.id, cause: cause, createdAt: instant ?? now, state: .scheduled(due: instant ?? now)
        )
    }

    func entry(
        chosenID: String? = nil, size: Int = 20, state: DeliveryState? = nil, at instant: Timestamp? = nil
    ) -> Acceptance.Entry {
        let event = Event(
            id: id(at: instant), environment: environment, chosenID: chosenID, type: "a", application: nil,
            created: instant ?? now, acceptedAt: instant ?? now, deliveryCount: 1,
            body: EventBody(bytes: Array(repeating: UInt8(ascii: "x"), count: size), data: 0..<size))
        var delivery = delivery(of: event, at: instant)
        if let state { delivery.state = state }
        return Acceptance.Entry(event: event, deliveries: [delivery])
    }

    func accept(chosenID: String? = nil, at instant: Timestamp? = nil) async throws -> (Event, Delivery) {
        let entry = entry(chosenID: chosenID, at: instant)
        _ = try await store.commit(CommitBatch(acceptances: [Acceptance(entries: [entry])]))
        return (entry.event, entry.deliveries[0])
    }

    func settlement(of delivery: Delivery, state: DeliveryState) -> Settlement {
        Settlement(
            environment: environment, endpoint: delivery.endpoint,
            attempt: Attempt(
                id: id(), delivery: delivery.id, number: 1, startedAt: now,
                request: AttemptRequest(url: "https://example.com", headers: []),
                outcome: AttemptOutcome(
                    result: .response(AttemptResponse(status: 200, headers: [], body: [], isTruncated: false)),
                    timing: AttemptTiming(total: 1), address: nil)),
            firstAttemptAt: now, state: state)
    }

    /// Drops an environment's history to the end, and gives what was dropped row by row.
    func sweep(_ environment: EnvironmentID, before instant: Timestamp) async throws -> RetentionStep {
        var sum = RetentionStep()
        var cursor: EventID?
        repeat {
            let step = try await store.dropHistory(in: environment, before: instant, after: cursor, limit: 100)
            sum.events += step.events
            sum.deliveries += step.deliveries
            cursor = step.next
        } while cursor != nil
        return sum
    }
}
