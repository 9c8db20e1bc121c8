import MartletCore
import MartletDelivery
import MartletService
import MartletStore

/// The process around the dispatcher: its life, its calls of the store, and its group commit.
extension Simulation {
    // MARK: Living and dying

    /// The process dies. What it had in memory is gone; what it had in flight may be made again.
    func crash() throws(Violation) {
        count { $0.crashes += 1 }
        trace?("crash")
        repeatable.formUnion(flights.keys)
        if let durable { store = durable }
        try processEnds()
        try checkPromises()
    }

    /// The process stops as it is asked to: nothing starts any more, and what is under way is recorded.
    func beginToStop() {
        guard isTroubled, isUp, !isStopping else { return }
        count { $0.stops += 1 }
        isStopping = true
        if mutant != .stopsAreIgnored { dispatcher.drain() }
        plan(.stopTakesTooLong, at: elapsed + 30_000)
    }

    func finishStopping() throws(Violation) {
        guard isStopping, isUp, dispatcher.isIdle, !isCommitting, waitingParcels.isEmpty, waitingOutcomes.isEmpty
        else { return }
        try expect(.nothingIsLeft, flights.isEmpty, "the service stopped with attempts under way")
        try processEnds()
    }

    private func processEnds() throws(Violation) {
        isUp = false
        isStopping = false
        makeDispatcher()
        forgetPlansOfTheProcess()
        waitingParcels = []
        waitingOutcomes = []
        batch = ([], [])
        isCommitting = false
        held = []
        lastRead = [:]
        durable = nil
        applied = 0
        reported = 0
        isHealthPlanned = false
        latestTold = nil
        flights = [:]
        regularFlights = 0
        testFlights = 0
        // A start sees all that is in the store.
        unreported = []
        untold = []
        for id in endpoints {
            receivers[id]?.known = nil
            receivers[id]?.told = nil
            receivers[id]?.inFlight = 0
            receivers[id]?.unrecorded = 0
            receivers[id]?.silentRun = 0
            receivers[id]?.silentSince = nil
            receivers[id]?.isEncouraged = false
            receivers[id]?.probes = []
            receivers[id]?.stalledSince = nil
            receivers[id]?.returnedAt = nil
        }
        plan(.start, within: chance(0.5) ? 10 : 5000)
    }

    /// As `DeliveryEngine.restore` does it.
    func start() throws(Violation) {
        guard !isUp else { return }
        isUp = true
        guard case .answered(var earliest) = try call({ store.earliestDue() }) else {
            // It ends with a message, and somebody starts it again.
            if isUp {
                isUp = false
                plan(.start, within: 1000)
            }
            return
        }
        if mutant == .restartsOverlookAnEndpoint { earliest[endpoints[0]] = nil }
        starts.append(elapsed)
        for id in endpoints {
            guard let stored = receivers[id]?.stored else { continue }
            receivers[id]?.known = stored
            guard !stored.isDeleted else {
                receivers[id]?.told = stored
                if earliest[id] != nil { plan(.cancelStored(id), within: 200) }
                continue
            }
            let due = earliest[id]
            let health = store.health[id]
            noteTold(stored, of: id)
            if let due, due < seen - Self.downtime { receivers[id]?.comesBack(at: elapsed) }
            if mutant == .restartsRefillRates {
                try perform(dispatcher.endpointChanged(id, rules(of: stored), health: health, now: seen))
                if let due { try perform(dispatcher.found([id: due], now: seen)) }
            } else {
                try perform(
                    dispatcher.endpointChanged(
                        id, rules(of: stored), stored: due, health: health, isOld: true, now: seen))
            }
        }
    }

    // MARK: Calls

    /// Calls the store: it may fail, or the process die, before or after everything was carried out.
    ///
    /// - Parameter isDelicate: whether it fails oftener than others, where the store fails at all.
    func call<Value>(isDelicate: Bool = false, _ work: () -> Value) throws(Violation) -> Answer<Value> {
        count { $0.storeCalls += 1 }
        if let crashPoint {
            guard tally.storeCalls == crashPoint.call else { return .answered(work()) }
            if crashPoint.isAfter { _ = work() }
            try crash()
            return .crashed
        }
        let draw = Double.random(in: 0..<1, using: &chaos)
        let isAfter = Bool.random(using: &chaos)
        let faultShare = isDelicate ? troubles.faultShare * 8 : troubles.faultShare
        guard isTroubled, draw < troubles.crashShare + faultShare else { return .answered(work()) }
        if isAfter { _ = work() }
        if draw < troubles.crashShare {
            try crash()
            return .crashed
        }
        count { $0.storeFaults += 1 }
        return .failed
    }

