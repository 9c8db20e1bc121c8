import MartletCore
import MartletDelivery
import MartletService
import MartletStore

/// The account of what a dispatcher may do.
extension Simulation {
    func violation(_ invariant: Invariant, _ what: String) -> Violation {
        Violation(invariant: invariant, seed: seed, step: tally.steps, elapsed: elapsed, what: what)
    }

    func expect(_ invariant: Invariant, _ holds: Bool, _ what: @autoclosure () -> String) throws(Violation) {
        count { $0.looked(at: invariant) }
        guard holds else { throw violation(invariant, what()) }
    }

    // MARK: Attempts

    /// Whether an attempt may start now.
    func checkStart(of parcel: Parcel) throws(Violation) {
        let id = parcel.delivery.id
        let endpoint = parcel.delivery.endpoint
        guard let receiver = receivers[endpoint] else { throw violation(.inactiveGetNothing, "sent to nobody") }
        try expect(.stoppingStartsNothing, !isStopping, "\(id) was attempted though the service is stopping")
        try expect(
            .oneAttemptAtATime, flights[id] == nil, "\(id) has two attempts in flight, or one that is not recorded")
        guard let kept = store.deliveries[id] else {
            throw violation(.acceptedIsKept, "\(id) was attempted, and the store does not have it")
        }
        let stored = kept.delivery
        try expect(
            .neverBeforeItsTime, kept.due <= latestWall && parcel.due <= latestWall,
            "\(id) was attempted at \(latestWall.rfc3339), and is due at \(kept.due.rfc3339)")
        try checkContent(of: parcel)
        try checkEnding(of: stored)
        try checkNumber(of: parcel, stored)
        let isTest = !parcel.holdsSlot
        try expect(.slotsAreBounded, !isTest || parcel.delivery.cause == .test, "\(id) takes no slot, and is no test")
        if !isTest || receiver.told?.isDeleted == true {
            try expect(
                .inactiveGetNothing, receiver.told?.rules.isActive == true && receiver.told?.isDeleted == false,
                "\(id) was attempted though \(endpoint) is not active")
        }
        guard !isTest else { return }
        try checkSlots(of: receiver, endpoint)
        try checkBreaker(id, endpoint)
        try checkRate(endpoint, receiver.told?.rules.rateLimit)
        try checkSteps(endpoint)
        try checkTurn(stored, endpoint)
    }

    private func checkContent(of parcel: Parcel) throws(Violation) {
        let accepted = published[parcel.delivery.id]?.event
        try expect(
            .bytesNeverChange,
            accepted.map { $0.publicID == parcel.event.publicID && $0.body == parcel.event.body } ?? false,
            "\(parcel.delivery.id) was attempted with another event than it was accepted with")
    }

    private func checkEnding(of stored: Delivery) throws(Violation) {
        try expect(
            .endedStaysEnded, !cancelledAndTold.contains(stored.id), "\(stored.id) was attempted though cancelled")
        switch stored.state {
        case .succeeded: throw violation(.endedStaysEnded, "\(stored.id) was attempted though it had arrived")
        case .failed: throw violation(.endedStaysEnded, "\(stored.id) was attempted though it had failed for good")
        default: break
        }
    }

    private func checkNumber(of parcel: Parcel, _ stored: Delivery) throws(Violation) {
        let id = parcel.delivery.id
        let number = parcel.nextNumber
        let last = numbers[id, default: 0]
        try expect(
            .numbersFollow, number == stored.attemptCount + 1,
            "attempt \(number) of \(id) starts, and the store has \(stored.attemptCount)")
        if number <= last {
            count { $0.repeats += 1 }
            try expect(
                .repeatsAreBounded, number == last && repeatable.contains(id),
                "attempt \(number) of \(id) was made before, and no crash found it in flight")
        } else {
            try expect(.numbersFollow, number == last + 1, "attempt \(number) of \(id) follows attempt \(last)")
        }
        repeatable.remove(id)
        let most =
            (receivers[parcel.delivery.endpoint]?.mostDelays ?? 0) + 1 + retriedByHand[id, default: 0]
            + triedOtherSecret[id, default: 0]
        try expect(.attemptsAreBounded, number <= most, "\(id) gets attempt \(number), and has \(most) at most")
    }

    /// Whether the next attempt lies within the schedule's window.
    func checkSchedule(_ parcel: Parcel, _ settlement: Settlement) throws(Violation) {
        guard case .scheduled(let due) = settlement.state, !parcel.usesOtherSecret,
            let window = receivers[settlement.endpoint]?.told?.rules.retry.window
        else { return }
        try expect(
            .attemptsAreBounded, due <= max(settlement.firstAttemptAt + window, seen),
            "\(parcel.delivery.id) is to be attempted after its schedule's window")
    }

