import Logging
import MartletCore
import MartletService
import MartletStore
import NIOCore

/// Work that waits for the store, each piece in a task of its own.
extension DeliveryEngine {
    func performJobs() async {
        await withDiscardingTaskGroup { group in
            let slots = JobSlots(limits.loads)
            for await job in jobs {
                await slots.take()
                group.addTask {
                    await self.perform(job)
                    slots.give()
                }
            }
        }
    }

    private func perform(_ job: EngineJob) async {
        switch job {
        case .load(let endpoint, let known, let limit, let key):
            await load(endpoint, besides: known, limit: limit, after: key)
        case .deactivate(let endpoint, let environment, let reason, let watch):
            await deactivate(endpoint, in: environment, for: reason, watch)
        case .record(let event): await record(event)
        case .cancelStored(let endpoint): await cancelStored(endpoint)
        case .rehome(let endpoint): await rehome(endpoint)
        case .warn(let endpoint, let environment, let watch): await warn(endpoint, in: environment, watch)
        case .relay(let parcel, let target, let loop): await relay(parcel, target, on: loop)
        }
    }

    private func rehome(_ endpoint: EndpointID) async {
        do throws(StoreError) {
            try await store.rehome(endpoint)
            let now = clock.now()
            perform { $0.dispatcher.rehomed(endpoint, now: now) }
        } catch {
            log.error(
                "what waits for a webhook could not be put where it belongs",
                metadata: ["endpoint": "\(endpoint)", "error": "\(error)"])
            tryAgain(.rehome(endpoint))
        }
    }

    private func load(
        _ endpoint: EndpointID, besides known: Set<DeliveryID>, limit: Int, after key: String?
    ) async {
        do throws(StoreError) {
            let due = try await store.due(
                endpoint, by: clock.now(), besides: known, limit: limit, bytes: limits.loadBytes)
            // Those that are known are among these.
            let inTurn = try await store.dueInOrder(
                endpoint, by: clock.now(), after: key, limit: limit + known.count, bytes: limits.loadBytes)
            // What the read saw may have been committed without having been handed over yet.
            await committer.barrier()
            let now = clock.now()
            let parcels = (due.deliveries + inTurn.deliveries).map { Parcel(delivery: $0.delivery, event: $0.event) }
            let nextDue = [due.nextDue, inTurn.nextDue].compactMap { $0 }.min()
            perform {
                $0.dispatcher.loaded(endpoint, parcels, nextDue: nextDue, resumeAfter: inTurn.resumeAfter, now: now)
            }
        } catch {
            log.error("what is due could not be read", metadata: ["endpoint": "\(endpoint)", "error": "\(error)"])
            let retryAt = clock.now() + .seconds(1)
            perform { state in
                state.dispatcher.loadFailed(endpoint, retryAt: retryAt)
                return []
            }
        }
    }

    private func deactivate(
        _ id: EndpointID, in environment: EnvironmentID, for reason: Endpoint.Inactivity, _ watch: FailureWatch
    ) async {
        do throws(StoreError) {
            try await directory.changes.withLock { () async throws(StoreError) in
                guard var endpoint = directory.endpoint(id, in: environment), endpoint.isActive else { return }
                let now = clock.now()
                if reason == .failing, let since = watch.failingSince, try await hasSucceeded(id, after: since) {
                    // It answers other nodes: here it begins anew.
                    return endpointChanged(endpoint)
                }
                endpoint.deactivate(reason, at: now)
                endpoint.updatedAt = now
                try await store.apply([.putEndpoint(endpoint)])
                directory.apply([.putEndpoint(endpoint)])
                endpointChanged(endpoint)
                jobSource.yield(
                    .record(.disabled(endpoint, for: reason, watch, id: identifiers.next(at: now), at: now)))
                log.notice(
                    "a webhook was taken out of service",
                    metadata: ["endpoint": "\(id)", "reason": "\(reason.rawValue)"])
            }
        } catch {
            // It is inactive in the dispatcher alone, and would be shown as active for as long as this fails.
            log.error("a webhook could not be deactivated", metadata: ["endpoint": "\(id)", "error": "\(error)"])
            tryAgain(.deactivate(id, environment: environment, for: reason, watch))
        }
    }

