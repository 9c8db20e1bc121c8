import Logging
import MartletCore
import MartletStore
import MartletTesting

@testable import MartletService

/// Jobs over a store of the test's choosing, whose runner takes its turns when the test says so. The courier notes what
/// it is given and delivers nothing.
final class JobScene: Sendable {
    let clock: ManualTimeSource
    let store: FaultyStore
    let courier = NotingCourier()
    let context: ServiceContext
    let runner: JobRunner
    let environment: Environment
    let application: Application
    let endpoint: Endpoint

    private let committing: Task<Void, Never>

    /// - Parameters:
    ///   - store: may hold what an earlier scene left in it.
    ///   - before: that scene, whose clock and configuration this one takes over.
    init(_ store: any Store = InMemoryStore(), after before: JobScene? = nil, limits: JobLimits = JobLimits())
        async throws
    {
        guard let vault = SecretVault(masterKey: ServiceScene.masterKey) else { preconditionFailure("long enough") }
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let clock = before?.clock ?? ManualTimeSource()
        let now = clock.now()
        let identifiers = before?.context.identifiers ?? IdentifierSource()
        let applicationID: ApplicationID = before?.application.id ?? identifiers.next(at: now)
        environment =
            before?.environment
            ?? Environment(
                id: identifiers.next(at: now), name: "live", profile: "standard", requiresHTTPS: true,
                defaultApplication: applicationID)
        application =
            before?.application
            ?? Application(
                id: applicationID, environment: environment.id, uid: nil, name: "Default", createdAt: now,
                updatedAt: now)
        endpoint =
            before?.endpoint
            ?? Endpoint(
                id: identifiers.next(at: now), environment: environment.id, application: applicationID,
                url: "https://example.com/hooks", events: ["*"], secrets: SealedSecrets(current: [1]), createdAt: now,
                updatedAt: now)
        self.clock = clock
        self.store = FaultyStore(store)
        if before == nil {
            try await store.apply([.putEnvironment(environment), .putApplication(application), .putEndpoint(endpoint)])
        }
        let directory = Directory(vault: vault)
        directory.load(try await store.configuration())
        let metrics = ServiceMetrics()
        let committer = GroupCommitter(store: self.store, limits: CommitLimits(), metrics: metrics, log: log)
        var serviceLimits = ServiceLimits()
        serviceLimits.jobs = limits
        context = ServiceContext(
            store: self.store, directory: directory, committer: committer, courier: courier, identifiers: identifiers,
            time: clock, vault: vault, egress: EgressPolicy(requiresHTTPS: false), limits: serviceLimits,
            metrics: metrics, log: log)
        runner = JobRunner(context, clock: clock)
        committing = Task { [courier] in await committer.run(handingOverTo: courier) }
    }

    func stop() async {
        context.committer.close()
        await committing.value
    }

    var jobs: JobService { JobService(context) }
    var admin: Principal { Principal(environment: environment.id, role: .admin) }

    // MARK: What there is

    /// Another endpoint, of ``application`` unless another is given.
    func addEndpoint(events: [String] = ["*"], of application: Application? = nil) async throws -> Endpoint {
        let now = clock.now()
        let added = Endpoint(
            id: context.identifiers.next(at: now), environment: environment.id,
            application: (application ?? self.application).id, url: "https://example.com/other", events: events,
            secrets: SealedSecrets(current: [1]), createdAt: now, updatedAt: now)
        try await apply(.putEndpoint(added))
        return added
    }

    func apply(_ change: ConfigurationChange) async throws {
        try await store.apply([change])
        context.directory.apply([change])
    }

    /// Has an event stored with a delivery in each of these states.
    @discardableResult
    func event(
        _ states: DeliveryState..., type: String = "property.created", application: ApplicationID? = nil,
        to endpoint: Endpoint? = nil, deliverAt: Timestamp? = nil
    ) async throws -> Event {
        let now = clock.now()
        let id: EventID = context.identifiers.next(at: now)
        let event = Event(
            id: id, environment: environment.id, chosenID: nil, type: type, application: application, created: now,
            acceptedAt: now, deliverAt: deliverAt, deliveryCount: states.count,
            body: EventBody(id: "\(id)", type: type, created: now, data: Array("{}".utf8)))
        let endpoint = endpoint ?? self.endpoint
        let deliveries = states.map { state in
            Delivery(
                id: context.identifiers.next(at: now), environment: environment.id, event: id, endpoint: endpoint.id,
                application: endpoint.application, cause: .publish, createdAt: now, state: state)
        }
        _ = try await store.commit(
            CommitBatch(acceptances: [Acceptance(entries: [.init(event: event, deliveries: deliveries)])]))
        return event
    }

    /// Has events stored whose deliveries failed.
    func failures(_ count: Int) async throws -> [Event] {
        var events: [Event] = []
        for _ in 0..<count { events.append(try await event(failed)) }
        return events
    }

    var failed: DeliveryState { .failed(at: clock.now(), reason: .exhausted) }

    /// Everything so far, from now on looked back at.
    func draft(rate: Int? = nil) -> JobDraft {
        let since = clock.now() - .seconds(3600)
        clock.advance(by: .milliseconds(10))
        return JobDraft(since: since, rate: rate)
    }

    func recover(_ only: JobWork.Recovery = .failed, rate: Int? = nil) async throws -> Job {
        try await jobs.recover(endpoint.id, only: only, draft(rate: rate), by: admin)
    }

    // MARK: What comes of it

    /// The replays that are stored, the oldest first.
    func replays() async throws -> [Delivery] {
        var query = DeliveryQuery(environment: environment.id, limit: 100_000)
        query.since = Timestamp(milliseconds: 0)
        return try await store.deliveries(query).items.filter { $0.cause == .replay }.reversed()
    }

    func stored(_ job: Job) async throws -> Job {
        guard let stored = try await store.job(job.id, in: job.environment) else { throw NoSuchJob() }
        return stored
    }

    /// Takes turns, moving the clock on to whenever the runner rests until, until it rests for good or `isOver`.
    ///
    /// - Parameter most: how many turns may be taken; a job that never ends would go on for ever.
    func run(most: Int = 5000, until isOver: () async throws -> Bool = { false }) async throws {
        for _ in 0..<most {
            if try await isOver() { return }
            guard let rest = await runner.turn() else { continue }
            guard let next = rest.until else { return }
            clock.advance(to: next)
        }
        throw NeverEnds()
    }

    /// Records a first attempt of every delivery that waits for one, which the receiver acknowledges.
    func attemptAll() async throws {
        let due = try await store.due(endpoint.id, by: clock.now(), limit: 10_000).deliveries.map(\.delivery)
        let now = clock.now()
        _ = try await store.commit(
            CommitBatch(
                settlements: due.map { delivery in
                    Settlement(
                        environment: environment.id, endpoint: endpoint.id,
                        attempt: Attempt(
                            id: context.identifiers.next(at: now), delivery: delivery.id, number: 1, startedAt: now,
                            request: AttemptRequest(url: "https://example.com/hooks", headers: []),
                            outcome: AttemptOutcome(
                                result: .response(
                                    AttemptResponse(status: 200, headers: [], body: [], isTruncated: false)),
                                timing: AttemptTiming(total: 1), address: nil)),
                        firstAttemptAt: now, state: .succeeded(at: now))
                }))
    }

    struct NoSuchJob: Error {}
    struct NeverEnds: Error {}
}
