import MartletCore
import MartletDelivery
import MartletService

/// Publishers, users, the clock and the power.
extension Simulation {
    func happen(_ happening: Happening) throws(Violation) {
        guard !awaitsCommits(happening) else { return held.append(happening) }
        switch happening {
        case .publish:
            publish()
            if isTroubled { plan(.publish, within: chance(0.2) ? 10 : 4000) }
        case .meddle:
            try meddle()
            if isTroubled { plan(.meddle, within: 4000) }
        case .retryByHand: if isTroubled, isUp, !isStopping { try moveByHand(isRetry: true) }
        case .clockIsSet:
            try setClock()
            if isTroubled { plan(.clockIsSet, within: 15_000) }
        case .crash:
            if isTroubled, isUp { try crash() }
            if isTroubled { plan(.crash, within: 15_000) }
        case .stop: beginToStop()
        case .stopTakesTooLong: if isStopping { try crash() }
        case .start: try start()
        case .finale: try finale()
        case .attemptEnds(let parcel, let startedAt): try attemptEnds(parcel, startedAt)
        case .commitApplies: try commitApplies()
        case .commitIsReported: try commitIsReported()
        case .commitGoesOn:
            isCommitting = false
            commitIfIdle()
        case .read(let endpoint, let known, let limit, let key): try read(endpoint, besides: known, limit, after: key)
        case .readIsAnswered(let endpoint, let found, _): try take(found, of: endpoint)
        case .readFails(let endpoint):
            dispatcher.loadFailed(endpoint, retryAt: seen + .seconds(1))
            noteTime()
        case .endpointIsTold(let endpoint): try tell(endpoint)
        case .deactivate(let endpoint): try deactivate(endpoint)
        case .cancelStored(let endpoint): try cancelStored(endpoint)
        case .cancelIsTold(let delivery, let endpoint, _):
            noteTime()
            cancelledAndTold.insert(delivery)
            untold.remove(delivery)
            if mutant != .cancellationsAreSilent {
                try perform(dispatcher.cancelled(delivery, of: endpoint, now: seen))
            }
        case .rescheduleIsTold(let delivery, let endpoint, let due, _):
            noteTime()
            untold.remove(delivery)
            // Cancelled, and nobody knew: what is looked for is not there any more.
            if case .cancelled = store.deliveries[delivery]?.delivery.state { cancelledAndTold.insert(delivery) }
            receivers[endpoint]?.isEncouraged = true
            try perform(dispatcher.rescheduled(delivery, of: endpoint, due: due, now: seen))
        case .healthIsKept: try keepHealth()
        case .alarmNotices: try perform(dispatcher.timerFired(now: seen))
        }
    }

    /// Whether it is not to be told yet, since commits that it could have seen have not been.
    private func awaitsCommits(_ happening: Happening) -> Bool {
        switch happening {
        case .readIsAnswered(_, _, let seen): reported < seen && mutant != .readsOvertakeCommits
        case .cancelIsTold(_, _, let seen), .rescheduleIsTold(_, _, _, let seen):
            reported < seen && mutant != .movesOvertakeCommits
        default: false
        }
    }

    /// Nothing goes wrong any more: whatever is left must come to an end now.
    private func finale() throws(Violation) {
        if chance(0.7) {
            for id in endpoints where receivers[id]?.stored.isDeleted == false {
                receivers[id]?.stored.rules.isActive = true
                guard isUp else { continue }
                let stored = receivers[id]?.stored
                receivers[id]?.known = stored
                plan(.endpointIsTold(id), within: 20)
            }
        }
        if crashPoint == nil, isUp, Int.random(in: 0..<3, using: &chaos) == 0 { try crash() }
    }

    // MARK: The clock

    private func setClock() throws(Violation) {
        guard isTroubled else { return }
        let delta =
            switch Int.random(in: 0..<10, using: &random) {
            case 0...2: Int.random(in: -2000...2000, using: &random)
            case 3...6: Int.random(in: -120_000...120_000, using: &random)
            case 7, 8: chance(0.5) ? -3_600_000 : 3_600_000
            default: chance(0.5) ? -86_400_000 : 86_400_000
            }
        count { $0.jumps += 1 }
        clockOffset += delta
        latestWall = max(latestWall, wall)
        // The loops' clock is nobody's to set: an alarm looks at the wall clock every five seconds.
        let deafness = mutant == .alarmsIgnoreASetClock ? max(0, delta) : Int.random(in: 0...5000, using: &random)
        alarmsAreDeafUntil = max(alarmsAreDeafUntil, elapsed + deafness)
        // One that is set rings when it finds the clock set back.
        if delta < 0, isUp, dispatcher.nextAlarm != nil { plan(.alarmNotices, within: 5000) }
        for id in endpoints {
            receivers[id]?.stalledSince = nil
            receivers[id]?.returnedAt = nil
            guard delta > 0 else { continue }
            // As much time has passed as far as limits and pauses go.
            receivers[id]?.starts = []
            receivers[id]?.isEncouraged = true
        }
        guard mutant == .leapsAreGlossedOver, isUp, delta > 0 else { return }
        noteTime()
        for step in stride(from: -delta, to: 0, by: 30_000) {
            try perform(dispatcher.timerFired(now: seen + .milliseconds(step)))
        }
    }

