public import MartletCore
import MartletStore

/// Looking at deliveries, and moving them by hand.
public struct DeliveryService: Sendable {
    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    /// A delivery that the principal may know of.
    public func delivery(_ id: DeliveryID, for principal: Principal) async throws(ServiceError) -> Delivery {
        try principal.require(.readDeliveries)
        return context.withLiveState(try await stored(id, for: principal))
    }

    /// A delivery's attempts, the first one first.
    public func attempts(of delivery: Delivery) async throws(ServiceError) -> [Attempt] {
        try await context.stored { () async throws(StoreError) in
            try await context.store.attempts(of: delivery.id)
        }
    }

    /// The event that a delivery carries.
    public func event(of delivery: Delivery) async throws(ServiceError) -> Event? {
        try await context.stored { () async throws(StoreError) in
            try await context.store.event(delivery.event, in: delivery.environment)
        }
    }

    /// The delivery that another one waits for, where its endpoint has an order and it is not its turn yet. Cancelling
    /// that one is how it is skipped.
    public func blocker(of delivery: Delivery) async throws(ServiceError) -> DeliveryID? {
        guard let turn = delivery.turn, !delivery.state.isFinal else { return nil }
        let head = try await context.stored { () async throws(StoreError) in
            try await context.store.head(of: turn.key, at: delivery.endpoint)
        }
        return head == delivery.id ? nil : head
    }

    /// Lists deliveries, newest first.
    public func deliveries(
        _ filter: DeliveryFilter, page: PageRequest, for principal: Principal
    ) async throws(ServiceError) -> ListPage<Delivery> {
        try principal.require(.readDeliveries)
        var query = DeliveryQuery(environment: principal.environment, limit: page.limit)
        query.application = try context.application(named: filter.application, for: principal)?.id
        query.endpoint = filter.endpoint
        query.status = filter.status
        query.since = filter.since
        query.until = filter.until
        query.before = try page.position(of: DeliveryID.self)
        if let name = filter.event {
            guard let id = try await eventID(named: name, in: principal.environment) else {
                return ListPage(items: [], next: nil)
            }
            query.event = id
        }
        let found = try await context.stored { [query] () async throws(StoreError) in
            try await context.store.deliveries(query)
        }
        return ListPage(items: found.items.map(context.withLiveState), next: found.next?.description)
    }

    private func eventID(named name: String, in environment: EnvironmentID) async throws(ServiceError) -> EventID? {
        if let id = EventID(name) { return id }
        return try await context.stored { () async throws(StoreError) in
            try await context.store.event(chosenID: name, in: environment)?.id
        }
    }

    /// Makes the next attempt of a delivery now, whether its schedule has run out or not.
    public func retry(_ id: DeliveryID, by principal: Principal) async throws(ServiceError) -> Delivery {
        try principal.require(.changeDeliveries)
        let now = context.time.now()
        let delivery = try await stored(id, for: principal)
        guard context.directory.endpoint(delivery.endpoint, in: principal.environment) != nil else {
            throw ServiceError(
                .conflict, "webhook_deleted", "The delivery's webhook was deleted, so there is nowhere to send it.")
        }
        if delivery.state.isFinal, try await event(of: delivery)?.body.isDropped ?? true {
            throw EventRules.payloadDropped
        }
        let moved = try await move(id, by: principal) { machine throws(DeliveryStateMachine.IllegalMove) in
            try machine.retryRequested(at: now)
        }
        await context.courier.rescheduled(moved.id, of: moved.endpoint, due: now)
        return context.withLiveState(moved)
    }

    /// Gives a delivery up.
    public func cancel(_ id: DeliveryID, by principal: Principal) async throws(ServiceError) -> Delivery {
        try principal.require(.changeDeliveries)
        let now = context.time.now()
        let moved = try await move(id, by: principal) { machine throws(DeliveryStateMachine.IllegalMove) in
            try machine.cancelRequested(at: now, reason: .requested)
        }
        await context.courier.cancelled(moved.id, of: moved.endpoint)
        return moved
    }

    private func move(
        _ id: DeliveryID, by principal: Principal,
        _ change: (inout DeliveryStateMachine) throws(DeliveryStateMachine.IllegalMove) -> Void
    ) async throws(ServiceError) -> Delivery {
        // Twice: an attempt may be recorded between the look and the move.
        for _ in 0..<2 {
            let stored = try await stored(id, for: principal)
            var machine = DeliveryStateMachine(context.withLiveState(stored).state)
            do throws(DeliveryStateMachine.IllegalMove) {
                try change(&machine)
            } catch {
                throw ServiceError(.conflict, "delivery_\(error.from.rawValue)", hint(error))
            }
            let state = machine.state
            let isMoved: Bool
            do throws(ServiceError) {
                isMoved = try await context.stored { () async throws(StoreError) in
                    try await context.store.move(stored, to: state)
                }
            } catch {
                // It may have been moved, and nobody would look for it: whatever is in memory is to be read anew.
                await context.courier.rescheduled(id, of: stored.endpoint, due: context.time.now())
                throw error
            }
            if isMoved {
                if stored.state.isFinal, !state.isFinal { context.committer.intake.resumed(stored) }
                if state.isFinal, !stored.state.isFinal { context.committer.intake.ended(1, of: stored.endpoint) }
                var moved = stored
                moved.state = state
                return moved
            }
        }
        throw ServiceError(
            .conflict, "delivery_changed", "The delivery changed at the same moment. Look at it and try again.")
    }

    private func hint(_ error: DeliveryStateMachine.IllegalMove) -> String {
        switch error.from {
        case .held: "\(error) Its webhook is not active: activate it first."
        case .inFlight: "\(error) An attempt is under way; wait for its outcome."
        case .succeeded, .cancelled: "\(error) To send its event again, replay the event."
        case .failed, .scheduled: "\(error)"
        }
    }

    private func stored(_ id: DeliveryID, for principal: Principal) async throws(ServiceError) -> Delivery {
        let delivery = try await context.stored { () async throws(StoreError) in
            try await context.store.delivery(id, in: principal.environment)
        }
        guard let delivery, principal.mayKnow(of: delivery.application) else { throw .notFound("delivery") }
        return delivery
    }
}

/// Which deliveries to list, as a caller says it.
public struct DeliveryFilter: Sendable {
    /// An application's id or uid.
    public var application: String?
    public var endpoint: EndpointID?
    /// An event's id, its own or the chosen one.
    public var event: String?
    public var status: DeliveryStatus?
    public var since: Timestamp?
    public var until: Timestamp?

    public init() {}
}

extension ServiceContext {
    /// A delivery with what only a running service knows of its state: in flight, or held.
    func withLiveState(_ delivery: Delivery) -> Delivery {
        guard case .scheduled(let due) = delivery.state else { return delivery }
        var delivery = delivery
        if courier.isInFlight(delivery.id, of: delivery.endpoint) {
            delivery.state = .inFlight(since: due)
        } else if let endpoint = directory.endpoint(delivery.endpoint, in: delivery.environment), !endpoint.isActive {
            var machine = DeliveryStateMachine(delivery.state)
            machine.endpointDeactivated()
            delivery.state = machine.state
        }
        return delivery
    }
}
