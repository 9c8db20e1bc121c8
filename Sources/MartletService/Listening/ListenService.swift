public import MartletCore
import MartletStore

/// Listening to an endpoint of kind `listen`, and answering what one hears.
public struct ListenService: Sendable {
    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    /// The endpoint that the principal wants to listen to. Refused where it may not, or where it is none that is listened
    /// to.
    @discardableResult
    public func endpoint(_ id: EndpointID, for principal: Principal) throws(ServiceError) -> Endpoint {
        // Whoever listens is sent what the endpoint's receiver is: headers of its own, and signatures.
        try principal.require(.changeWebhooks)
        let endpoint = try context.endpoint(id, for: principal)
        // What a source's senders prove themselves with is in their requests.
        if endpoint.source != nil { try principal.require(.changeSources) }
        guard endpoint.kind == .listen else {
            throw ServiceError(
                .conflict, "webhook_not_listening",
                "This webhook is sent to \(endpoint.url). One that is listened to has a URL such as listen:laptop.")
        }
        return endpoint
    }

    /// Makes sure that the principal can listen, and that the endpoint's deliveries go out from here. To be followed by
    /// ``connect(to:session:)``.
    ///
    /// - Parameter session: what the listener calls itself, the same each time that it connects.
    public func prepare(_ id: EndpointID, session: String, for principal: Principal) async throws(ServiceError) {
        try endpoint(id, for: principal)
        guard (1...128).contains(session.utf8.count) else {
            throw .invalid("session", "Give 1 to 128 bytes, the same each time that you connect.")
        }
        guard context.listeners.hasRoom(for: id) else { throw ListenHub.full }
        try await context.stored { () async throws(StoreError) in try await context.listeners.claim(id) }
    }

    /// Listens; whoever did before is told that it was replaced.
    public func connect(to id: EndpointID, session: String) throws(ServiceError) -> ListenSubscription {
        try context.listeners.connect(id, session: session, now: context.time.now())
    }

    /// Listens no more.
    public func stop(_ subscription: ListenSubscription, to id: EndpointID) {
        context.listeners.disconnect(subscription, from: id)
    }

    /// Whether the principal's key and the endpoint are still what they were.
    public func isGood(_ id: EndpointID, for principal: Principal) -> Bool {
        KeyService(context).isGood(principal) && (try? endpoint(id, for: principal)) != nil
    }

    /// Records what came of an attempt. Returns once that is durable.
    public func answer(
        _ key: HandedAttempt.Key, of id: EndpointID, with answer: ListenAnswer, by principal: Principal
    ) async throws(ServiceError) {
        try endpoint(id, for: principal)
        guard context.listeners.answer(key, of: id, with: answer) else {
            throw ServiceError(
                .conflict, "attempt_not_awaited",
                "No answer to this attempt is waited for here. Where it was not recorded it is handed out again: give the "
                    + "same answer then.")
        }
        await context.courier.settled(key.delivery, of: id)
    }
}
