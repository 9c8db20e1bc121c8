/// Admits each event once, however often its request arrives: senders send again what they saw no answer to, and whoever
/// has seen a request can send it again within the tolerance.
///
/// ```swift
/// let replays = ReplayGuard(store: MemoryReplayStore(), window: .seconds(86_400))
/// if case .accepted(let event) = receiver.receive(request, now: now),
///     try await replays.admits(event, of: request, at: now)
/// {
///     try await work(request)  // and `forget` where that fails, so that the sender's next try is new
/// }
/// ```
public struct ReplayGuard<Store: ReplayStore>: Sendable {
    private let store: Store
    private let window: Int64

    /// Makes a guard.
    ///
    /// - Parameters:
    ///   - store: Where it remembers. What several guards share should come from one sender, or carry its name in `scope`.
    ///   - window: How long an event is remembered; longer than the sender goes on sending it again.
    public init(store: Store, window: Duration) {
        self.store = store
        self.window = max(1, window.components.seconds)
    }

    /// Whether an event that was accepted is new, which it is no longer then.
    ///
    /// - Parameters:
    ///   - acceptance: What the receiver said of the request.
    ///   - request: The request, by whose body an event without an id is known.
    ///   - scope: What to tell the events of several senders apart by.
    ///   - now: The receiver's clock, in Unix seconds.
    /// - Throws: What the store throws. The event should not be acted on then, and the sender asked to try again.
    public func admits(
        _ acceptance: Acceptance, of request: WebhookRequest, scope: String = "", at now: Int64
    ) async throws -> Bool {
        let (expiry, overflows) = now.addingReportingOverflow(window)
        return try await store.remember(
            acceptance.key(of: request, scope: scope), until: overflows ? .max : expiry, now: now)
    }

    /// Forgets an event that was admitted and came to nothing, so that the sender's next try is new.
    public func forget(_ acceptance: Acceptance, of request: WebhookRequest, scope: String = "") async throws {
        try await store.forget(acceptance.key(of: request, scope: scope))
    }
}

extension Acceptance {
    /// By what two requests are known to bring one event: the sender's own id, or else the SHA-256 of the body.
    ///
    /// - Parameters:
    ///   - request: The request that was accepted.
    ///   - scope: What to tell the events of several senders apart by.
    public func key(of request: WebhookRequest, scope: String = "") -> String {
        guard let eventID else {
            let digest = request.withView { HMACHash.sha256.digest(of: SignedMessage(body: $0.body)) }
            return "\(scope)#" + Base64.encode(digest)
        }
        return "\(scope):\(eventID)"
    }
}
