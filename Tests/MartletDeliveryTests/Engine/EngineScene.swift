import Foundation
import Logging
import MartletCore
import MartletDelivery
import MartletSQLite
import MartletService
import MartletStore
import MartletTesting
import NIOPosix
import ServiceLifecycle
import WebhookSigning

/// The real engine over a real SQLite file, with a clock that stands still and a network that does as it is told.
final class EngineScene: Sendable {
    let clock: ManualTimeSource
    let sender: ScriptedSender
    let store: FaultyStore
    let directory: Directory
    let engine: DeliveryEngine
    let context: ServiceContext
    let principal: Principal
    let metrics: ServiceMetrics

    private let files: TestDirectory
    private let group: ServiceGroup
    private let running: Task<Void, any Error>

    private static let environment = EnvironmentID(high: 0x7000, low: 1)
    private static let masterKey = [UInt8](repeating: 7, count: SecretVault.keyLength)

    /// Starts on a new file, with one environment that follows `profile`.
    convenience init(
        profile: String = "standard", limits: EngineLimits = EngineLimits(), commits: CommitLimits = CommitLimits()
    ) async throws {
        let clock = ManualTimeSource()
        let files = try TestDirectory()
        let store = try await SQLiteStore.open(path: files.file("martlet.db"))
        let application = Application(
            id: ApplicationID(high: 0x7000, low: 2), environment: Self.environment, uid: nil, name: "Default",
            createdAt: clock.now(), updatedAt: clock.now())
        try await store.apply([
            .putEnvironment(
                Environment(
                    id: Self.environment, name: "sandbox", profile: profile, requiresHTTPS: false,
                    defaultApplication: application.id)),
            .putApplication(application),
        ])
        try await self.init(on: store, in: files, clock: clock, limits: limits, commits: commits)
    }

    private init(
        on store: SQLiteStore, in files: TestDirectory, clock: ManualTimeSource, limits: EngineLimits,
        commits: CommitLimits = CommitLimits()
    ) async throws {
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        guard let vault = SecretVault(masterKey: Self.masterKey) else { preconditionFailure("the key is long enough") }
        self.files = files
        self.clock = clock
        self.store = FaultyStore(store)
        sender = ScriptedSender(clock: clock)
        metrics = ServiceMetrics()
        directory = Directory(vault: vault)
        directory.load(try await store.configuration())
        let identifiers = IdentifierSource()
        let committer = GroupCommitter(store: self.store, limits: commits, metrics: metrics, log: log)
        let listeners = ListenHub()
        engine = DeliveryEngine(
            store: self.store, directory: directory, committer: committer, sender: sender,
            group: MultiThreadedEventLoopGroup.singleton, limits: limits, identifiers: identifiers, clock: clock,
            metrics: metrics, version: "test", log: log, listeners: listeners)
        context = ServiceContext(
            store: self.store, directory: directory, committer: committer, courier: engine, identifiers: identifiers,
            time: clock, vault: vault, egress: EgressPolicy(requiresHTTPS: false), limits: ServiceLimits(),
            metrics: metrics, log: log, listeners: listeners)
        principal = .operating(of: Self.environment)
        let engine = engine
        try await engine.restore()
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: engine, successTerminationBehavior: .ignore)], logger: log))
        self.group = group
        running = Task { try await group.run() }
    }

    // MARK: Stopping

    /// Stops as on SIGTERM, and returns when everything has ended.
    func stop() async throws {
        await group.triggerGracefulShutdown()
        try await running.value
        await store.close()
    }

    /// Asks to stop, without waiting for it.
    func beginToStop() async { await group.triggerGracefulShutdown() }

    /// Stops, and starts anew over the same file, with the same time.
    func restarted(limits: EngineLimits = EngineLimits()) async throws -> EngineScene {
        try await stop()
        let store = try await SQLiteStore.open(path: files.file("martlet.db"))
        return try await EngineScene(on: store, in: files, clock: clock, limits: limits)
    }

    // MARK: Doing

    func webhook(_ change: (inout WebhookDraft) -> Void = { _ in }) async throws -> WebhookService.Registered {
        var draft = WebhookDraft()
        draft.url = "http://hooks.example.com/in"
        draft.events = ["*"]
        change(&draft)
        return try await WebhookService(context).create(draft, by: principal)
    }

    @discardableResult
    func change(_ id: EndpointID, _ change: (inout WebhookDraft) -> Void) async throws -> Endpoint {
        var draft = WebhookDraft()
        change(&draft)
        return try await WebhookService(context).update(id, draft, by: principal).endpoint
    }

    /// Publishes an event, and gives its deliveries.
    @discardableResult
    func publish(_ type: String = "property.created", deliverAt: Timestamp? = nil) async throws -> [Delivery] {
        try await EventService(context).publish(
            EventDraft(type: type, deliverAt: deliverAt, data: Array(#"{"n":1}"#.utf8)), by: principal
        ).deliveries
    }

    // MARK: Looking

    /// Returns once `count` attempts have been made in all and the last of them, of `delivery`, is recorded.
    func recorded(_ count: Int, of delivery: Delivery) async {
        await sender.made(count)
        await engine.settled(delivery.id, of: delivery.endpoint)
    }

    /// The delivery as the store has it.
    func stored(_ delivery: Delivery) async throws -> Delivery {
        guard let stored = try await store.delivery(delivery.id, in: delivery.environment) else {
            throw ServiceError.notFound("delivery")
        }
        return stored
    }

    /// The headers with which an attempt is signed.
    func signatureHeaders(
        _ sent: ScriptedSender.Sent, _ profile: SignatureProfile, _ secret: SigningSecret, id: String
    ) throws -> [WebhookSigner.Header] {
        var headers: [WebhookSigner.Header] = []
        let signer = try WebhookSigner(profile: profile, secrets: [secret])
        try Array(sent.request.body).withUnsafeBytes { body in
            try signer.sign(id: id, timestamp: sent.at.seconds, body: body, into: &headers)
        }
        return headers
    }

    /// Follows a delivery that is refused every time to its end: the clock goes from attempt to attempt.
    ///
    /// - Returns: how long after the attempt before it each attempt was made.
    func delays(of delivery: Delivery) async throws -> [Duration] {
        var made = 0
        while true {
            made += 1
            await recorded(made, of: delivery)
            guard case .scheduled(let due) = try await stored(delivery).state else { break }
            // Nothing rings before the second in which the next attempt is due.
            clock.advance(to: due - .seconds(1))
            guard clock.nextAlarm == due, sender.sent.count == made else { break }
            clock.advance(to: due)
        }
        let times = sender.sent.map(\.at)
        return zip(times.dropFirst(), times).map { $0.since($1) }
    }
}

/// A directory that is gone once nobody refers to it any more.
final class TestDirectory: Sendable {
    private let path: String

    init() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        path = directory.path()
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }
}
