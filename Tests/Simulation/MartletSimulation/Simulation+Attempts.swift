import MartletCore
import MartletDelivery
import MartletService
import MartletStore

/// What the dispatcher wants done, and what receivers make of it.
extension Simulation {
    func perform(_ actions: [DispatchAction]) throws(Violation) {
        noteTime()
        for action in actions {
            switch action {
            case .send(let parcel): try send(parcel)
            case .settle(let parcel, let settlement):
                try checkSchedule(parcel, settlement)
                if parcel.usesOtherSecret { triedOtherSecret[parcel.delivery.id, default: 0] += 1 }
                let outcome = Outcome(parcel: parcel, settlement: settlement)
                waitingOutcomes.append(outcome)
                if mutant == .outcomesAreSettledTwice, chance(0.1) { waitingOutcomes.append(outcome) }
                commitIfIdle()
            case .load(let endpoint, let known, let limit, let key):
                plan(.read(endpoint, besides: known, limit: limit, after: key), within: 50)
            case .tell: break
            case .leave, .rehome: throw violation(.everythingEnds, "a store of one's own has no other nodes")
            case .deactivate(let endpoint, _, _, _):
                receivers[endpoint]?.told?.rules.isActive = false
                receivers[endpoint]?.stalledSince = nil
                plan(.deactivate(endpoint), within: 50)
            case .cancelStored(let endpoint): plan(.cancelStored(endpoint), within: 200)
            case .introduce(let endpoint, let stored): try introduce(endpoint, stored: stored)
            }
        }
    }

    private func send(_ parcel: Parcel) throws(Violation) {
        count { $0.attempts += 1 }
        trace?("  attempt \(parcel.nextNumber) of \(parcel.delivery.id) to \(parcel.delivery.endpoint) starts")
        try checkStart(of: parcel)
        let id = parcel.delivery.id
        let isTest = !parcel.holdsSlot
        let number = parcel.nextNumber
        numbers[id] = number
        flights[id] = Flight(
            endpoint: parcel.delivery.endpoint, number: number, isTest: isTest, startedAt: elapsed)
        if isTest {
            testFlights += 1
        } else {
            regularFlights += 1
            receivers[parcel.delivery.endpoint]?.inFlight += 1
            receivers[parcel.delivery.endpoint]?.stalledSince = nil
        }
        plan(.attemptEnds(parcel, startedAt: seen), within: chance(0.1) ? 15_000 : 200)
    }

    func attemptEnds(_ parcel: Parcel, _ startedAt: Timestamp) throws(Violation) {
        let id = parcel.delivery.id
        let endpoint = parcel.delivery.endpoint
        flights[id]?.isOver = true
        if parcel.holdsSlot {
            receivers[endpoint]?.inFlight -= 1
            receivers[endpoint]?.unrecorded += 1
        }
        if mutant == .outcomesAreLost, chance(0.05) { return }
        let result = result(of: parcel)
        noteForBreaker(result, of: parcel)
        let wasOpen = isOpen(endpoint)
        if !isHealthPlanned {
            isHealthPlanned = true
            plan(.healthIsKept, at: elapsed + 10_000)
        }
        let attempt = Attempt(
            id: self.id(), delivery: id, number: parcel.nextNumber, startedAt: startedAt,
            request: AttemptRequest(url: "", headers: []),
            outcome: AttemptOutcome(result: result, timing: AttemptTiming(total: 1000), address: nil))
        let actions = dispatcher.attemptFinished(
            parcel, attempt: attempt,
            otherSecretIsWorthATry: elapsed < receivers[endpoint]?.overlapEndsAt ?? 0, now: seen,
            random: Double.random(in: 0..<1, using: &random))
        if wasOpen, !isOpen(endpoint) { receivers[endpoint]?.comesBack(at: elapsed) }
        try perform(actions)
    }

    /// Whether the endpoint's breaker is not closed.
    private func isOpen(_ endpoint: EndpointID) -> Bool {
        dispatcher.condition(of: endpoint, now: seen).map { $0.breaker.state != .closed } ?? false
    }

    /// What a receiver answers, and what of that comes back.
    private func result(of parcel: Parcel) -> AttemptOutcome.Result {
        guard isTroubled, let receiver = receivers[parcel.delivery.endpoint] else { return .response(response(200)) }
        let takesNew = elapsed >= receiver.takesNewSecretAt
        if takesNew == parcel.usesOtherSecret { return .response(response(401)) }
        if chance(receiver.health) { return .response(response(200)) }
        if receiver.isSilent { return .failure(AttemptFailure(.connectionRefused, "Nobody is there.")) }
        return switch Int.random(in: 0..<20, using: &random) {
        case 0: .response(response(410))
        case 1, 2: .response(response(429, retryAfter: "30"))
        case 3, 4: .response(response(401))
        // It may have arrived: the answer was lost, or late.
        case 5...11: .failure(AttemptFailure(.timeout, "Too slow."))
        default: .response(response(500))
        }
    }

    private func response(_ status: Int, retryAfter: String? = nil) -> AttemptResponse {
        AttemptResponse(
            status: status, headers: retryAfter.map { [HeaderField(name: "Retry-After", value: $0)] } ?? [], body: [],
            isTruncated: false)
    }

    /// Counts what a breaker goes by.
    private func noteForBreaker(_ result: AttemptOutcome.Result, of parcel: Parcel) {
        let endpoint = parcel.delivery.endpoint
        guard var receiver = receivers[endpoint] else { return }
        defer { receivers[endpoint] = receiver }
        guard parcel.holdsSlot else {
            if case .response(let response) = result, response.status == 200 { receiver.isEncouraged = true }
            return
        }
        let wasProbe = receiver.probes.remove(parcel.delivery.id) != nil
        switch result {
        case .response(let response) where response.status == 200:
            // Where failure rates open breakers too, what was under way before the account knew may have been the probe.
            guard wasProbe || receiver.silentSince == nil || limits.breaker.minimum != .max else { return }
            receiver.silentRun = 0
            receiver.silentSince = nil
            receiver.probes = []
            return
        case .response: receiver.silentRun = 0
        case .failure: receiver.silentRun += 1
        }
        if wasProbe || receiver.silentSince == nil && receiver.silentRun >= limits.breaker.silentRun {
            receiver.silentSince = elapsed
            receiver.isEncouraged = false
        }
    }
}
