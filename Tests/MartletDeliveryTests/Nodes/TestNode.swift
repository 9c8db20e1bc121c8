import Logging
import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import MartletTesting
import NIOPosix
import ServiceLifecycle

/// One node: the real engine and the real membership over a store that others share. It beats when the test says so.
final class TestNode: Sendable {
    static let lease = Duration.seconds(10)

    let name: String
    let store: FaultyStore
    let engine: DeliveryEngine
    let context: ServiceContext
    let membership: Membership
    let fence: NodeFence
    let status: NodeStatus
    let jobs: JobRunner

    private let group: ServiceGroup
    private let running: Task<Void, any Error>
    private let listening: Task<Void, Never>
    private let shared: InMemoryStore

    /// Joins, and delivers from then on.
    init(_ name: String, on scene: NodeScene, limits: EngineLimits = EngineLimits()) async throws {
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        self.name = name
        let shared = InMemoryStore(sharing: scene.memory)
        self.shared = shared
        let store = FaultyStore(shared)
        self.store = store
        let metrics = ServiceMetrics()
        let directory = Directory(vault: scene.vault)
        let lastChange = try await store.configurationChanges(after: nil).last
        directory.load(try await store.configuration())
        fence = NodeFence(time: scene.clock)
        status = NodeStatus(isShared: true)
        let identifiers = IdentifierSource()
        let committer = GroupCommitter(store: store, limits: CommitLimits(), metrics: metrics, log: log)
        let listeners = ListenHub()
        let engine = DeliveryEngine(
            store: store, directory: directory, committer: committer,
            sender: NodeSender(node: name, receiver: scene.receiver), group: MultiThreadedEventLoopGroup.singleton,
            limits: limits, identifiers: identifiers, clock: scene.clock, metrics: metrics, version: "test", log: log,
            fence: fence, listeners: listeners)
        self.engine = engine
        context = ServiceContext(
            store: store, directory: directory, committer: committer, courier: engine, identifiers: identifiers,
            time: scene.clock, vault: scene.vault, egress: EgressPolicy(requiresHTTPS: false),
            limits: ServiceLimits(), metrics: metrics, log: log, node: status,
            listeners: listeners)
        jobs = JobRunner(context, clock: scene.clock)
        let follower = ConfigurationFollower(
            store: store, directory: directory, courier: engine, after: lastChange, log: log)
        directory.follow(follower)
        let membership = Membership(
            context, name: name, lease: Self.lease, fence: fence, courier: engine, follower: follower, log: log)
        self.membership = membership
        listeners.claim { (endpoint) async throws(StoreError) in try await membership.claim(endpoint) }
        try await membership.join()
        try await engine.restore()
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: engine, successTerminationBehavior: .ignore),
                    .init(service: jobs, successTerminationBehavior: .ignore),
                ], logger: log))
        self.group = group
        running = Task { try await group.run() }
        let news = store.news()
        listening = Task { for await item in news { await membership.hear(item) } }
        await membership.beat()
    }

    /// Stops as on SIGTERM, and leaves.
    func stop() async throws {
        await group.triggerGracefulShutdown()
        try await running.value
        try await shared.leave()
        await shared.close()
        await listening.value
    }

    /// Ends as on SIGKILL: what it had under way ends for nobody.
    func kill() async {
        engine.halt()
        await shared.close()
        await group.triggerGracefulShutdown()
        await listening.value
    }

    /// The delivery as the store has it.
    func stored(_ delivery: Delivery) async throws -> Delivery? {
        try await context.store.delivery(delivery.id, in: delivery.environment)
    }
}