    // MARK: Publishing

    private func publish() {
        guard isUp, !isStopping else { return }
        let count = chance(0.2) ? Int.random(in: 1...25, using: &random) : Int.random(in: 1...3, using: &random)
        // Matched now, stored later, whatever becomes of the endpoint in between.
        let candidates = endpoints.filter { receivers[$0]?.isActive == true }
        guard !candidates.isEmpty else { return }
        for _ in 0..<count {
            guard let endpoint = candidates.randomElement(using: &random) else { return }
            submit(to: endpoint, cause: chance(0.05) ? .test : .publish, event: newEvent())
        }
        commitIfIdle()
    }

    private func newEvent() -> Event {
        let size = chance(0.1) ? 4000 : 20
        let id: EventID = id()
        var bytes = [UInt8](repeating: 0x20, count: size)
        for place in 0..<8 { bytes[place] = UInt8(truncatingIfNeeded: serial >> (8 * UInt64(place))) }
        return Event(
            id: id, environment: Self.environment, chosenID: nil, type: "a", application: nil, created: seen,
            acceptedAt: seen, deliveryCount: 1, body: EventBody(bytes: bytes, data: 0..<size))
    }

    private func submit(to endpoint: EndpointID, cause: Delivery.Cause, event: Event) {
        let due = cause == .publish && chance(0.1) ? seen + .seconds(Int.random(in: 1...200, using: &random)) : seen
        var turn: Turn?
        if cause != .test, receivers[endpoint]?.known?.isOrdered == true {
            turn = Turn(key: ["", "a", "b", "c", "d"].randomElement(using: &random) ?? "", at: due)
        }
        let delivery = Delivery(
            id: id(), environment: Self.environment, event: event.id, endpoint: endpoint,
            application: ApplicationID(high: 1, low: 1), cause: cause, createdAt: seen, turn: turn,
            state: .scheduled(due: due))
        let parcel = Parcel(delivery: delivery, event: event)
        unreported.insert(delivery.id)
        published[delivery.id] = parcel
        waitingParcels.append(parcel)
        count { $0.deliveries += 1 }
    }

    private static let environment = EnvironmentID(high: 1, low: 1)

    // MARK: Endpoints

    func addReceiver(isFirst: Bool) {
        let id: EndpointID = id()
        let rules = LaneRules(
            isActive: chance(0.9), application: ApplicationID(high: 1, low: UInt64.random(in: 1...2, using: &random)),
            host: randomHost(), maxInFlight: chance(0.3) ? Int.random(in: 1...4, using: &random) : nil,
            rateLimit: chance(0.3) ? randomRate() : nil, success: .any2xx, retry: randomRetry())
        let settings = Receiver.Settings(rules: rules, isOrdered: chance(0.4))
        var receiver = Receiver(
            stored: settings, known: settings, health: [0.0, 0.5, 0.9, 1.0].randomElement(using: &random) ?? 1)
        receiver.isSilent = chance(0.3)
        receiver.mostDelays = Self.delays(of: rules).count
        receivers[id] = receiver
        endpoints.append(id)
        if !isFirst { plan(.endpointIsTold(id), within: 3000) }
    }

    private func randomHost() -> String { ["a:443", "b:443"].randomElement(using: &random) ?? "" }

    private func randomRate() -> RateLimit {
        RateLimit(
            count: Int.random(in: 1...20, using: &random),
            per: .milliseconds(Int.random(in: 100...2000, using: &random)),
            burst: Int.random(in: 1...5, using: &random))
    }

    private func randomRetry() -> RetryPolicy {
        let delays: [Duration] = [
            .milliseconds(Int.random(in: 1...2000, using: &random)),
            .seconds(Int.random(in: 1...90, using: &random)), .seconds(300),
        ]
        return RetryPolicy(
            delays: delays.dropLast(Int.random(in: 0...2, using: &random)), window: chance(0.3) ? .seconds(60) : nil,
            jitter: 0.1)
    }

    static func delays(of rules: LaneRules) -> [Duration] {
        guard case .delays(let delays) = rules.retry.schedule else { return [] }
        return delays
    }

