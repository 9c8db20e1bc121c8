public import MartletCore
public import MartletService
public import MartletStore

extension DeliveryEngine: NodeCourier {
    public func halt() {
        perform { state in
            state.dispatcher.halt()
            return []
        }
    }

    public func goOn() {
        let now = clock.now()
        perform { $0.dispatcher.goOn(now: now) }
    }

    public func lapsed() {
        perform { state in
            state.dispatcher.lapsed()
            return []
        }
        // Whoever comes back has the endpoint's lease taken anew.
        listeners.endAll(because: .lost)
    }

    public func rejoined() async throws(StoreError) {
        // What was committed before the lapse may be handed over after it.
        await committer.barrier()
        lapsed()
        committer.intake.restore(try await store.backlogs())
        let earliest = try await store.earliestDue()
        let now = clock.now()
        perform { $0.dispatcher.found(earliest, now: now) }
    }

    public func tookOver(_ step: TakeOver) {
        committer.intake.tookOver(step)
        let now = clock.now()
        perform { $0.dispatcher.found(step.endpoints.mapValues(\.earliestDue), now: now) }
    }

    public func holds(_ leases: Set<EndpointID>) {
        let now = clock.now()
        perform { $0.dispatcher.holds(leases, now: now) }
        listeners.endAll(but: leases, because: .lost)
    }

    public func mayHaveGrown(_ endpoints: [EndpointID]) {
        let now = clock.now()
        perform { $0.dispatcher.mayHaveGrown(endpoints, now: now) }
    }

    public func lookAgain() async throws(StoreError) {
        let earliest = try await store.earliestDue()
        let now = clock.now()
        perform { $0.dispatcher.foundAgain(earliest, now: now) }
    }
}
