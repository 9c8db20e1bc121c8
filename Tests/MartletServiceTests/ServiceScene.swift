import Logging
import MartletCore
import MartletService
import MartletStore
import MartletTesting
import Synchronization

/// The use cases over a store in memory, with a courier that notes what it is told and delivers nothing.
final class ServiceScene: Sendable {
    let clock = ManualTimeSource()
    let store = FaultyStore(InMemoryStore())
    let courier = NotingCourier()
    let directory: Directory
    let context: ServiceContext
    let live: Environment
    let sandbox: Environment
    /// An application of ``live`` that is not the default one, and another.
    let acme: Application
    let other: Application

    private let committing: Task<Void, Never>

    static let masterKey = [UInt8](repeating: 7, count: SecretVault.keyLength)

    init(
        limits: ServiceLimits = ServiceLimits(), intake: IntakeLimits = IntakeLimits(),
        commits: CommitLimits = CommitLimits(), post: (any Postman)? = nil
    ) async throws {
        guard let vault = SecretVault(masterKey: Self.masterKey) else { preconditionFailure("the key is long enough") }
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let metrics = ServiceMetrics()
        let identifiers = IdentifierSource()
        let now = clock.now()
        func application(_ uid: String?, in environment: EnvironmentID) -> Application {
            Application(
                id: identifiers.next(at: now), environment: environment, uid: uid, name: uid ?? "Default",
                createdAt: now, updatedAt: now)
        }
        let liveID: EnvironmentID = identifiers.next(at: now)
        let sandboxID: EnvironmentID = identifiers.next(at: now)
        let defaults = [application(nil, in: liveID), application(nil, in: sandboxID)]
        live = Environment(
            id: liveID, name: "live", profile: "standard", requiresHTTPS: true, defaultApplication: defaults[0].id)
        sandbox = Environment(
            id: sandboxID, name: "sandbox", profile: "fractio", requiresHTTPS: false,
            defaultApplication: defaults[1].id)
        acme = application("acme", in: liveID)
        other = application("other", in: liveID)
        try await store.apply(
            [.putEnvironment(live), .putEnvironment(sandbox)]
                + (defaults + [acme, other]).map { .putApplication($0) })
        directory = Directory(vault: vault)
        directory.load(try await store.configuration())
        let committer = GroupCommitter(
            store: store, limits: commits, metrics: metrics, log: log, intake: Intake(limits: intake))
        context = ServiceContext(
            store: store, directory: directory, committer: committer, courier: courier, identifiers: identifiers,
            time: clock, vault: vault, egress: EgressPolicy(requiresHTTPS: false), limits: limits, metrics: metrics,
            log: log, post: post)
        let courier = courier
        committing = Task { await committer.run(handingOverTo: courier) }
    }

    func stop() async {
        context.committer.close()
        await committing.value
    }

    // MARK: Who asks

    func principal(_ role: APIKey.Role) -> Principal {
        Principal(environment: live.id, role: role, application: role == .application ? acme.id : nil)
    }

    var admin: Principal { principal(.admin) }
    var sandboxAdmin: Principal { Principal(environment: sandbox.id, role: .admin) }

    // MARK: Use cases

    var events: EventService { EventService(context) }
    var webhooks: WebhookService { WebhookService(context) }
    var deliveries: DeliveryService { DeliveryService(context) }
    var jobs: JobService { JobService(context) }
    var alerts: AlertService { AlertService(context) }
    var applications: ApplicationService { ApplicationService(context) }
    var eventTypes: EventTypeService { EventTypeService(context) }
    var keys: KeyService { KeyService(context) }
    var profiles: ProfileService { ProfileService(context) }
    var idempotency: IdempotencyService { IdempotencyService(context) }

    static let page = PageRequest(limit: 50, cursor: nil)

    static func draft(_ change: (inout WebhookDraft) -> Void = { _ in }) -> WebhookDraft {
        var draft = WebhookDraft()
        draft.url = "https://hooks.example.com/in"
        draft.events = ["*"]
        change(&draft)
        return draft
    }

    func webhook(
        by principal: Principal? = nil, _ change: (inout WebhookDraft) -> Void = { _ in }
    ) async throws -> Endpoint {
        try await webhooks.create(Self.draft(change), by: principal ?? admin).endpoint
    }

    func publish(
        _ type: String = "property.created", by principal: Principal? = nil, id: String? = nil,
        application: String? = nil, data: String = #"{"n":1}"#, stamp: IdempotencyStamp? = nil, explain: Bool = false
    ) async throws -> PublishedEvent {
        try await events.publish(
            EventDraft(type: type, application: application, chosenID: id, data: Array(data.utf8)),
            by: principal ?? admin, stamp: stamp, explain: explain)
    }

    func stamp(_ key: String, fingerprint: UInt8 = 1) -> IdempotencyStamp {
        IdempotencyStamp(
            environment: live.id, key: key, fingerprint: [fingerprint],
            expiresAt: clock.now() + IdempotencyStamp.lifetime)
    }
}

/// Notes what it is told, and says of deliveries what it was told to say.
final class NotingCourier: Courier, CommitReceiver {
    struct Notes {
        var changed: [EndpointID] = []
        var deleted: [EndpointID] = []
        var rescheduled: [DeliveryID] = []
        var cancelled: [DeliveryID] = []
        var accepted: [Parcel] = []
        var inFlight: Set<DeliveryID> = []
    }

    private let state = Mutex(Notes())

    var notes: Notes { state.withLock { $0 } }

    func pretendInFlight(_ delivery: DeliveryID) { state.withLock { _ = $0.inFlight.insert(delivery) } }

    func condition(of endpoint: EndpointID) -> EndpointCondition? { nil }
    var openBreakers: Int { 0 }
    func endpointChanged(_ endpoint: Endpoint) { state.withLock { $0.changed.append(endpoint.id) } }
    func endpointDeleted(_ endpoint: EndpointID) { state.withLock { $0.deleted.append(endpoint) } }
    func rescheduled(_ delivery: DeliveryID, of endpoint: EndpointID, due: Timestamp) {
        state.withLock { $0.rescheduled.append(delivery) }
    }
    func cancelled(_ delivery: DeliveryID, of endpoint: EndpointID) { state.withLock { $0.cancelled.append(delivery) } }
    func isInFlight(_ delivery: DeliveryID, of endpoint: EndpointID) -> Bool {
        state.withLock { $0.inFlight.contains(delivery) }
    }
    func settled(_ delivery: DeliveryID, of endpoint: EndpointID) async {}
    func accepted(_ parcels: [Parcel]) { state.withLock { $0.accepted += parcels } }
    func mayHaveBeenAccepted(_ parcels: [Parcel]) {}
    func settled(_ outcomes: [SettledParcel]) {}
}

/// What a use case was refused with; `nil` where it was carried out.
func refusal(_ body: () async throws -> Void) async throws -> ServiceError? {
    do {
        try await body()
        return nil
    } catch let error as ServiceError {
        return error
    }
}

/// Notes the letters that it is given, and takes them or not as it was told.
final class NotingPostman: Postman {
    private let state = Mutex<(letters: [Letter], failure: PostFailure?)>(([], nil))

    /// Those that it took.
    var letters: [Letter] { state.withLock { $0.letters } }

    func refuse(_ failure: PostFailure?) { state.withLock { $0.failure = failure } }

    func send(_ letter: Letter) async throws(PostFailure) {
        let failure = state.withLock { state in
            if state.failure == nil { state.letters.append(letter) }
            return state.failure
        }
        if let failure { throw failure }
    }
}
