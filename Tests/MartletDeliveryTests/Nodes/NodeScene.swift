import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import MartletTesting

/// Several nodes over one store in memory, with one clock that stands still and one network.
final class NodeScene: Sendable {
    let clock = ManualTimeSource()
    let memory: SharedMemory
    let receiver: SharedReceiver
    let vault: SecretVault
    let principal: Principal

    private static let environment = EnvironmentID(high: 0x7000, low: 1)

    init() async throws {
        guard let vault = SecretVault(masterKey: [UInt8](repeating: 7, count: SecretVault.keyLength)) else {
            preconditionFailure("the key is long enough")
        }
        self.vault = vault
        memory = SharedMemory(time: clock)
        receiver = SharedReceiver(clock: clock)
        principal = .operating(of: Self.environment)
        let application = Application(
            id: ApplicationID(high: 0x7000, low: 2), environment: Self.environment, uid: nil, name: "Default",
            createdAt: clock.now(), updatedAt: clock.now())
        try await InMemoryStore(sharing: memory).apply([
            .putEnvironment(
                Environment(
                    id: Self.environment, name: "sandbox", profile: "standard", requiresHTTPS: false,
                    defaultApplication: application.id)),
            .putApplication(application),
        ])
    }

    /// A new node that has joined.
    func node(_ name: String, limits: EngineLimits = EngineLimits()) async throws -> TestNode {
        try await TestNode(name, on: self, limits: limits)
    }

    // MARK: Doing

    /// Makes a webhook through a node.
    @discardableResult
    func webhook(
        through node: TestNode, _ change: (inout WebhookDraft) -> Void = { _ in }
    ) async throws -> Endpoint {
        var draft = WebhookDraft()
        draft.url = "http://hooks.example.com/in"
        draft.events = ["*"]
        change(&draft)
        return try await WebhookService(node.context).create(draft, by: principal).endpoint
    }

    @discardableResult
    func change(
        _ id: EndpointID, through node: TestNode, _ change: (inout WebhookDraft) -> Void
    ) async throws -> Endpoint {
        var draft = WebhookDraft()
        change(&draft)
        return try await WebhookService(node.context).update(id, draft, by: principal).endpoint
    }

    /// Publishes an event through a node, and gives its deliveries.
    @discardableResult
    func publish(
        _ number: Int = 0, key: String? = nil, through node: TestNode, after delay: Duration? = nil
    ) async throws -> [Delivery] {
        try await EventService(node.context).publish(
            EventDraft(
                type: "property.created", orderingKey: key, deliverAt: delay.map { clock.now() + $0 },
                data: Array(#"{"n":\#(number),"key":"\#(key ?? "")"}"#.utf8)), by: principal
        ).deliveries
    }

    /// Moves the clock on, with every node of these beating at each step of it.
    func pass(_ duration: Duration, by step: Duration = .seconds(1), beating nodes: [TestNode]) async {
        let end = clock.now() + duration
        while clock.now() < end {
            clock.advance(to: min(end, clock.now() + step))
            for node in nodes { await node.membership.beat() }
        }
    }

    // MARK: Looking

    /// Returns once so many attempts have been made in all.
    func made(_ count: Int) async throws {
        _ = try await eventually({ receiver.attempts.count }, until: { $0 >= count })
    }

    /// Returns once so many attempts have been acknowledged, and the store says the same of every delivery.
    func delivered(_ deliveries: [Delivery], asToldBy node: TestNode) async throws {
        for delivery in deliveries {
            _ = try await eventually({ try await node.stored(delivery)?.state.status }, until: { $0 == .succeeded })
        }
    }

    /// Returns once a node knows an endpoint as `isKnown` wants it, and its engine does too.
    @discardableResult
    func known(_ id: EndpointID, at node: TestNode, _ isKnown: (Endpoint?) -> Bool) async throws -> Endpoint? {
        let endpoint = try await eventually(
            { node.context.directory.endpoint(id, in: Self.environment) }, until: isKnown)
        // Whoever takes a change over tells the engine last: this one waits until that is done.
        await node.membership.hear(.configuration)
        return endpoint
    }
}
