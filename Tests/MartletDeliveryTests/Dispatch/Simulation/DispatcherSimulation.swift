import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import MartletTesting

/// One history of a dispatcher, made up from a seed: acceptances, outcomes, loads and commits that are answered late,
/// commits that fail, endpoints that come, change and go, people who retry and cancel. Virtual time, no threads.
///
/// It plays the engine, the committer, the store and the receivers, and keeps its own account of what a dispatcher may do.
final class DispatcherSimulation {
    /// How the harness breaks what a dispatcher relies on, to see that the account notices.
    enum Breach: CaseIterable {
        /// A load is answered with what the load before it read.
        case staleLoads
        /// A load is answered before commits that it saw were reported.
        case loadsBeforeHandOver
        /// A cancelled delivery is not reported.
        case silentCancellations
        /// Now and then an attempt's outcome is not reported.
        case lostOutcomes
        /// Now and then a read is never answered.
        case lostLoads
        /// What the store moved by itself is reported as moved by the settlement.
        case falseMoves
    }

    struct Violation: Error, CustomStringConvertible {
        var description: String
    }

    let seed: UInt64
    let breach: Breach?
    var random: SeededRandom
    var dispatcher: Dispatcher
    let limits: DispatchLimits
    var now = Timestamp(milliseconds: 1_686_825_000_000)
    let end: Timestamp
    var store = ModelStore()

    private struct Planned {
        let at: Timestamp
        let happening: Happening
    }

    enum Happening {
        case publish
        case meddle
        case attemptEnds(Parcel, startedAt: Timestamp)
        case commitApplies
        case commitIsReported
        case read(EndpointID, limit: Int, after: String?)
        case readIsAnswered(EndpointID, Found, seen: Int)
        case readFails(EndpointID)
        case endpointIsTold(EndpointID)
        case deactivate(EndpointID)
        case cancelStored(EndpointID)
        case cancelIsTold(DeliveryID, EndpointID)
        case rescheduleIsTold(DeliveryID, EndpointID, due: Timestamp)
    }

    /// What a read found.
    struct Found {
        var parcels: [Parcel]
        var nextDue: Timestamp?
        var resumeAfter: String?
    }

    struct Receiver {
        var rules: LaneRules
        var isOrdered: Bool
        var health: Double
        var isDeleted = false
        /// What the dispatcher was last told, `nil` before it was told anything.
        var told: LaneRules?
        var wasDeletionTold = false
        var inFlight = 0
        /// When the attempts of the last minute started, under the rate limit it has.
        var starts: [Timestamp] = []
    }

    /// What is to come, the soonest last; of those at one instant, the one planned first.
    private var plan: [Planned] = []
    var receivers: [EndpointID: Receiver] = [:]
    private var endpoints: [EndpointID] = []
    private var serial: UInt64 = 0

    // The committer.
    private var waitingParcels: [Parcel] = []
    private var waitingOutcomes: [(parcel: Parcel, settlement: Settlement)] = []
    private var batch: (parcels: [Parcel], outcomes: [(parcel: Parcel, settlement: Settlement)]) = ([], [])
    private var moved: [Bool] = []
    private var isCommitting = false
    private var commitFails = false
    private var applied = 0
    private var reported = 0
    private var lastRead: [EndpointID: Found] = [:]
    private var heldAnswers: [(EndpointID, Found, seen: Int)] = []

    // The account.
    private var flying: [DeliveryID: Bool] = [:]
    private var attempts: [DeliveryID: Int] = [:]
    private var cancelledAndTold: Set<DeliveryID> = []
    /// What the store has, or may have, and the dispatcher has not been told of yet.
    private var untold: Set<DeliveryID> = []
    private(set) var steps = 0
    private(set) var sends = 0
    private(set) var turns = 0
    private(set) var loads = 0
    private(set) var deliveries = 0

