import MartletCore
import MartletDelivery
import MartletService
import MartletStore

/// A dispatcher with an endpoint or more, and the short words in which tests tell it things.
final class DispatcherScene {
    var dispatcher: Dispatcher
    var now = Timestamp(milliseconds: 1_686_825_000_000)
    private var serial: UInt64 = 0

    init(isShared: Bool = false, _ change: (inout DispatchLimits) -> Void = { _ in }) {
        var limits = DispatchLimits()
        change(&limits)
        dispatcher = Dispatcher(limits: limits, isShared: isShared)
    }

    func id<Kind>(_ kind: Kind.Type = Kind.self) -> Identifier<Kind> {
        serial += 1
        return Identifier(high: UInt64(now.milliseconds) << 16, low: serial)
    }

    static func rules(
        isActive: Bool = true, application: ApplicationID = ApplicationID(high: 1, low: 1), host: String = "a:443",
        maxInFlight: Int? = nil, rateLimit: RateLimit? = nil, isExclusive: Bool = false, success: SuccessRule = .any2xx,
        retry: RetryPolicy = RetryPolicy(delays: [.seconds(5), .seconds(300)])
    ) -> LaneRules {
        LaneRules(
            isActive: isActive, application: application, host: host, maxInFlight: maxInFlight, rateLimit: rateLimit,
            isExclusive: isExclusive, success: success, retry: retry)
    }

    /// An endpoint that the dispatcher knows.
    func endpoint(_ rules: LaneRules = rules(), stored: Timestamp? = nil) -> EndpointID {
        let endpoint: EndpointID = id()
        let actions = dispatcher.endpointChanged(endpoint, rules, stored: stored, now: now)
        precondition(stored != nil || actions.isEmpty)
        return endpoint
    }

    func parcel(
        to endpoint: EndpointID, due: Timestamp? = nil, cause: Delivery.Cause = .publish, size: Int = 10,
        turn: Turn? = nil, attempts: Int = 0
    ) -> Parcel {
        let environment = EnvironmentID(high: 1, low: 1)
        let event = Event(
            id: id(), environment: environment, chosenID: nil, type: "a", application: nil, created: now,
            acceptedAt: now, deliveryCount: 1,
            body: EventBody(bytes: [UInt8](repeating: 0x20, count: size), data: 0..<size))
        return Parcel(
            delivery: Delivery(
                id: id(), environment: environment, event: event.id, endpoint: endpoint,
                application: ApplicationID(high: 1, low: 1), cause: cause, createdAt: now, turn: turn,
                state: .scheduled(due: due ?? now), attemptCount: attempts, firstAttemptAt: attempts > 0 ? now : nil),
            event: event)
    }

    func parcels(_ count: Int, to endpoint: EndpointID, size: Int = 10) -> [Parcel] {
        (0..<count).map { _ in parcel(to: endpoint, size: size) }
    }

    func accept(_ parcels: [Parcel]) -> [DispatchAction] { dispatcher.accepted(parcels, now: now) }

    /// Has one delivery accepted that is sent at once.
    func sent(to endpoint: EndpointID, cause: Delivery.Cause = .publish) -> Parcel {
        let actions = accept([parcel(to: endpoint, cause: cause)])
        precondition(actions.sent.count == 1)
        return actions.sent[0]
    }

    /// An attempt of `parcel` came to this.
    func finish(
        _ parcel: Parcel, _ result: AttemptOutcome.Result, otherSecret: Bool = false, random: Double = 0.5
    ) -> [DispatchAction] {
        dispatcher.attemptFinished(
            parcel, attempt: attempt(of: parcel, result), otherSecretIsWorthATry: otherSecret, now: now, random: random)
    }

    func attempt(of parcel: Parcel, _ result: AttemptOutcome.Result) -> Attempt {
        Attempt(
            id: id(), delivery: parcel.delivery.id, number: parcel.nextNumber, startedAt: now,
            request: AttemptRequest(url: "https://example.com/", headers: []),
            outcome: AttemptOutcome(result: result, timing: AttemptTiming(total: 1000), address: nil))
    }

    /// Every outcome among `actions` became durable; gives what follows from that.
    func settle(_ actions: [DispatchAction], moved: Bool = true) -> [DispatchAction] {
        var following: [DispatchAction] = []
        for (parcel, settlement) in actions.settled {
            following += dispatcher.settled(parcel, settlement, moved: moved, now: now)
        }
        return following
    }

    /// An attempt came to this, and that became durable; gives what both asked for.
    func finishAndSettle(_ parcel: Parcel, _ result: AttemptOutcome.Result) -> [DispatchAction] {
        let finished = finish(parcel, result)
        return finished + settle(finished)
    }

    var parcelsInMemory: Int { dispatcher.parcelsInMemory }
    var attemptsInFlight: Int { dispatcher.attemptsInFlight }
    var isIdle: Bool { dispatcher.isIdle }
    var nextAlarm: Timestamp? { dispatcher.nextAlarm }

    func isInFlight(_ delivery: DeliveryID, of endpoint: EndpointID) -> Bool {
        dispatcher.isInFlight(delivery, of: endpoint)
    }

    /// Time passes, and the alarm rings if it is due.
    func advance(by duration: Duration) -> [DispatchAction] {
        now = now + duration
        return dispatcher.timerFired(now: now)
    }
}

extension AttemptOutcome.Result {
    static let acknowledged = status(200)
    static let refused = status(500)
    static let timedOut = failure(AttemptFailure(.timeout, "Too slow."))

    static func status(_ status: Int, retryAfter: String? = nil) -> Self {
        .response(
            AttemptResponse(
                status: status, headers: retryAfter.map { [HeaderField(name: "retry-after", value: $0)] } ?? [],
                body: [], isTruncated: false))
    }
}

extension [DispatchAction] {
    var sent: [Parcel] { compactMap { if case .send(let parcel) = $0 { parcel } else { nil } } }

    var settled: [(Parcel, Settlement)] {
        compactMap { if case .settle(let parcel, let settlement) = $0 { (parcel, settlement) } else { nil } }
    }

    var loads: [(EndpointID, besides: Set<DeliveryID>, limit: Int)] {
        compactMap {
            if case .load(let endpoint, let known, let limit, _) = $0 { (endpoint, known, limit) } else { nil }
        }
    }

    var deactivated: [EndpointID] {
        compactMap { if case .deactivate(let endpoint, _, _, _) = $0 { endpoint } else { nil } }
    }

    var cancelled: [EndpointID] { compactMap { if case .cancelStored(let endpoint) = $0 { endpoint } else { nil } } }

    var introduced: [EndpointID] { compactMap { if case .introduce(let endpoint, _) = $0 { endpoint } else { nil } } }

    /// The ids of the deliveries sent.
    var sentIDs: [DeliveryID] { sent.map(\.delivery.id) }
}
