import Logging
import MartletAPI
import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import MartletTesting
import NIOCore
import NIOPosix
import ServiceLifecycle

@testable import MartletDashboard

/// A dashboard of a test's own, over a store in memory and an engine whose receivers a test speaks for.
struct TestDashboard: Sendable {
    let dashboard: Dashboard
    let context: ServiceContext
    let receivers: ScriptedReceivers
    /// The first admin keys.
    let keys: Bootstrap.FirstKeys

    /// Runs `body` with a dashboard, and stops it.
    static func with<Value: Sendable>(
        publicURL: String? = nil, template: MartletService.Template = .standard,
        _ body: @escaping @Sendable (TestDashboard) async throws -> Value
    ) async throws -> Value {
        let group = MultiThreadedEventLoopGroup.singleton
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let store = InMemoryStore()
        let clock = SystemClock(group: group)
        let identifiers = IdentifierSource()
        guard let vault = SecretVault(masterKey: Array(repeating: 7, count: SecretVault.keyLength)) else {
            preconditionFailure("the key has the length that the vault asks for")
        }
        let made = try await Bootstrap(store: store, vault: vault, identifiers: identifiers, time: clock)
            .makeEnvironments(template: template)
        guard let keys = made else { preconditionFailure("a new store has no environments yet") }
        let directory = Directory(vault: vault)
        directory.load(try await store.configuration())
        let metrics = ServiceMetrics()
        let committer = GroupCommitter(store: store, limits: CommitLimits(), metrics: metrics, log: log)
        let receivers = ScriptedReceivers(group: group)
        let engine = DeliveryEngine(
            store: store, directory: directory, committer: committer, sender: receivers, group: group,
            limits: EngineLimits(), identifiers: identifiers, clock: clock, metrics: metrics, version: "1.2.3", log: log
        )
        try await engine.restore()
        let context = ServiceContext(
            store: store, directory: directory, committer: committer, courier: engine, identifiers: identifiers,
            time: clock, vault: vault, egress: EgressPolicy(allowsPrivateNetworks: true), limits: ServiceLimits(),
            metrics: metrics, log: log)
        let dashboard = Dashboard(
            context,
            Dashboard.Configuration(
                publicURL: publicURL, version: "1.2.3", openAPI: APIServer.document(of: context, version: "1.2.3")),
            log: log)
        let services = ServiceGroup(services: [engine, JobRunner(context, clock: clock)], logger: log)
        return try await withThrowingTaskGroup(of: Value?.self) { tasks in
            tasks.addTask {
                try await services.run()
                return nil
            }
            let result: Result<Value, any Error>
            do {
                result = .success(
                    try await body(
                        TestDashboard(dashboard: dashboard, context: context, receivers: receivers, keys: keys)))
            } catch {
                result = .failure(error)
            }
            await services.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return try result.get()
        }
    }

    var live: Environment { environment("live") }
    var sandbox: Environment { environment("sandbox") }

    private func environment(_ name: String) -> Environment {
        guard let environment = context.directory.environment(named: name) else {
            preconditionFailure("a new store has the environment \(name)")
        }
        return environment
    }

    /// The admin of the sandbox.
    var admin: Principal { .operating(of: sandbox.id) }

    /// A browser in which nobody has signed in.
    func browser() -> Browser { Browser(dashboard) }

    /// A browser in which the operator has signed in.
    func operating() async throws -> Browser {
        let browser = browser()
        let token = try await LoginLinks(store: context.store, time: context.time).issue(lifetime: .seconds(60))
        _ = try await browser.get(Dashboard.loginPath(token: token))
        _ = try await browser.post("/dashboard/sign-in/link", ["token": token])
        return browser
    }

    /// A browser that has signed in with a key of that role in the sandbox.
    func browser(_ role: String, application: String? = nil) async throws -> Browser {
        let issued = try await KeyService(context).create(
            name: "A \(role)", role: role, application: application, expiresAt: nil, by: admin)
        let browser = browser()
        _ = try await browser.signIn(issued.text)
        return browser
    }

    // MARK: Things

    func webhook(
        by principal: Principal? = nil, _ change: (inout WebhookDraft) -> Void = { _ in }
    ) async throws -> Endpoint {
        var draft = WebhookDraft()
        draft.url = "http://127.0.0.1:9000/in"
        draft.events = ["*"]
        change(&draft)
        return try await WebhookService(context).create(draft, by: principal ?? admin).endpoint
    }

    /// A source for GitHub, unless it is changed.
    func source(_ change: (inout SourceDraft) -> Void = { _ in }) async throws -> MartletCore.Source {
        var draft = SourceDraft()
        draft.name = "GitHub"
        draft.preset = "github"
        draft.secret = "s3cret"
        change(&draft)
        return try await SourceService(context).create(draft, by: admin).source
    }

    /// Publishes an event and waits until its deliveries have had their first attempts.
    @discardableResult
    func publish(
        _ type: String = "order.created", data: String = #"{"order_id":"o_1"}"#, application: String? = nil,
        by principal: Principal? = nil
    ) async throws -> PublishedEvent {
        let published = try await EventService(context).publish(
            EventDraft(type: type, application: application, data: Array(data.utf8)), by: principal ?? admin)
        for delivery in published.deliveries { await context.courier.settled(delivery.id, of: delivery.endpoint) }
        return published
    }

    func application(_ uid: String, by principal: Principal? = nil) async throws -> Application {
        try await ApplicationService(context).create(
            name: uid.uppercased(), uid: uid, metadata: [], by: principal ?? admin)
    }
}
