import Logging
import MartletCore
import MartletStore

/// Tells webhooks of operational events: publishes each to the webhooks of ``OperationsApplication`` that subscribed to it,
/// as any other event is published.
///
/// What is untold is found in the store, whenever and by whichever node it was recorded, and counts as told once its
/// deliveries are durable. A process that dies in between has them published again under the same id, which changes nothing.
/// What happens to those webhooks themselves is told to none of them, so that there is no loop.
public struct Herald: Sendable {
    /// How many operational events one transaction publishes.
    static let step = 100
    /// How often somebody looks for more.
    static let interval = Duration.seconds(1)

    private let context: ServiceContext
    private let pause: @Sendable (Duration) async -> Void

    /// - Parameter pause: waits; ends early where its task is cancelled.
    public init(
        _ context: ServiceContext,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.context = context
        self.pause = pause
    }

    /// Tells what there is to tell until its task is cancelled.
    public func run() async {
        var hasComplained = false
        while !Task.isCancelled {
            var isBehind = false
            do throws(ServiceError) {
                if context.node.has(.alerts) { isBehind = try await tell() >= Self.step }
                hasComplained = false
            } catch {
                if !hasComplained {
                    context.log.warning(
                        "operational events are told later", metadata: ["error": "\(error.detail)"])
                }
                hasComplained = true
            }
            // Thousands that come together go out at a few hundred a second, behind whatever else is published.
            await pause(isBehind ? Self.interval / 4 : Self.interval)
        }
    }

    /// Tells of the oldest events that are untold, ``step`` at the most. Returns how many there were.
    @discardableResult
    public func tell() async throws(ServiceError) -> Int {
        let events = try await context.stored { () async throws(StoreError) in
            try await context.store.untoldOperationalEvents(limit: Self.step)
        }
        guard !events.isEmpty else { return 0 }
        let entries = events.compactMap(entry)
        if !entries.isEmpty {
            let result = try await context.committer.accept(Acceptance(entries: entries))
            if case .accepted(let results) = result {
                let stored = zip(entries, results).filter { $1 == .stored }
                context.metrics.accepted(
                    events: stored.count, deliveries: stored.reduce(0) { $0 + $1.0.deliveries.count })
            }
        }
        try await context.stored { () async throws(StoreError) in try await context.store.markTold(events) }
        return events.count
    }

    /// What is published of an operational event; `nil` where nobody is to hear of it.
    private func entry(_ operational: OperationalEvent) -> Acceptance.Entry? {
        guard let application = context.operations(in: operational.environment),
            operational.application != application.id || operational.endpoint == nil
        else { return nil }
        let type = operational.kind.rawValue
        let data =
            operational.application == application.id ? operational.data : Self.payload(of: operational)
        let subscribers = context.directory.audience(
            for: type, application: application.id, in: operational.environment
        ).members(for: data[...])
        guard !subscribers.isEmpty else { return nil }
        let now = context.time.now()
        let id = context.identifiers.next(EventKind.self, at: now)
        let chosenID = operational.id.description
        let event = Event(
            id: id, environment: operational.environment, chosenID: chosenID, type: type, application: application.id,
            created: operational.createdAt, acceptedAt: now, deliveryCount: subscribers.count,
            body: EventBody(id: chosenID, type: type, created: operational.createdAt, data: data))
        let deliveries = subscribers.map { subscriber in
            Delivery(
                id: context.identifiers.next(at: now), environment: operational.environment, event: id,
                endpoint: subscriber.endpoint, application: subscriber.application, cause: .publish, createdAt: now,
                turn: subscriber.turn(of: event, due: now), state: .scheduled(due: now))
        }
        return Acceptance.Entry(event: event, deliveries: deliveries)
    }

    /// The details with the application in front, which those who list operational events see beside them.
    private static func payload(of event: OperationalEvent) -> [UInt8] {
        guard let details = (try? JSONValue(parsing: event.data))?.object,
            !details.contains(where: { $0.key == "application" })
        else { return event.data }
        return JSONValue.object([.init("application", .string(event.application.description))] + details).bytes
    }
}