    init(seed: UInt64, breach: Breach? = nil) {
        self.seed = seed
        self.breach = breach
        random = SeededRandom(seed: seed)
        var limits = DispatchLimits()
        limits.inFlight = Int.random(in: 1...12, using: &random)
        limits.inFlightPerEndpoint = Int.random(in: 1...6, using: &random)
        limits.window = Int.random(in: 1...20, using: &random)
        limits.parcels = Int.random(in: 2...60, using: &random)
        limits.parcelBytes = Int.random(in: 100...20_000, using: &random)
        limits.unsettled = Int.random(in: 1...10, using: &random)
        limits.nearRetry = .seconds(Int.random(in: 0...60, using: &random))
        self.limits = limits
        dispatcher = Dispatcher(limits: limits)
        end = now + .seconds(Int.random(in: 3...40, using: &random))
    }

    // MARK: Running

    func run() throws {
        for _ in 0..<Int.random(in: 1...5, using: &random) { addReceiver(isToldAtOnce: true) }
        let publishers = Int.random(in: 1...3, using: &random)
        for _ in 0..<publishers { plan(.publish, within: 5000) }
        plan(.meddle, within: 5000)
        while true {
            let next = plan.last?.at
            if let alarm = dispatcher.nextAlarm, next.map({ alarm < $0 }) ?? true {
                now = max(now, alarm)
                try perform(dispatcher.timerFired(now: now))
            } else {
                guard let planned = plan.popLast() else { break }
                now = max(now, planned.at)
                try happen(planned.happening)
            }
            steps += 1
            guard steps < 50_000 else { throw violation("it does not come to an end") }
            try checkBounds()
        }
        try checkEnd()
    }

    private func violation(_ what: String) -> Violation {
        Violation(description: "seed \(seed), step \(steps), \(now.rfc3339): \(what)")
    }

    private func plan(_ happening: Happening, within milliseconds: Int) {
        let at = now + .milliseconds(Int.random(in: 0...milliseconds, using: &random))
        let place = plan.firstIndex { $0.at <= at } ?? plan.count
        plan.insert(Planned(at: at, happening: happening), at: place)
    }