    // MARK: Telling

    /// The settings as the dispatcher is told them.
    func rules(of settings: Receiver.Settings) -> LaneRules {
        var rules = settings.rules
        switch mutant {
        case .ratesAreIgnored: rules.rateLimit = nil
        case .slotsAreIgnored: rules.maxInFlight = nil
        case .schedulesHaveNoEnd:
            let more = Array(repeating: Duration.seconds(1), count: 30)
            rules.retry = RetryPolicy(delays: Self.delays(of: rules) + more, window: nil, jitter: 0.1)
        default: break
        }
        return rules
    }

    func tell(_ id: EndpointID) throws(Violation) {
        guard let settings = receivers[id]?.known else { return }
        guard settings.isDeleted else {
            noteTold(settings, of: id)
            return try perform(dispatcher.endpointChanged(id, rules(of: settings), now: seen))
        }
        guard receivers[id]?.told?.isDeleted != true else { return }
        noteTold(settings, of: id)
        try perform(dispatcher.endpointDeleted(id))
    }

    func introduce(_ id: EndpointID, stored: Timestamp) throws(Violation) {
        guard let settings = receivers[id]?.known, !settings.isDeleted else {
            let known = receivers[id]?.known
            receivers[id]?.told = known
            return try perform(dispatcher.endpointDeleted(id))
        }
        noteTold(settings, of: id)
        try perform(dispatcher.endpointChanged(id, rules(of: settings), stored: stored, now: seen))
    }

    private func noteTold(_ settings: Receiver.Settings, of id: EndpointID) {
        let before = receivers[id]?.told
        receivers[id]?.told = settings
        if settings.rules.rateLimit != receivers[id]?.checkedLimit {
            receivers[id]?.checkedLimit = settings.rules.rateLimit
            receivers[id]?.starts = []
        }
        if let before, !before.rules.isActive, settings.rules.isActive { receivers[id]?.comesBack(at: elapsed) }
        guard let before, before.rules.host != settings.rules.host || before.rules.isActive != settings.rules.isActive
        else { return }
        // Another receiver, or one that somebody says is well again.
        receivers[id]?.silentRun = 0
        receivers[id]?.silentSince = nil
        receivers[id]?.probes = []
        receivers[id]?.stalledSince = nil
    }

    // MARK: Committing

    func commitIfIdle() {
        guard !isCommitting, !waitingParcels.isEmpty || !waitingOutcomes.isEmpty else { return }
        isCommitting = true
        let parcels = waitingParcels.prefix(Int.random(in: 0...20, using: &random))
        let outcomes = waitingOutcomes.prefix(Int.random(in: 1...20, using: &random))
        batch = (Array(parcels), Array(outcomes))
        waitingParcels.removeFirst(parcels.count)
        waitingOutcomes.removeFirst(outcomes.count)
        plan(.commitApplies, within: 30)
    }

    func commitApplies() throws(Violation) {
        moved = []
        durable = mutant == .storeAnswersBeforeItIsDurable ? store : nil
        var recordedTwice: DeliveryID?
        let answer = try call {
            for parcel in batch.parcels { store.insert(parcel) }
            moved = batch.outcomes.map { outcome in
                let isMoved = store.settle(outcome.settlement)
                if isMoved == nil { recordedTwice = outcome.parcel.delivery.id }
                return isMoved ?? false
            }
        }
        if let recordedTwice {
            throw violation(.settledOnce, "two attempts of \(recordedTwice) were recorded under one number")
        }
        switch answer {
        case .crashed: return
        case .failed: commitFailed = true
        case .answered: commitFailed = false
        }
        applied += 1
        plan(.commitIsReported, within: chance(0.1) ? 2000 : 30)
    }