    private func meddle() throws(Violation) {
        guard isTroubled, isUp, !isStopping, let id = endpoints.randomElement(using: &random) else { return }
        let first = troubles.changesEndpoints ? 0 : 12
        let kind = Int.random(in: first..<(troubles.movesByHand ? 18 : 12), using: &random)
        switch kind {
        case 0:
            addReceiver(isFirst: false)
            count { $0.changes += 1 }
        case 1...4: try change(id) { $0.rules.isActive.toggle() }
        case 5:
            let most = chance(0.5) ? nil : Int.random(in: 1...5, using: &random)
            try change(id) { $0.rules.maxInFlight = most }
        case 6:
            let rate = chance(0.5) ? nil : randomRate()
            try change(id) { $0.rules.rateLimit = rate }
        case 7: try change(id) { $0.isOrdered.toggle() }
        case 8:
            let host = randomHost()
            try change(id) { $0.rules.host = host }
        case 9:
            let retry = randomRetry()
            try change(id) { $0.rules.retry = retry }
        case 10: rotateSecret(of: id)
        case 11: if chance(0.3) { try change(id) { $0.isDeleted = true } }
        case 12, 13, 14: try moveByHand(isRetry: true)
        case 15, 16: try moveByHand(isRetry: false)
        default: recover(id)
        }
    }

    /// As the use cases do it: stored first, then known, then told.
    private func change(_ id: EndpointID, _ change: (inout Receiver.Settings) -> Void) throws(Violation) {
        guard var settings = receivers[id]?.known, !settings.isDeleted else { return }
        change(&settings)
        count { $0.changes += 1 }
        let delays = Self.delays(of: settings.rules).count
        let most = max(receivers[id]?.mostDelays ?? 0, delays)
        receivers[id]?.mostDelays = most
        let answer = try call { receivers[id]?.stored = settings }
        guard case .answered = answer else { return }
        receivers[id]?.known = settings
        if mutant == .endpointChangesAreSilent, chance(0.3) {
            receivers[id]?.told = settings
            return
        }
        plan(.endpointIsTold(id), within: 20)
    }

    private func rotateSecret(of id: EndpointID) {
        count { $0.changes += 1 }
        receivers[id]?.takesNewSecretAt = elapsed + Int.random(in: 0...10_000, using: &random)
        receivers[id]?.overlapEndsAt = elapsed + Int.random(in: 0...20_000, using: &random)
    }

    /// Delivers again what has failed or was cancelled.
    private func recover(_ endpoint: EndpointID) {
        guard receivers[endpoint]?.isActive == true else { return }
        var left = 10
        for id in store.ids where left > 0 {
            guard let parcel = store.deliveries[id], parcel.delivery.endpoint == endpoint else { continue }
            switch parcel.delivery.state {
            case .failed, .cancelled:
                submit(to: endpoint, cause: .replay, event: parcel.event)
                left -= 1
            default: break
            }
        }
        commitIfIdle()
    }

    /// As the use cases do it: look, decide, store if it still stands so, then tell the dispatcher.
    private func moveByHand(isRetry: Bool) throws(Violation) {
        // As often as not one that has failed, where it is to be retried; or one of the latest, of which most are under way,
        // and some have not been told of.
        let candidates =
            if chance(0.5) { store.ids.suffix(applied > reported ? batch.parcels.count : store.ids.count) } else {
                isRetry ? store.failed[...] : store.ids.suffix(10)
            }
        guard let id = candidates.randomElement(using: &random), let stored = store.deliveries[id]?.delivery,
            let receiver = receivers[stored.endpoint], receiver.known?.isDeleted == false
        else { return }
        var looked = stored
        if dispatcher.isInFlight(id, of: stored.endpoint) { looked.state = .inFlight(since: seen) }
        var machine = DeliveryStateMachine(looked.state)
        do throws(DeliveryStateMachine.IllegalMove) {
            if isRetry {
                try machine.retryRequested(at: seen)
            } else {
                try machine.cancelRequested(at: seen, reason: .requested)
            }
        } catch { return }
        let state = machine.state
        count { $0.movesByHand += 1 }
        let due = seen
        if isRetry { retriedByHand[id, default: 0] += 1 }
        untold.insert(id)
        let told: Happening =
            isRetry
            ? .rescheduleIsTold(id, stored.endpoint, due: due, seen: applied)
            : .cancelIsTold(id, stored.endpoint, seen: applied)
        switch try call(isDelicate: true, { store.move(stored, to: state) }) {
        case .crashed: break
        case .answered(let isMoved):
            guard isMoved else {
                untold.remove(id)
                return
            }
            plan(told, within: 20)
        case .failed where mutant == .failedMovesAreReportedDone: plan(told, within: 20)
        case .failed:
            // Whether it was moved nobody knows: the dispatcher is to look.
            guard mutant != .unansweredRetriesAreSilent else {
                untold.remove(id)
                return
            }
            plan(.rescheduleIsTold(id, stored.endpoint, due: due, seen: applied), within: 20)
        }
    }
}