    private func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }

    private func id<Kind>() -> Identifier<Kind> {
        serial += 1
        return Identifier(high: UInt64(now.milliseconds) << 16, low: serial)
    }

    // MARK: What happens

    private func happen(_ happening: Happening) throws {
        switch happening {
        case .publish:
            publish()
            if now < end { plan(.publish, within: chance(0.2) ? 10 : 4000) }
        case .meddle:
            try meddle()
            if now < end { plan(.meddle, within: 8000) }
        case .attemptEnds(let parcel, let startedAt): try attemptEnds(parcel, startedAt)
        case .commitApplies: commitApplies()
        case .commitIsReported: try commitIsReported()
        case .read(let endpoint, let limit, let key): read(endpoint, limit, after: key)
        case .readIsAnswered(let endpoint, let found, let seen):
            if reported < seen, breach != .loadsBeforeHandOver {
                heldAnswers.append((endpoint, found, seen))
            } else {
                try perform(answer(endpoint, found))
            }
        case .readFails(let endpoint): dispatcher.loadFailed(endpoint, retryAt: now + .seconds(1))
        case .endpointIsTold(let endpoint): try tell(endpoint)
        case .deactivate(let endpoint):
            guard receivers[endpoint]?.isDeleted == false else { return }
            receivers[endpoint]?.rules.isActive = false
            try tell(endpoint)
        case .cancelStored(let endpoint): store.cancelAll(of: endpoint, at: now)
        case .cancelIsTold(let delivery, let endpoint):
            cancelledAndTold.insert(delivery)
            untold.remove(delivery)
            if breach != .silentCancellations {
                try perform(dispatcher.cancelled(delivery, of: endpoint, now: now))
            }
        case .rescheduleIsTold(let delivery, let endpoint, let due):
            untold.remove(delivery)
            try perform(dispatcher.rescheduled(delivery, of: endpoint, due: due, now: now))
        }
    }

    private func addReceiver(isToldAtOnce: Bool) {
        let endpoint: EndpointID = id()
        let delays: [Duration] = [
            .milliseconds(Int.random(in: 1...2000, using: &random)),
            .seconds(Int.random(in: 1...90, using: &random)), .seconds(300),
        ]
        let rules = LaneRules(
            isActive: chance(0.9), application: ApplicationID(high: 1, low: UInt64.random(in: 1...2, using: &random)),
            host: ["a:443", "b:443"].randomElement(using: &random) ?? "",
            maxInFlight: chance(0.3) ? Int.random(in: 1...4, using: &random) : nil,
            rateLimit: chance(0.3)
                ? RateLimit(
                    count: Int.random(in: 1...20, using: &random),
                    per: .milliseconds(Int.random(in: 100...2000, using: &random)),
                    burst: Int.random(in: 1...5, using: &random)) : nil,
            success: .any2xx,
            retry: RetryPolicy(delays: delays, window: chance(0.3) ? .seconds(60) : nil, jitter: 0.1))
        receivers[endpoint] = Receiver(
            rules: rules, isOrdered: chance(0.4), health: [0.0, 0.5, 0.9, 1.0].randomElement(using: &random) ?? 1)
        endpoints.append(endpoint)
        plan(.endpointIsTold(endpoint), within: isToldAtOnce ? 0 : 3000)
    }

    private func publish() {
        let count = chance(0.2) ? Int.random(in: 1...25, using: &random) : Int.random(in: 1...3, using: &random)
        for _ in 0..<count {
            // Matched now, stored later, whatever becomes of the endpoint in between.
            let candidates = endpoints.filter { receivers[$0].map { $0.rules.isActive && !$0.isDeleted } == true }
            guard let endpoint = candidates.randomElement(using: &random) else { return }
            let cause: Delivery.Cause = chance(0.05) ? .test : .publish
            let due = chance(0.1) ? now + .seconds(Int.random(in: 1...200, using: &random)) : now
            let size = chance(0.1) ? 4000 : 20
            var turn: Turn?
            if cause != .test, receivers[endpoint]?.isOrdered == true {
                turn = Turn(key: ["", "a", "b", "c", "d"].randomElement(using: &random) ?? "", at: due)
            }
            let environment = EnvironmentID(high: 1, low: 1)
            let event = Event(
                id: id(), environment: environment, chosenID: nil, type: "a", application: nil, created: now,
                acceptedAt: now, deliveryCount: 1,
                body: EventBody(bytes: [UInt8](repeating: 0x20, count: size), data: 0..<size))
            let delivery = Delivery(
                id: id(), environment: environment, event: event.id, endpoint: endpoint,
                application: ApplicationID(high: 1, low: 1), cause: cause, createdAt: now,
                turn: turn, state: .scheduled(due: cause == .test ? now : due))
            untold.insert(delivery.id)
            waitingParcels.append(Parcel(delivery: delivery, event: event))
            deliveries += 1
        }
        commitIfIdle()
    }

    private func meddle() throws {
        guard let endpoint = endpoints.randomElement(using: &random), let receiver = receivers[endpoint] else { return }
        switch Int.random(in: 0..<10, using: &random) {
        case 0: addReceiver(isToldAtOnce: false)
        case 1, 2, 3:
            guard !receiver.isDeleted else { return }
            receivers[endpoint]?.rules.isActive.toggle()
            try tell(endpoint)
        case 4:
            guard !receiver.isDeleted else { return }
            receivers[endpoint]?.rules.maxInFlight = chance(0.5) ? nil : Int.random(in: 1...5, using: &random)
            try tell(endpoint)
        case 5:
            guard chance(0.3) else { return }
            receivers[endpoint]?.isDeleted = true
            try tell(endpoint)
        case 6, 7: moveByHand(isRetry: true)
        default: moveByHand(isRetry: false)
        }
    }

    /// As the use cases do it: look, decide, store if it still stands so, then tell the dispatcher.
    private func moveByHand(isRetry: Bool) {
        guard let id = store.ids.randomElement(using: &random), let stored = store.deliveries[id]?.delivery,
            let receiver = receivers[stored.endpoint], !receiver.isDeleted
        else { return }
        var seen = stored
        if dispatcher.isInFlight(id, of: stored.endpoint) { seen.state = .inFlight(since: now) }
        var machine = DeliveryStateMachine(seen.state)
        do throws(DeliveryStateMachine.IllegalMove) {
            if isRetry {
                try machine.retryRequested(at: now)
            } else {
                try machine.cancelRequested(at: now, reason: .requested)
            }
        } catch { return }
        guard store.move(stored, to: machine.state) else { return }
        untold.insert(id)
        plan(
            isRetry
                ? .rescheduleIsTold(id, stored.endpoint, due: now) : .cancelIsTold(id, stored.endpoint), within: 20)
    }

    private func tell(_ endpoint: EndpointID) throws {
        guard let receiver = receivers[endpoint] else { return }
        if receiver.isDeleted {
            guard !receiver.wasDeletionTold else { return }
            receivers[endpoint]?.wasDeletionTold = true
            try perform(dispatcher.endpointDeleted(endpoint))
        } else {
            receivers[endpoint]?.told = receiver.rules
            if receiver.told?.rateLimit != receiver.rules.rateLimit { receivers[endpoint]?.starts = [] }
            try perform(dispatcher.endpointChanged(endpoint, receiver.rules, now: now))
        }
    }

    // MARK: Committing

    private func commitIfIdle() {
        guard !isCommitting, !waitingParcels.isEmpty || !waitingOutcomes.isEmpty else { return }
        isCommitting = true
        let parcels = waitingParcels.prefix(Int.random(in: 0...20, using: &random))
        let outcomes = waitingOutcomes.prefix(Int.random(in: 1...20, using: &random))
        batch = (Array(parcels), Array(outcomes))
        waitingParcels.removeFirst(parcels.count)
        waitingOutcomes.removeFirst(outcomes.count)
        commitFails = chance(0.05)
        plan(.commitApplies, within: 30)
    }

    private func commitApplies() {
        moved = []
        if !commitFails || chance(0.5) {
            for parcel in batch.parcels { store.insert(parcel) }
            moved = batch.outcomes.map { store.settle($0.settlement) }
        }
        applied += 1
        plan(.commitIsReported, within: 30)
    }

    private func commitIsReported() throws {
        reported += 1
        isCommitting = false
        let batch = batch
        for parcel in batch.parcels { untold.remove(parcel.delivery.id) }
        if commitFails {
            waitingOutcomes.insert(contentsOf: batch.outcomes, at: 0)
            try perform(dispatcher.mayHaveBeenAccepted(batch.parcels, now: now))
        } else {
            let moved = moved
            try perform(dispatcher.accepted(batch.parcels, now: now))
            for (outcome, moved) in zip(batch.outcomes, moved) {
                flying[outcome.parcel.delivery.id] = nil
                try perform(
                    dispatcher.settled(
                        outcome.parcel, outcome.settlement, moved: moved || breach == .falseMoves, now: now))
            }
        }
        let ready = heldAnswers.filter { $0.seen <= reported }
        heldAnswers.removeAll { $0.seen <= reported }
        for (endpoint, found, _) in ready { try perform(answer(endpoint, found)) }
        commitIfIdle()
    }

    private func answer(_ endpoint: EndpointID, _ found: Found) -> [DispatchAction] {
        dispatcher.loaded(
            endpoint, found.parcels, nextDue: found.nextDue, resumeAfter: found.resumeAfter, now: now)
    }

    private func read(_ endpoint: EndpointID, _ limit: Int, after key: String?) {
        loads += 1
        if chance(0.03) {
            plan(.readFails(endpoint), within: 100)
            return
        }
        if breach == .lostLoads, chance(0.2) { return }
        let due = store.dueInOrder(endpoint, by: now, limit: limit, after: key)
        var found = Found(parcels: due.parcels, nextDue: due.nextDue, resumeAfter: due.resumeAfter)
        if breach == .staleLoads { found = lastRead.updateValue(found, forKey: endpoint) ?? found }
        plan(
            .readIsAnswered(endpoint, found, seen: applied),
            within: chance(0.2) ? 5000 : 50)
    }

    // MARK: Attempting

    private func attemptEnds(_ parcel: Parcel, _ startedAt: Timestamp) throws {
        let endpoint = parcel.delivery.endpoint
        receivers[endpoint]?.inFlight -= parcel.delivery.cause == .test ? 0 : 1
        flying[parcel.delivery.id] = false
        if breach == .lostOutcomes, chance(0.05) { return }
        let health = now < end ? receivers[endpoint]?.health ?? 1 : 1
        var result = AttemptOutcome.Result.response(response(200))
        if !chance(health) {
            switch Int.random(in: 0..<20, using: &random) {
            case 0: result = .response(response(410))
            case 1, 2: result = .response(response(429, retryAfter: "30"))
            case 3, 4: result = .response(response(401))
            case 5...8: result = .failure(AttemptFailure(.timeout, "Too slow."))
            default: result = .response(response(500))
            }
        }
        let attempt = Attempt(
            id: id(), delivery: parcel.delivery.id, number: parcel.nextNumber, startedAt: startedAt,
            request: AttemptRequest(url: "", headers: []),
            outcome: AttemptOutcome(result: result, timing: AttemptTiming(total: 1000), address: nil))
        try perform(
            dispatcher.attemptFinished(
                parcel, attempt: attempt, otherSecretIsWorthATry: chance(0.5), now: now,
                random: Double.random(in: 0..<1, using: &random)))
    }

    private func response(_ status: Int, retryAfter: String? = nil) -> AttemptResponse {
        AttemptResponse(
            status: status, headers: retryAfter.map { [HeaderField(name: "Retry-After", value: $0)] } ?? [], body: [],
            isTruncated: false)
    }

    private func perform(_ actions: [DispatchAction]) throws {
        for action in actions {
            switch action {
            case .send(let parcel): try send(parcel)
            case .settle(let parcel, let settlement):
                waitingOutcomes.append((parcel, settlement))
                commitIfIdle()
            case .load(let endpoint, let limit, let key): plan(.read(endpoint, limit: limit, after: key), within: 50)
            case .tell: break
            case .leave, .rehome: throw violation("a store of one's own has no other nodes")
            case .deactivate(let endpoint, _, _, _): plan(.deactivate(endpoint), within: 50)
            case .cancelStored(let endpoint): plan(.cancelStored(endpoint), within: 200)
            case .introduce(let endpoint, let stored):
                guard let receiver = receivers[endpoint] else { throw violation("a stranger was introduced") }
                if receiver.isDeleted {
                    receivers[endpoint]?.wasDeletionTold = true
                    try perform(dispatcher.endpointDeleted(endpoint))
                } else {
                    receivers[endpoint]?.told = receiver.rules
                    try perform(dispatcher.endpointChanged(endpoint, receiver.rules, stored: stored, now: now))
                }
            }
        }
    }

    private func send(_ parcel: Parcel) throws {
        sends += 1
        let id = parcel.delivery.id
        let endpoint = parcel.delivery.endpoint
        guard let receiver = receivers[endpoint] else { throw violation("sent to nobody") }
        guard flying[id] == nil else { throw violation("\(id) has two attempts in flight, or one unsettled") }
        guard !cancelledAndTold.contains(id) else { throw violation("\(id) was attempted though cancelled") }
        guard parcel.due <= now else { throw violation("\(id) was attempted before it was due") }
        guard let stored = store.deliveries[id] else { throw violation("\(id) was attempted before it was durable") }
        let number = attempts[id, default: 0] + 1
        guard parcel.nextNumber == number else {
            throw violation("attempt \(number) of \(id) has the number \(parcel.nextNumber)")
        }
        if case .succeeded = stored.delivery.state { throw violation("\(id) was attempted though it had arrived") }
        attempts[id] = number
        flying[id] = true
        let isTest = parcel.delivery.cause == .test && number == 1
        if !isTest || receiver.wasDeletionTold {
            guard receiver.told?.isActive == true, !receiver.wasDeletionTold else {
                throw violation("\(id) was attempted though its endpoint was inactive")
            }
        }
        if parcel.delivery.cause != .test {
            receivers[endpoint]?.inFlight += 1
            let most = min(receiver.told?.maxInFlight ?? .max, limits.inFlightPerEndpoint)
            guard receiver.inFlight < most else {
                throw violation("\(endpoint) has more than \(most) attempts in flight")
            }
            try checkRate(endpoint, receiver.told?.rateLimit)
            try checkTurn(parcel)
        }
        plan(.attemptEnds(parcel, startedAt: now), within: chance(0.1) ? 15_000 : 200)
    }

    // MARK: Checking

    /// No stretch of time saw more attempts than the rate limit gives it.
    private func checkRate(_ endpoint: EndpointID, _ limit: RateLimit?) throws {
        guard let limit else { return }
        receivers[endpoint]?.starts.append(now)
        let starts = receivers[endpoint]?.starts ?? []
        for (index, start) in starts.enumerated() {
            let seconds = Double(now.milliseconds - start.milliseconds) / 1000
            let period = Double(limit.period.wholeMicroseconds) / 1_000_000
            // Instants are whole milliseconds: one that is a millisecond early is as good as on time.
            let most = Double(limit.burst) + (seconds + 0.001) * Double(limit.count) / period
            guard Double(starts.count - index) <= most + 0.001 else {
                throw violation("\(endpoint) got \(starts.count - index) attempts in \(seconds) s, \(most) at most")
            }
        }
    }

    /// Nothing of its key is under way, and nothing that comes before it waits.
    private func checkTurn(_ parcel: Parcel) throws {
        // One whose turn has not come was asked for by hand.
        guard let turn = parcel.delivery.turn, turn.at <= now else { return }
        let line = store.line(of: turn.key, at: parcel.delivery.endpoint).filter { !untold.contains($0.delivery.id) }
        let id = parcel.delivery.id
        if let other = line.first(where: { $0.delivery.id != id && flying[$0.delivery.id] != nil }) {
            throw violation("\(id) was attempted while \(other.delivery.id) of its key was under way")
        }
        if let first = line.first, first.delivery.id != id {
            throw violation(
                "\(id) (attempt \(parcel.nextNumber)) was attempted before \(first.delivery.id) of its key "
                    + "(\(first.delivery.attemptCount) attempts, due \(first.due.rfc3339), turn "
                    + "\(first.delivery.turn?.at.rfc3339 ?? ""))")
        }
        turns += 1
    }

    private func checkBounds() throws {
        let tests = flying.count
        let most = limits.parcels + 8 * receivers.count + limits.inFlight + limits.unsettled + tests
        guard dispatcher.parcelsInMemory <= most else {
            throw violation("\(dispatcher.parcelsInMemory) parcels in memory, \(most) at most")
        }
        let regular = receivers.values.reduce(0) { $0 + $1.inFlight }
        guard regular <= limits.inFlight else { throw violation("\(regular) attempts in flight") }
    }

    private func checkEnd() throws {
        for parcel in store.scheduled {
            guard let receiver = receivers[parcel.delivery.endpoint] else { continue }
            guard !receiver.isDeleted else { throw violation("\(parcel.delivery.id) waits for a deleted endpoint") }
            guard !receiver.rules.isActive else { throw violation("\(parcel.delivery.id) was forgotten") }
        }
        guard dispatcher.isIdle, flying.isEmpty else { throw violation("attempts are still under way") }
        guard dispatcher.parcelsInMemory == 0 else { throw violation("parcels were left in memory") }
    }
}