    /// Whether other nodes' attempts have succeeded since; what is known of the hour at hand is seconds old.
    private func hasSucceeded(_ id: EndpointID, after instant: Timestamp) async throws(StoreError) -> Bool {
        guard fence != nil else { return false }
        // Of the hour in which the failures began nobody can say what came first.
        return try await store.hours(of: id, since: instant + .seconds(3600)).contains { $0.succeeded > 0 }
    }

    /// Has an endpoint's owner warned, where no other node has done so.
    private func warn(_ id: EndpointID, in environment: EnvironmentID, _ watch: FailureWatch) async {
        let before = try? await store.health(of: id)?.warnedAt
        if let before, let since = watch.failingSince, before >= since { return }
        tell(id, in: environment, isWell: false, watch)
    }

    func tell(_ id: EndpointID, in environment: EnvironmentID, isWell: Bool, _ watch: FailureWatch) {
        guard let endpoint = directory.endpoint(id, in: environment) else { return }
        let now = clock.now()
        jobSource.yield(
            .record(
                isWell
                    ? .recovered(endpoint, watch, id: identifiers.next(at: now), at: now)
                    : .failing(endpoint, watch, id: identifiers.next(at: now), at: now)))
        log.notice(
            isWell ? "a webhook that had been failing is well again" : "a webhook has been failing for long",
            metadata: ["endpoint": "\(id)", "failures": "\(watch.failures)"])
    }

    private func record(_ event: OperationalEvent) async {
        do throws(StoreError) {
            try await OperationalJournal(store: store).record([event], at: clock.now())
        } catch {
            log.error("what happened could not be recorded", metadata: ["event": "\(event.id)", "error": "\(error)"])
            tryAgain(.record(event))
        }
    }

    private func cancelStored(_ endpoint: EndpointID) async {
        if fence != nil {
            // Another node may have made it a moment ago.
            guard await directory.isUpToDate() else { return tryAgain(.cancelStored(endpoint)) }
            guard directory.target(endpoint) == nil else { return introduce(endpoint, stored: clock.now()) }
        }
        do throws(StoreError) {
            while true {
                let cancelled = try await store.cancelDeliveries(of: endpoint, at: clock.now(), limit: 500)
                guard cancelled > 0 else { return }
                committer.intake.ended(cancelled, of: endpoint)
            }
        } catch {
            log.error(
                "what waited for a deleted webhook could not be cancelled",
                metadata: ["endpoint": "\(endpoint)", "error": "\(error)"])
            tryAgain(.cancelStored(endpoint))
        }
    }

    private func tryAgain(_ job: EngineJob) {
        clock.alarm(at: clock.now() + .seconds(1)) { [jobSource] in jobSource.yield(job) }
    }

    /// Counts what waits anew from time to time: what one node accepts, another may end.
    func recount() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: limits.recountInterval)
            guard !Task.isCancelled else { return }
            do throws(StoreError) {
                try await committer.intake.recount { () async throws(StoreError) in try await store.backlogs() }
            } catch {
                log.warning("what waits could not be counted", metadata: ["error": "\(error)"])
            }
        }
    }
}

/// Work that takes the store a while.
enum EngineJob: Sendable {
    case load(EndpointID, besides: Set<DeliveryID>, limit: Int, after: String?)
    case deactivate(EndpointID, environment: EnvironmentID, for: Endpoint.Inactivity, FailureWatch)
    case record(OperationalEvent)
    case cancelStored(EndpointID)
    case rehome(EndpointID)
    case warn(EndpointID, environment: EnvironmentID, FailureWatch)
    /// Hand an attempt over that is under way, once the request that its event came in by is read.
    case relay(Parcel, DeliveryTarget, any EventLoop)
}