    func commitIsReported() throws(Violation) {
        reported += 1
        isCommitting = false
        let batch = batch
        noteTime()
        for parcel in batch.parcels { unreported.remove(parcel.delivery.id) }
        if commitFailed {
            waitingOutcomes.insert(contentsOf: batch.outcomes, at: 0)
            try perform(dispatcher.mayHaveBeenAccepted(batch.parcels.map(handedOver), now: seen))
        } else {
            let moved = moved
            promised += batch.parcels.map(\.delivery.id)
            try perform(dispatcher.accepted(batch.parcels.map(handedOver), now: seen))
            for (outcome, isMoved) in zip(batch.outcomes, moved) { try settle(outcome, isMoved: isMoved) }
        }
        let told = held
        held = []
        for happening in told { try happen(happening) }
        if commitFailed {
            isCommitting = true
            plan(.commitGoesOn, within: 1000)
        } else {
            commitIfIdle()
        }
    }

    private func settle(_ outcome: Outcome, isMoved: Bool) throws(Violation) {
        let id = outcome.parcel.delivery.id
        guard let flight = flights[id], flight.isOver, flight.number == outcome.settlement.attempt.number else {
            throw violation(.settledOnce, "\(id) is settled, and no attempt of it was to be recorded")
        }
        let endings = store.endings[id, default: 0]
        try expect(
            .settledOnce, endings <= 1 + retriedByHand[id, default: 0],
            "\(id) has ended \(endings) times")
        flights[id] = nil
        if flight.isTest {
            testFlights -= 1
        } else {
            regularFlights -= 1
            receivers[flight.endpoint]?.unrecorded -= 1
        }
        try perform(
            dispatcher.settled(
                outcome.parcel, outcome.settlement, moved: isMoved, now: seen))
    }

    /// A parcel as the dispatcher gets it.
    func handedOver(_ parcel: Parcel) -> Parcel {
        guard mutant == .orderIsIgnored else { return parcel }
        let delivery = parcel.delivery
        return Parcel(
            delivery: Delivery(
                id: delivery.id, environment: delivery.environment, event: delivery.event, endpoint: delivery.endpoint,
                application: delivery.application, cause: delivery.cause, createdAt: delivery.createdAt,
                state: delivery.state, attemptCount: delivery.attemptCount, firstAttemptAt: delivery.firstAttemptAt),
            event: parcel.event)
    }

    // MARK: Reading

    func read(
        _ endpoint: EndpointID, besides known: Set<DeliveryID>, _ limit: Int, after key: String?
    ) throws(Violation) {
        count { $0.reads += 1 }
        if mutant == .readsAreNeverAnswered, chance(0.2) { return }
        switch try call({ store.dueInOrder(endpoint, by: seen, besides: known, limit: limit, after: key) }) {
        case .crashed: return
        case .failed: plan(.readFails(endpoint), within: 100)
        case .answered(let due):
            var found = Reading(
                parcels: due.parcels.map(handedOver), nextDue: due.nextDue, resumeAfter: due.resumeAfter)
            if mutant == .storeReadsLate { found = lastRead.updateValue(found, forKey: endpoint) ?? found }
            if mutant == .storeSwapsBodies, found.parcels.count > 1, chance(0.3) {
                found.parcels[0] = Parcel(delivery: found.parcels[0].delivery, event: found.parcels[1].event)
            }
            let patience = mutant == .readsOvertakeCommits ? 5 : 50
            plan(.readIsAnswered(endpoint, found, seen: applied), within: chance(0.2) ? 5000 : patience)
        }
    }

    func take(_ found: Reading, of endpoint: EndpointID) throws(Violation) {
        try perform(
            dispatcher.loaded(
                endpoint, found.parcels, nextDue: found.nextDue, resumeAfter: found.resumeAfter, now: seen))
    }

    // MARK: Jobs

    func deactivate(_ id: EndpointID) throws(Violation) {
        guard var settings = receivers[id]?.known, settings.rules.isActive, !settings.isDeleted else { return }
        settings.rules.isActive = false
        switch try call({ receivers[id]?.stored = settings }) {
        case .crashed: return
        case .failed: plan(.deactivate(id), at: elapsed + 1000)
        case .answered:
            receivers[id]?.known = settings
            try tell(id)
        }
    }

    func cancelStored(_ id: EndpointID) throws(Violation) {
        switch try call({ store.cancelAll(of: id, at: seen) }) {
        case .crashed, .answered: return
        case .failed: plan(.cancelStored(id), at: elapsed + 1000)
        }
    }

    func keepHealth() throws(Violation) {
        isHealthPlanned = false
        let news = dispatcher.takeHealth()
        guard !news.isEmpty else { return }
        _ = try call { store.keep(news) }
    }
}