    private func checkSlots(of receiver: Receiver, _ endpoint: EndpointID) throws(Violation) {
        let most = min(receiver.told?.rules.maxInFlight ?? .max, limits.inFlightPerEndpoint)
        try expect(
            .slotsAreBounded, receiver.inFlight < most, "\(endpoint) has more than \(most) attempts in flight")
        try expect(
            .slotsAreBounded, regularFlights < limits.inFlight,
            "more than \(limits.inFlight) attempts are in flight or not recorded")
    }

    private func checkBreaker(_ id: DeliveryID, _ endpoint: EndpointID) throws(Violation) {
        guard let receiver = receivers[endpoint], let since = receiver.silentSince else { return }
        try expect(
            .breakerHolds, receiver.probes.isEmpty, "\(endpoint) gets \(id) while a probe is under way")
        // Where failure rates open breakers too, it may have opened sooner than the account knows.
        if limits.breaker.minimum == .max, !receiver.isEncouraged {
            let pause = Int(limits.breaker.firstPause.wholeMilliseconds)
            try expect(
                .breakerHolds, elapsed - since >= pause,
                "\(endpoint) gets \(id) \(elapsed - since) ms after its breaker opened")
        }
        receivers[endpoint]?.probes.insert(id)
        receivers[endpoint]?.isEncouraged = false
    }

    /// No stretch of time saw more attempts than the rate limit gives it.
    private func checkRate(_ endpoint: EndpointID, _ limit: RateLimit?) throws(Violation) {
        guard let limit, var starts = receivers[endpoint]?.starts else { return }
        if starts.count == 60 { starts.removeFirst(20) }
        starts.append(elapsed)
        receivers[endpoint]?.starts = starts
        let perMillisecond = Double(limit.count) / (Double(limit.period.wholeMicroseconds) / 1000)
        for (index, start) in starts.enumerated() {
            // A start has one token; and instants are whole milliseconds: one that is a millisecond early is on time.
            let restarts = self.starts.count { $0 >= start }
            let most = Double(limit.burst + restarts) + Double(elapsed - start + 1) * perMillisecond
            guard Double(starts.count - index) > most + 0.001 else { continue }
            throw violation(
                .rateIsKept,
                "\(endpoint) got \(starts.count - index) attempts in \(elapsed - start) ms, \(most) at most")
        }
        count { $0.looked(at: .rateIsKept) }
    }

    /// Ten in the first second of a return, twice as many in each one after that, up to the tenth.
    private func checkSteps(_ endpoint: EndpointID) throws(Violation) {
        guard let returnedAt = receivers[endpoint]?.returnedAt, elapsed < returnedAt + 10_000 else { return }
        receivers[endpoint]?.startsSinceReturn.append(elapsed)
        guard let starts = receivers[endpoint]?.startsSinceReturn else { return }
        // Instants are whole milliseconds.
        let granted = Self.granted(by: elapsed - returnedAt + 1)
        for (index, start) in starts.enumerated() {
            let most = 1 + granted - Self.granted(by: start - returnedAt)
            try expect(
                .returnsInSteps, Double(starts.count - index) <= most + 0.001,
                "\(endpoint) got \(starts.count - index) attempts in \(elapsed - start) ms, "
                    + "\(elapsed - returnedAt) ms after its return")
        }
    }

    /// What a return grants in its first milliseconds.
    private static func granted(by milliseconds: Int) -> Double {
        let second = milliseconds / 1000
        return Double(10 * ((1 << second) - 1)) + Double(10 << second) * Double(milliseconds % 1000) / 1000
    }

    /// What has been overdue for longer than this at a start, or after a leap of the clock, is let out step by step.
    static let downtime = Duration.seconds(60)

    /// Notes what time it was when the dispatcher was told something, and which endpoints a leap has left with something that
    /// has long been overdue.
    func noteTime() {
        let seen = seen
        defer { latestWallTold = latestWall }
        guard let told = latestTold, seen < told else {
            if let told = latestTold, told < seen - Self.downtime { noteLeap(to: seen) }
            latestTold = seen
            return
        }
        if seen < told - .seconds(1) { latestTold = seen }
    }

