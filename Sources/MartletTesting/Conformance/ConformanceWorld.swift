import MartletCore
import MartletStore

/// What most tests of a store begin with: two environments, applications and endpoints in them, and the means to make
/// more.
final class ConformanceWorld {
    let store: any Store
    /// The instant at which everything happens unless a test says otherwise.
    let now = Timestamp(milliseconds: 1_686_825_000_123)
    let live: Environment
    let sandbox: Environment
    let application: Application
    let otherApplication: Application
    let sandboxApplication: Application
    let endpoint: Endpoint
    /// Belongs to ``otherApplication``.
    let otherEndpoint: Endpoint
    let sandboxEndpoint: Endpoint

    private var identifiers = IdentifierGenerator()
    var random = SeededRandom(seed: 17)

    init(_ store: any Store) async throws {
        self.store = store
        var identifiers = IdentifierGenerator()
        var random = SeededRandom(seed: 23)
        let now = now
        func id<Kind>() -> Identifier<Kind> { identifiers.next(at: now - .seconds(60), random: random.next()) }
        let liveApplication: ApplicationID = id()
        let sandboxApplication: ApplicationID = id()
        live = Environment(
            id: id(), name: "live", profile: "standard", requiresHTTPS: true, defaultApplication: liveApplication)
        sandbox = Environment(
            id: id(), name: "sandbox", profile: "standard", requiresHTTPS: false,
            defaultApplication: sandboxApplication)
        application = Self.application(liveApplication, in: live.id, at: now)
        otherApplication = Self.application(id(), in: live.id, at: now)
        self.sandboxApplication = Self.application(sandboxApplication, in: sandbox.id, at: now)
        endpoint = Self.endpoint(id(), of: application, at: now)
        otherEndpoint = Self.endpoint(id(), of: otherApplication, at: now)
        sandboxEndpoint = Self.endpoint(id(), of: self.sandboxApplication, at: now)
        try await store.apply([
            .putEnvironment(live), .putEnvironment(sandbox), .putApplication(application),
            .putApplication(otherApplication), .putApplication(self.sandboxApplication), .putEndpoint(endpoint),
            .putEndpoint(otherEndpoint), .putEndpoint(sandboxEndpoint),
        ])
    }

    // MARK: Making

    /// A new identifier, greater than every one before it unless `instant` is given.
    func id<Kind>(_ kind: Kind.Type = Kind.self, at instant: Timestamp? = nil) -> Identifier<Kind> {
        guard let instant else { return identifiers.next(at: now, random: random.next()) }
        var ofInstant = IdentifierGenerator()
        return ofInstant.next(at: instant, random: random.next())
    }

    static func application(_ id: ApplicationID, in environment: EnvironmentID, at now: Timestamp) -> Application {
        Application(id: id, environment: environment, uid: nil, name: "Acme", createdAt: now, updatedAt: now)
    }

    static func endpoint(_ id: EndpointID, of application: Application, at now: Timestamp) -> Endpoint {
        Endpoint(
            id: id, environment: application.environment, application: application.id,
            url: "https://example.com/hooks", events: ["*"], secrets: SealedSecrets(current: [1, 2, 3]),
            createdAt: now, updatedAt: now)
    }

    /// Another endpoint, in the store.
    func addEndpoint(
        of application: Application? = nil, inactivity: Endpoint.Inactivity? = nil
    ) async throws -> Endpoint {
        var endpoint = Self.endpoint(id(), of: application ?? self.application, at: now)
        if let inactivity { endpoint.deactivate(inactivity, at: now) }
        try await store.apply([.putEndpoint(endpoint)])
        return endpoint
    }

    func event(
        in environment: Environment? = nil, type: String = "property.created", chosenID: String? = nil,
        application: ApplicationID? = nil, deliveryCount: Int = 1, body: String = #"{"data":{"a":1}}"#,
        at instant: Timestamp? = nil
    ) -> Event {
        let bytes = Array(body.utf8)
        return Event(
            id: id(at: instant), environment: (environment ?? live).id, chosenID: chosenID, type: type,
            application: application, created: instant ?? now, acceptedAt: instant ?? now, deliveryCount: deliveryCount,
            body: EventBody(bytes: bytes, data: 0..<bytes.count))
    }

