public import MartletCore
public import MartletService
public import MartletStore

/// What an attempt that is over means: for its delivery, for its lane, and for the endpoint.
extension Dispatcher {
    // MARK: Events

    /// An attempt is over.
    ///
    /// - Parameters:
    ///   - attempt: as it will be recorded.
    ///   - otherSecretIsWorthATry: whether the endpoint's secret is being rotated, so that a 401 or 403 may be for want
    ///     of the other one.
    ///   - random: a number in 0..<1, for the retry policy's jitter.
    public mutating func attemptFinished(
        _ parcel: Parcel, attempt: Attempt, otherSecretIsWorthATry: Bool = false, now: Timestamp, random: Double
    ) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        guard let lane = lanes[parcel.delivery.endpoint] else {
            preconditionFailure("a lane with an attempt in flight is kept")
        }
        inFlightCount -= 1
        unsettledCount += 1
        letGo(parcel)
        let verdict = AttemptVerdict(attempt.outcome, success: lane.rules.success)
        let firstAttemptAt = parcel.delivery.firstAttemptAt ?? attempt.startedAt
        let triesOtherSecret =
            otherSecretIsWorthATry && !parcel.usesOtherSecret && attempt.outcome.isUnauthorised
            && parcel.delivery.cause != .test
        let next =
            triesOtherSecret
            ? now
            : nextAttempt(
                after: attempt, verdict, lane.rules.retry, firstAttemptAt: firstAttemptAt, now: now, random: random)
        var machine = DeliveryStateMachine(.inFlight(since: attempt.startedAt))
        do {
            try machine.attemptFinished(verdict, at: now, nextAttempt: next, cause: parcel.delivery.cause)
        } catch {
            preconditionFailure("an attempt in flight can always finish")
        }
        var again = parcel
        again.usesOtherSecret = triesOtherSecret
        actions.append(
            .settle(
                again,
                Settlement(
                    environment: parcel.delivery.environment, endpoint: lane.endpoint, attempt: attempt,
                    firstAttemptAt: firstAttemptAt, state: machine.state)))
        note(attempt, verdict, of: parcel, in: lane, now: now)
        watch(verdict, of: parcel, in: lane, now: now, into: &actions)
        refresh(lane, now: now, into: &actions)
        pump(now: now, into: &actions)
        return actions
    }

    /// An outcome became durable. `moved` is false where somebody else had moved the delivery meanwhile.
    public mutating func settled(
        _ parcel: Parcel, _ settlement: Settlement, moved: Bool, now: Timestamp
    ) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        look(at: now, into: &actions)
        unsettledCount -= 1
        takenSlots -= limits.slots(for: parcel)
        guard let lane = lanes[settlement.endpoint] else {
            preconditionFailure("a lane with an outcome to settle is kept")
        }
        let wasMoved = lane.close(settlement.attempt.delivery)
        if lane.isLoading { lane.movedWhileLoading.insert(settlement.attempt.delivery) }
        if case .scheduled(let due) = settlement.state {
            var again = parcel
            again.delivery.state = settlement.state
            again.delivery.attemptCount = settlement.attempt.number
            again.delivery.firstAttemptAt = settlement.firstAttemptAt
            // The store does not know which secret was tried: in there, one that is refused would be tried for ever.
            // A retry takes up no room that what is due sooner is to be read into.
            let hasRoom =
                again.usesOtherSecret || isDueBeforeStored(due, in: lane) && hasRoom(for: again, in: lane)
            let isInTurn = lane.queue.comesFirst(again)
            if moved, !wasMoved, lane.isActive, due <= now + limits.nearRetry, hasRoom, isInTurn {
                keep(again, in: lane, now: now)
            } else {
                // Also where it was not moved: it may have been, by a commit that had seemed to fail.
                lane.noteStored(due)
                // What comes after it in its key's line waits where it does.
                if let key = parcel.turn?.key { spill(key, of: lane) }
            }
        } else if !moved, leases != nil {
            // Another node, whose it had become, may have left it scheduled.
            lane.noteStored(now)
        }
        if let key = parcel.turn?.key, parcel.holdsSlot, lane.queue.release(key, now: now) { lane.noteStored(now) }
        refresh(lane, now: now, into: &actions)
        forgetIfDeleted(lane)
        pump(now: now, into: &actions)
        return actions
    }

    // MARK: Decisions

    private func nextAttempt(
        after attempt: Attempt, _ verdict: AttemptVerdict, _ retry: RetryPolicy, firstAttemptAt: Timestamp,
        now: Timestamp, random: Double
    ) -> Timestamp? {
        guard
            var due = retry.nextAttempt(
                after: attempt.number, failedAt: now, firstAttemptAt: firstAttemptAt, random: random)
        else { return nil }
        if case .refused(let retryAfter?) = verdict { due = max(due, retryAfter.instant(from: now)) }
        if let window = retry.window { due = min(due, firstAttemptAt + window) }
        return due
    }

    /// Lets a lane, and the sums over all of them, know how an attempt ended.
    private mutating func note(
        _ attempt: Attempt, _ verdict: AttemptVerdict, of parcel: Parcel, in lane: Lane, now: Timestamp
    ) {
        if !lane.isProven { unprovenSlots -= lane.slots }
        switch lane.attemptFinished(attempt, verdict, of: parcel, now: now) {
        case .opened: openBreakerCount += 1
        case .closed: openBreakerCount -= 1
        case nil: break
        }
        if !lane.isProven { unprovenSlots += lane.slots }
        if pressed.removeValue(forKey: lane.endpoint) != nil { lane.isQueued = false }
    }

    /// Takes a lane out of service where its receiver is gone or has failed for too long, and has its owner told.
    private mutating func watch(
        _ verdict: AttemptVerdict, of parcel: Parcel, in lane: Lane, now: Timestamp,
        into actions: inout [DispatchAction]
    ) {
        let before = lane.watch
        let watchVerdict = lane.watch(verdict, of: parcel, now: now)
        let environment = parcel.delivery.environment
        switch watchVerdict {
        case _ where verdict == .gone: deactivate(lane, for: .gone, environment, into: &actions)
        case .disable: deactivate(lane, for: .failing, environment, into: &actions)
        case .warn: actions.append(.tell(lane.endpoint, environment: environment, isWell: false, lane.watch))
        case .recovered: actions.append(.tell(lane.endpoint, environment: environment, isWell: true, before))
        case .none: break
        }
    }

    private mutating func deactivate(
        _ lane: Lane, for reason: Endpoint.Inactivity, _ environment: EnvironmentID,
        into actions: inout [DispatchAction]
    ) {
        // Told once: attempts that were under way may say it again.
        guard lane.rules.isActive else { return }
        lane.deactivate()
        spill(lane)
        actions.append(.deactivate(lane.endpoint, environment: environment, for: reason, lane.watch))
    }
}
