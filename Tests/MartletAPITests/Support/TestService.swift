import Foundation
import Logging
import MartletCore
import MartletDelivery
import MartletSQLite
import MartletService
import MartletStore
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import MartletAPI

/// A service of a test's own: the server on a free port, the engine and a store on the disk. Only the sender is not
/// real: what would go out is recorded.
struct TestService: Sendable {
    let port: Int
    let context: ServiceContext
    let sender: RecordingSender
    /// The first admin keys.
    let keys: Bootstrap.FirstKeys
    let contract: Contract

    static let version = "1.2.3"

    /// Runs `body` with a service, and stops it.
    ///
    /// - Parameter time: what the use cases go by, in the stead of the real time.
    static func with<Value: Sendable>(
        egress: EgressPolicy = EgressPolicy(allowsPrivateNetworks: true), connections: ConnectionLimits = .patient,
        limits: ServiceLimits = .init(), intake: IntakeLimits = .init(), commits: CommitLimits = .init(),
        time: (any TimeSource)? = nil, proxies: TrustedProxies = TrustedProxies(),
        _ body: @escaping @Sendable (TestService) async throws -> Value
    ) async throws -> Value {
        let directory = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let store = try await SQLiteStore.open(path: directory.appending(path: "martlet.db").path())
        let result: Result<Value, any Error>
        do {
            result = .success(try await run(store, egress, connections, limits, intake, commits, time, proxies, body))
        } catch {
            result = .failure(error)
        }
        await store.close()
        return try result.get()
    }

    private static func run<Value: Sendable>(
        _ store: SQLiteStore, _ egress: EgressPolicy, _ connections: ConnectionLimits, _ limits: ServiceLimits,
        _ intake: IntakeLimits, _ commits: CommitLimits, _ time: (any TimeSource)?, _ proxies: TrustedProxies,
        _ body: @escaping @Sendable (TestService) async throws -> Value
    ) async throws -> Value {
        let group = MultiThreadedEventLoopGroup.singleton
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let clock = SystemClock(group: group)
        let identifiers = IdentifierSource()
        guard let vault = SecretVault(masterKey: Array(repeating: 7, count: SecretVault.keyLength)) else {
            preconditionFailure("the key has the length that the vault asks for")
        }
        let made = try await Bootstrap(store: store, vault: vault, identifiers: identifiers, time: clock)
            .makeEnvironments(template: .standard)
        guard let keys = made else { preconditionFailure("a new store has no environments yet") }
        let directory = Directory(vault: vault)
        directory.load(try await store.configuration())
        let metrics = ServiceMetrics()
        let committer = GroupCommitter(
            store: store, limits: commits, metrics: metrics, log: log, intake: Intake(limits: intake))
        let sender = RecordingSender(group: group)
        let listeners = ListenHub()
        let engine = DeliveryEngine(
            store: store, directory: directory, committer: committer, sender: sender, group: group,
            limits: EngineLimits(), identifiers: identifiers, clock: clock, metrics: metrics, version: version,
            log: log,
            listeners: listeners)
        try await engine.restore()
        let context = ServiceContext(
            store: store, directory: directory, committer: committer, courier: engine, identifiers: identifiers,
            time: time ?? clock, vault: vault, egress: egress, limits: limits, metrics: metrics, log: log,
            listeners: listeners, proxies: proxies)
        let (ports, port) = AsyncStream<Int>.makeStream()
        let server = APIServer(
            context: context, host: "127.0.0.1", port: 0, group: group, version: version, log: log, limits: connections
        ) { port.yield($0) }
        let services = ServiceGroup(services: [engine, JobRunner(context, clock: clock), server], logger: log)
        return try await withThrowingTaskGroup(of: Value?.self) { tasks in
            tasks.addTask {
                try await services.run()
                return nil
            }
            guard let port = await ports.first(where: { _ in true }) else { throw CancellationError() }
            let contract = try Contract(
                OpenAPIDocument(
                    operations: APIServer.operations(context, version: version), limits: limits, version: version
                ).bytes)
            let service = TestService(port: port, context: context, sender: sender, keys: keys, contract: contract)
            let result: Result<Value, any Error>
            do {
                result = .success(try await body(service))
            } catch {
                result = .failure(error)
            }
            await services.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return try result.get()
        }
    }

    var now: Timestamp { context.time.now() }

    /// Somebody who asks with a key, or with none.
    func client(_ key: String?) -> APIClient { APIClient(service: self, key: key) }

    /// The admin of the environment that takes http and private addresses too.
    var admin: APIClient { client(keys.sandbox) }

    /// The admin of another environment.
    var foreigner: APIClient { client(keys.live) }

    /// Somebody with a new key of that role.
    func newClient(_ role: String, application: String? = nil) async throws -> APIClient {
        var body: [JSONValue.Member] = [.init("role", .string(role))]
        if let application { body.append(.init("application", .string(application))) }
        let answer = try await admin.post("/v1/keys", .object(body))
        return client(try answer.string("key"))
    }
}

extension ConnectionLimits {
    /// The defaults, but for what time brings about: a busy machine may take long from one line of a test to the next.
    static let patient: ConnectionLimits = {
        var limits = ConnectionLimits()
        limits.body = .seconds(3600)
        limits.idle = .seconds(3600)
        return limits
    }()
}
