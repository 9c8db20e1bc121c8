public import MartletCore
public import MartletStore
import Synchronization

/// Tells whoever listens what became durable in this process, as it does. While nobody listens it costs the commit one
/// look at a counter; whoever listens too slowly misses what came first, and is told how much.
public final class LiveFeed: Sendable {
    /// How many may listen at once.
    public static let mostListeners = 256
    /// How much waits for one of them at the most.
    static let mostWaiting = 256

    private struct Listener {
        let filter: LiveFilter
        let items: AsyncStream<LiveItem>.Continuation
        let missed: MissedCount
    }

    private let count = Atomic<Int>(0)
    private let listeners = Mutex<(next: Int, all: [Int: Listener])>((0, [:]))

    public init() {}

    /// Whether anybody listens.
    var isHeard: Bool { count.load(ordering: .relaxed) > 0 }

    /// How many listen.
    public var listenerCount: Int { count.load(ordering: .relaxed) }

    /// Listens until the subscription is gone.
    func subscribe(_ filter: LiveFilter) throws(ServiceError) -> LiveSubscription {
        let (items, continuation) = AsyncStream.makeStream(
            of: LiveItem.self, bufferingPolicy: .bufferingNewest(Self.mostWaiting))
        let missed = MissedCount()
        let id: Int? = listeners.withLock { listeners in
            guard listeners.all.count < Self.mostListeners else { return nil }
            listeners.next += 1
            listeners.all[listeners.next] = Listener(filter: filter, items: continuation, missed: missed)
            count.store(listeners.all.count, ordering: .relaxed)
            return listeners.next
        }
        guard let id else {
            throw ServiceError(
                .unavailable, "too_many_listeners",
                "\(Self.mostListeners) are listening already, as many as may at once. Try again later.",
                retryAfter: .seconds(10))
        }
        continuation.onTermination = { [weak self] _ in self?.unsubscribe(id) }
        return LiveSubscription(items: items, continuation: continuation, missed: missed)
    }

    private func unsubscribe(_ id: Int) {
        listeners.withLock { listeners in
            listeners.all[id] = nil
            count.store(listeners.all.count, ordering: .relaxed)
        }
    }

    // MARK: Telling

    /// Events became durable, each with its deliveries.
    func accepted(_ entries: some Sequence<Acceptance.Entry>) {
        let listeners = Array(listeners.withLock(\.all).values)
        guard !listeners.isEmpty else { return }
        for entry in entries {
            tell(.accepted(entry.event, deliveries: entry.deliveries, isReplay: entry.isReplay), listeners)
        }
    }

    /// Outcomes became durable.
    func settled(_ outcomes: some Sequence<SettledParcel>) {
        let listeners = Array(listeners.withLock(\.all).values)
        guard !listeners.isEmpty else { return }
        for outcome in outcomes {
            var delivery = outcome.pending.parcel.delivery
            delivery.state = outcome.pending.settlement.state
            delivery.attemptCount = outcome.pending.settlement.attempt.number
            tell(
                .attempted(outcome.pending.parcel.event, delivery, outcome.pending.settlement.attempt), listeners)
        }
    }

    /// Requests stand in the log of a source.
    func received(_ requests: some Sequence<StoredRequest>) {
        let listeners = Array(listeners.withLock(\.all).values)
        guard !listeners.isEmpty else { return }
        for request in requests { tell(.received(request), listeners) }
    }

    private func tell(_ item: LiveItem, _ listeners: [Listener]) {
        for listener in listeners {
            guard let item = listener.filter.narrowed(item) else { continue }
            if case .dropped = listener.items.yield(item) { listener.missed.add() }
        }
    }
}

/// Something that has just become durable.
public enum LiveItem: Sendable {
    /// An event was accepted, or delivered again, with these deliveries.
    case accepted(Event, deliveries: [Delivery], isReplay: Bool)
    /// An attempt is over, and its delivery stands as it is given.
    case attempted(Event, Delivery, Attempt)
    /// A source received a request, and judged it.
    case received(StoredRequest)
    /// Nothing; a listener asked to be woken.
    case tick

    /// The event that it is about.
    public var event: Event? {
        switch self {
        case .accepted(let event, _, _), .attempted(let event, _, _): event
        case .received, .tick: nil
        }
    }
}

/// What a listener wants to hear of.
public struct LiveFilter: Sendable {
    var environment: EnvironmentID
    /// What is meant for this application or goes to one of its endpoints.
    var application: ApplicationID?
    public var endpoint: EndpointID?
    /// A type or a pattern: see ``EventTypeName``.
    public var type: String?
    /// The requests of this source alone.
    public var source: SourceID?

    /// What of an item the listener is told; `nil` for nothing.
    func narrowed(_ item: LiveItem) -> LiveItem? {
        if case .received(let request) = item { return wants(request) ? item : nil }
        guard source == nil, let event = item.event, event.environment == environment else { return nil }
        if let type, !EventTypeName.pattern(type, covers: event.type) { return nil }
        switch item {
        case .accepted(_, let deliveries, let isReplay):
            guard application != nil || endpoint != nil else { return item }
            let own = deliveries.filter { delivery in
                (application.map { $0 == delivery.application } ?? true)
                    && (endpoint.map { $0 == delivery.endpoint } ?? true)
            }
            // An event that is meant for the application is its business though nobody there subscribes.
            let isMeant = endpoint == nil && application != nil && event.application == application
            return own.isEmpty && !isMeant ? nil : .accepted(event, deliveries: own, isReplay: isReplay)
        case .attempted(_, let delivery, _):
            if let endpoint, delivery.endpoint != endpoint { return nil }
            return application.map { $0 == delivery.application } ?? true ? item : nil
        case .received, .tick: return nil
        }
    }

    private func wants(_ request: StoredRequest) -> Bool {
        guard request.environment == environment, type == nil, endpoint == nil else { return false }
        if let application, request.application != application { return false }
        return source.map { $0 == request.source } ?? true
    }
}

/// What a listener hears, until it is let go.
public struct LiveSubscription: Sendable {
    public let items: AsyncStream<LiveItem>
    private let continuation: AsyncStream<LiveItem>.Continuation
    private let missed: MissedCount

    init(items: AsyncStream<LiveItem>, continuation: AsyncStream<LiveItem>.Continuation, missed: MissedCount) {
        self.items = items
        self.continuation = continuation
        self.missed = missed
    }

    /// How many items were missed since this was last asked.
    public func takeMissed() -> Int { missed.take() }

    /// Ends the items.
    public func end() { continuation.finish() }

    /// Hears a ``LiveItem/tick`` each `interval` while `body` runs, and lets go afterwards.
    public func ticking<Value: Sendable>(
        every interval: Duration, _ body: (AsyncStream<LiveItem>) async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { [continuation, items] group in
            group.addTask {
                while !Task.isCancelled {
                    try? await Task.sleep(for: interval)
                    continuation.yield(.tick)
                }
            }
            defer {
                group.cancelAll()
                continuation.finish()
            }
            return try await body(items)
        }
    }
}

/// How much a listener has missed.
final class MissedCount: Sendable {
    private let count = Atomic<Int>(0)

    func add() { count.wrappingAdd(1, ordering: .relaxed) }
    func take() -> Int { count.exchange(0, ordering: .relaxed) }
}