    func delivery(
        of event: Event, to endpoint: Endpoint? = nil, due: Timestamp? = nil, cause: Delivery.Cause = .publish,
        turn: Turn? = nil, state: DeliveryState? = nil, at instant: Timestamp? = nil
    ) -> Delivery {
        let endpoint = endpoint ?? self.endpoint
        return Delivery(
            id: id(at: instant), environment: endpoint.environment, event: event.id, endpoint: endpoint.id,
            application: endpoint.application, cause: cause, createdAt: instant ?? now,
            turn: turn, state: state ?? .scheduled(due: due ?? now))
    }

    func attempt(
        of delivery: Delivery, number: Int = 1, result: AttemptOutcome.Result? = nil, body: [UInt8] = [],
        at instant: Timestamp? = nil
    ) -> Attempt {
        Attempt(
            id: id(), delivery: delivery.id, number: number, startedAt: instant ?? now,
            request: AttemptRequest(
                url: "https://example.com/hooks",
                headers: [HeaderField(name: "content-type", value: "application/json")]),
            outcome: AttemptOutcome(
                result: result
                    ?? .response(
                        AttemptResponse(
                            status: 200, headers: [HeaderField(name: "server", value: "x")], body: body,
                            isTruncated: false)),
                timing: AttemptTiming(total: 1234), address: nil))
    }

    func settlement(of delivery: Delivery, attempt: Attempt, state: DeliveryState) -> Settlement {
        Settlement(
            environment: delivery.environment, endpoint: delivery.endpoint, attempt: attempt, firstAttemptAt: now,
            state: state)
    }

    func stamp(
        _ key: String, fingerprint: [UInt8] = [1], in environment: Environment? = nil, at instant: Timestamp? = nil
    ) -> IdempotencyStamp {
        IdempotencyStamp(
            environment: (environment ?? live).id, key: key, fingerprint: fingerprint,
            expiresAt: (instant ?? now) + IdempotencyStamp.lifetime)
    }

    // MARK: Doing

    /// Commits acceptances, and gives their results.
    @discardableResult
    func accept(_ acceptances: Acceptance...) async throws -> [AcceptanceResult] {
        let result = try await store.commit(CommitBatch(acceptances: acceptances))
        try expectEqual(result.acceptances.count, acceptances.count, "Results of acceptances.")
        try expect(result.settled.isEmpty, "There were no settlements to have results.")
        return result.acceptances
    }

    /// Has one event stored with its deliveries.
    func accept(_ event: Event, _ deliveries: [Delivery] = []) async throws {
        let results = try await accept(Acceptance(entries: [.init(event: event, deliveries: deliveries)]))
        try expectEqual(try entries(results[0]), [.stored])
    }

    /// Has a new event stored with one delivery, and gives the delivery.
    func acceptDelivery(to endpoint: Endpoint? = nil, due: Timestamp? = nil) async throws -> Delivery {
        let endpoint = endpoint ?? self.endpoint
        let event = event(in: endpoint.environment == live.id ? live : sandbox)
        let delivery = delivery(of: event, to: endpoint, due: due)
        try await accept(event, [delivery])
        return delivery
    }

    /// Commits settlements, and says which moved their deliveries.
    func settle(_ settlements: Settlement...) async throws -> [Bool] {
        let result = try await store.commit(CommitBatch(settlements: settlements))
        try expect(result.acceptances.isEmpty, "There were no acceptances to have results.")
        return result.settled
    }

    /// The delivery as the store has it.
    func stored(
        _ delivery: Delivery, file: String = #fileID, line: UInt = #line
    ) async throws -> Delivery {
        try require(
            try await store.delivery(delivery.id, in: delivery.environment), "Delivery \(delivery.id) is not there.",
            file: file, line: line)
    }

    /// The results of an acceptance's entries, or a failure where it was not accepted.
    func entries(
        _ result: AcceptanceResult, file: String = #fileID, line: UInt = #line
    ) throws(ConformanceFailure) -> [AcceptanceResult.EntryResult] {
        guard case .accepted(let entries) = result else {
            throw ConformanceFailure(message: "Expected an acceptance, found \(result).", file: file, line: line)
        }
        return entries
    }

    /// Fails unless `work` throws a conflict.
    func expectConflict(
        _ what: String, file: String = #fileID, line: UInt = #line, _ work: () async throws -> Void
    ) async throws {
        do {
            try await work()
        } catch let error as StoreError {
            try expect(error.isConflict, "\(what) should be a conflict, not \(error)", file: file, line: line)
            return
        }
        throw ConformanceFailure(message: "\(what) should be a conflict.", file: file, line: line)
    }
}
