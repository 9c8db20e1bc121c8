public import MartletCore
public import MartletService
import Synchronization

/// What the service tells it, and the committer.
extension DeliveryEngine: Courier, CommitReceiver {
    public func accepted(_ parcels: [Parcel]) {
        guard !parcels.isEmpty else { return }
        let now = clock.now()
        perform { $0.dispatcher.accepted(parcels, now: now) }
    }

    public func mayHaveBeenAccepted(_ parcels: [Parcel]) {
        guard !parcels.isEmpty else { return }
        let now = clock.now()
        perform { $0.dispatcher.mayHaveBeenAccepted(parcels, now: now) }
    }

    public func settled(_ outcomes: [SettledParcel]) {
        guard !outcomes.isEmpty else { return }
        let now = clock.now()
        var waiters: [CheckedContinuation<Void, Never>] = []
        perform { state in
            var actions: [DispatchAction] = []
            for outcome in outcomes {
                actions += state.dispatcher.settled(
                    outcome.pending.parcel, outcome.pending.settlement, moved: outcome.moved, now: now)
                if !state.waiters.isEmpty,
                    let waiting = state.waiters.removeValue(forKey: outcome.pending.parcel.delivery.id)
                {
                    waiters += waiting
                }
            }
            return actions
        }
        for waiter in waiters { waiter.resume() }
    }

    public func endpointChanged(_ endpoint: Endpoint) {
        let rules = rules(of: endpoint)
        let now = clock.now()
        perform { $0.dispatcher.endpointChanged(endpoint.id, rules, now: now) }
    }

    public func endpointDeleted(_ endpoint: EndpointID) {
        perform { $0.dispatcher.endpointDeleted(endpoint) }
    }

    public func rescheduled(_ delivery: DeliveryID, of endpoint: EndpointID, due: Timestamp) async {
        // It may have been accepted a moment ago, without having been handed over yet.
        await committer.barrier()
        let now = clock.now()
        perform { $0.dispatcher.rescheduled(delivery, of: endpoint, due: due, now: now) }
    }

    public func cancelled(_ delivery: DeliveryID, of endpoint: EndpointID) async {
        // As above: what is not known here yet could not be held back.
        await committer.barrier()
        let now = clock.now()
        perform { $0.dispatcher.cancelled(delivery, of: endpoint, now: now) }
    }

    public func condition(of endpoint: EndpointID) -> EndpointCondition? {
        let now = clock.now()
        return state.withLock { $0.dispatcher.condition(of: endpoint, now: now) }
    }

    public var openBreakers: Int { state.withLock { $0.dispatcher.openBreakers } }

    public func isInFlight(_ delivery: DeliveryID, of endpoint: EndpointID) -> Bool {
        state.withLock { $0.dispatcher.isInFlight(delivery, of: endpoint) }
    }

    public func settled(_ delivery: DeliveryID, of endpoint: EndpointID) async {
        await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
            let isSettled = state.withLock { state in
                guard !state.hasStopped, state.dispatcher.isInFlight(delivery, of: endpoint) else { return true }
                state.waiters[delivery, default: []].append(waiter)
                return false
            }
            if isSettled { waiter.resume() }
        }
    }
}
