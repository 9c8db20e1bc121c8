import HeapModule
import MartletCore
import MartletDelivery
import MartletService
import MartletSimulation
import MartletStore

/// A dispatcher among receivers that answer as told, in virtual time. What is published is durable at once, and outcomes
/// two milliseconds after they came.
final class TrafficWorld {
    struct Receiver {
        var latency: Duration
        var result: AttemptOutcome.Result
    }

    struct Start {
        var at: Timestamp
        var delivery: DeliveryID
        var endpoint: EndpointID
        var number: Int
        var acceptedAt: Timestamp
    }

    private struct Planned: Comparable {
        let at: Timestamp
        let order: Int
        let happening: Happening

        static func < (left: Self, right: Self) -> Bool { (left.at, left.order) < (right.at, right.order) }
        static func == (left: Self, right: Self) -> Bool { left.order == right.order }
    }

    private enum Happening {
        case attemptEnds(Parcel, startedAt: Timestamp)
        case settled(Parcel, Settlement)
        case read(EndpointID, besides: Set<DeliveryID>, limit: Int, after: String?)
        case call(() -> Void)
    }

    static let start = Timestamp(milliseconds: 1_686_825_000_000)
    private(set) var now = start
    private var dispatcher: Dispatcher
    private var store = ModelStore()
    private var receivers: [EndpointID: Receiver] = [:]
    private var applications: [EndpointID: ApplicationID] = [:]
    private var plan: Heap<Planned> = []
    private var serial = 0
    /// Every attempt that started.
    private(set) var starts: [Start] = []
    private(set) var succeeded = 0
    private(set) var told: [DispatchAction] = []

    init(_ change: (inout DispatchLimits) -> Void = { _ in }) {
        var limits = DispatchLimits()
        change(&limits)
        dispatcher = Dispatcher(limits: limits)
    }

    private func id<Kind>() -> Identifier<Kind> {
        serial += 1
        return Identifier(high: UInt64(now.milliseconds) << 16, low: UInt64(serial))
    }

    /// An endpoint whose receiver answers `result` after `latency`.
    func endpoint(
        _ rules: LaneRules = DispatcherScene.rules(), latency: Duration = .milliseconds(20),
        _ result: AttemptOutcome.Result = .acknowledged
    ) -> EndpointID {
        let endpoint: EndpointID = id()
        receivers[endpoint] = Receiver(latency: latency, result: result)
        applications[endpoint] = rules.application
        perform(dispatcher.endpointChanged(endpoint, rules, now: now))
        return endpoint
    }

    /// From now on the receiver answers like this.
    func change(_ endpoint: EndpointID, latency: Duration = .milliseconds(20), _ result: AttemptOutcome.Result) {
        receivers[endpoint] = Receiver(latency: latency, result: result)
    }

    func publish(
        _ count: Int = 1, to endpoint: EndpointID, key: String? = nil, cause: Delivery.Cause = .publish,
        body: [UInt8] = [0x7B, 0x7D]
    ) {
        let environment = EnvironmentID(high: 1, low: 1)
        let parcels = (0..<count).map { _ in
            let event = Event(
                id: id(), environment: environment, chosenID: nil, type: "a", application: nil, created: now,
                acceptedAt: now, deliveryCount: 1, body: EventBody(bytes: body, data: 0..<body.count))
            return Parcel(
                delivery: Delivery(
                    id: id(), environment: environment, event: event.id, endpoint: endpoint,
                    application: applications[endpoint] ?? ApplicationID(high: 1, low: 1), cause: cause, createdAt: now,
                    turn: key.map { Turn(key: $0, at: now) }, state: .scheduled(due: now)),
                event: event)
        }
        for parcel in parcels { store.insert(parcel) }
        perform(dispatcher.accepted(parcels, now: now))
    }

    /// Does something later.
    func after(_ duration: Duration, _ call: @escaping () -> Void) { plan(.call(call), after: duration) }

    /// Lets time pass.
    func run(for duration: Duration) {
        let end = now + duration
        while true {
            let next = plan.min?.at
            if let alarm = dispatcher.nextAlarm, alarm <= end, next.map({ alarm <= $0 }) ?? true {
                now = max(now, alarm)
                perform(dispatcher.timerFired(now: now))
            } else if let next, next <= end {
                now = max(now, next)
                happen(plan.removeMin().happening)
            } else {
                now = end
                return
            }
        }
    }

    func condition(of endpoint: EndpointID) -> EndpointCondition? { dispatcher.condition(of: endpoint, now: now) }
    var openBreakers: Int { dispatcher.openBreakers }
    var waiting: Int { store.scheduled.count }
    func delivery(_ id: DeliveryID) -> Delivery? { store.deliveries[id]?.delivery }

    /// The attempts that started in the `duration` from `offset` after the beginning.
    func starts(from offset: Duration, for duration: Duration, to endpoint: EndpointID? = nil) -> [Start] {
        let from = Self.start + offset
        return starts.filter {
            $0.at >= from && $0.at < from + duration && (endpoint == nil || $0.endpoint == endpoint)
        }
    }

    private func plan(_ happening: Happening, after duration: Duration) {
        serial += 1
        plan.insert(Planned(at: now + duration, order: serial, happening: happening))
    }

    private func happen(_ happening: Happening) {
        switch happening {
        case .call(let call): call()
        case .read(let endpoint, let known, let limit, let key):
            let found = store.dueInOrder(endpoint, by: now, besides: known, limit: limit, after: key)
            perform(
                dispatcher.loaded(
                    endpoint, found.parcels, nextDue: found.nextDue, resumeAfter: found.resumeAfter, now: now))
        case .settled(let parcel, let settlement):
            let moved = store.settle(settlement) ?? false
            perform(dispatcher.settled(parcel, settlement, moved: moved, now: now))
        case .attemptEnds(let parcel, let startedAt):
            guard let receiver = receivers[parcel.delivery.endpoint] else { return }
            if case .response(let response) = receiver.result, response.status == 200 { succeeded += 1 }
            let attempt = Attempt(
                id: id(), delivery: parcel.delivery.id, number: parcel.nextNumber, startedAt: startedAt,
                request: AttemptRequest(url: "", headers: []),
                outcome: AttemptOutcome(result: receiver.result, timing: AttemptTiming(total: 1000), address: nil))
            perform(dispatcher.attemptFinished(parcel, attempt: attempt, now: now, random: 0.5))
        }
    }

    private func perform(_ actions: [DispatchAction]) {
        for action in actions {
            switch action {
            case .send(let parcel):
                starts.append(
                    Start(
                        at: now, delivery: parcel.delivery.id, endpoint: parcel.delivery.endpoint,
                        number: parcel.nextNumber, acceptedAt: parcel.event.acceptedAt))
                let latency = receivers[parcel.delivery.endpoint]?.latency ?? .zero
                plan(.attemptEnds(parcel, startedAt: now), after: latency)
            case .settle(let parcel, let settlement): plan(.settled(parcel, settlement), after: .milliseconds(2))
            case .load(let endpoint, let known, let limit, let key):
                plan(.read(endpoint, besides: known, limit: limit, after: key), after: .milliseconds(1))
            case .deactivate, .tell, .cancelStored, .introduce, .leave, .rehome: told.append(action)
            }
        }
    }
}