    private func noteLeap(to seen: Timestamp) {
        for id in endpoints where receivers[id]?.told?.rules.isActive == true {
            let isOverdue = store.waiting(for: id).contains {
                // What was due before, if only until the clock was set back, is no longer waiting for its instant.
                $0.due > latestWallTold && $0.due < seen - Self.downtime && $0.delivery.turn == nil
                    && isToldOf($0.delivery.id) && flights[$0.delivery.id] == nil
            }
            if isOverdue { receivers[id]?.comesBack(at: elapsed) }
        }
    }

    /// Nothing of its key is under way, and nothing that comes before it waits.
    private func checkTurn(_ stored: Delivery, _ endpoint: EndpointID) throws(Violation) {
        // One whose turn has not come was asked for by hand, or the clock was set back.
        guard let turn = stored.turn, turn.at <= seen else { return }
        let id = stored.id
        let line = store.line(of: turn.key, at: endpoint).filter { isToldOf($0.delivery.id) }
        if let other = line.first(where: { $0.delivery.id != id && flights[$0.delivery.id] != nil }) {
            throw violation(.orderIsKept, "\(id) was attempted while \(other.delivery.id) of its key was under way")
        }
        // It may have left the line itself, by a cancellation that the dispatcher has not been told of.
        let isBefore = line.first.map { ($0.delivery.turn?.at ?? $0.due, $0.delivery.id) < (turn.at, id) } ?? false
        try expect(
            .orderIsKept, !isBefore,
            "\(id) was attempted before \(line.first.map { "\($0.delivery.id)" } ?? "") of its key")
    }

    /// Whether the dispatcher knows what the store has of it.
    private func isToldOf(_ id: DeliveryID) -> Bool { !unreported.contains(id) && !untold.contains(id) }

    // MARK: All the time

    func checkBounds() throws(Violation) {
        guard isUp else { return }
        let most =
            limits.parcels + 8 * receivers.count + limits.inFlight + limits.unsettled + testFlights
        try expect(
            .memoryIsBounded, dispatcher.parcelsInMemory <= most,
            "\(dispatcher.parcelsInMemory) deliveries in memory, \(most) at most")
    }

    /// Notes which endpoints have something due of which nothing is under way.
    func inspect() {
        guard isUp, !isStopping else { return }
        for id in endpoints {
            guard let receiver = receivers[id] else { continue }
            let waits =
                receiver.inFlight + receiver.unrecorded == 0 && receiver.told?.rules.isActive == true
                && receiver.told?.isDeleted == false && store.hasDue(id, by: seen)
            let since = receiver.stalledSince ?? elapsed
            receivers[id]?.stalledSince = waits ? since : nil
        }
    }

    func checkStalls() throws(Violation) {
        let most = Int(limits.breaker.longestPause.wholeMilliseconds) + 60_000
        for id in endpoints {
            guard let since = receivers[id]?.stalledSince else { continue }
            try expect(
                .nothingStalls, elapsed - since <= most,
                "\(id) has something due, and got nothing for \((elapsed - since) / 1000) s; "
                    + "\(dispatcher.condition(of: id, now: seen).map { "\($0)" } ?? "unknown"): "
                    + store.waiting(for: id).map {
                        "\($0.delivery.id) due \($0.due.rfc3339), \($0.delivery.turn.map { "\($0)" } ?? "no turn")"
                    }.joined(separator: "; "))
        }
    }

    // MARK: In the end

    func checkPromises() throws(Violation) {
        for id in promised {
            try expect(.acceptedIsKept, store.deliveries[id] != nil, "\(id) was accepted, and the store has lost it")
        }
    }

    func checkEnd() throws(Violation) {
        try checkPromises()
        for parcel in store.scheduled {
            let id = parcel.delivery.id
            guard let receiver = receivers[parcel.delivery.endpoint] else { continue }
            try expect(.everythingEnds, receiver.known?.isDeleted == false, "\(id) waits for a deleted endpoint")
            try expect(.everythingEnds, !receiver.isActive, "\(id) was forgotten")
        }
        try expect(
            .nothingIsLeft, dispatcher.isIdle && dispatcher.attemptsInFlight == 0 && flights.isEmpty,
            "attempts are still under way")
        try expect(
            .nothingIsLeft, dispatcher.parcelsInMemory == 0, "\(dispatcher.parcelsInMemory) deliveries are in memory")
        let open = endpoints.filter { id in
            dispatcher.condition(of: id, now: seen).map { $0.breaker.state != .closed } ?? false
        }
        try expect(
            .nothingIsLeft, dispatcher.openBreakers == open.count,
            "\(dispatcher.openBreakers) breakers are counted as open, and \(open.count) are")
    }
}
