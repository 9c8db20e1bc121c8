import Logging
import MartletCore
import MartletService
import MartletStore
import Synchronization

/// What is told of attempts beside their outcomes: which deliveries failed for good, and what endpoints' attempts add up to.
extension DeliveryEngine {
    /// What is recorded with an outcome that leaves a delivery failed for good, where it is the first of its endpoint for a
    /// while. A test event's failure is its sender's business.
    func report(of parcel: Parcel, _ settlement: Settlement) -> OperationalEvent? {
        guard case .failed(let at, let reason) = settlement.state, reason != .single,
            let endpoint = directory.endpoint(settlement.endpoint, in: settlement.environment),
            reports.withLock({ $0.failed(endpoint.id, at: at) })
        else { return nil }
        let failed = OperationalEvent.FailedDelivery(
            delivery: parcel.delivery.id, event: parcel.event.publicID, eventType: parcel.event.type, reason: reason,
            attempts: settlement.attempt.number)
        return .deliveryFailed(endpoint, failed, count: 1, id: identifiers.next(at: at), at: at)
    }

    /// What has failed since an endpoint's last report and is to be told of together.
    ///
    /// - Parameter all: whether to tell before its time: the service stops.
    func gatheredReports(all: Bool = false) -> [OperationalEvent] {
        let now = clock.now()
        let overdue = reports.withLock { $0.takeOverdue(at: all ? now + FailureReports.window : now) }
        return overdue.compactMap { id, count in
            guard let endpoint = directory.target(id)?.endpoint else { return nil }
            return .deliveryFailed(endpoint, nil, count: count, id: identifiers.next(at: now), at: now)
        }
    }

    func writeSums() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: limits.sumsInterval)
            await flushSums()
            for report in gatheredReports() { jobSource.yield(.record(report)) }
        }
    }

    /// Writes what endpoints' attempts added up to since the last time.
    func flushSums() async {
        let now = clock.now()
        let hour = Timestamp(milliseconds: now.milliseconds - now.milliseconds % 3_600_000)
        let (sums, health) = state.withLock { ($0.dispatcher.takeSums(hour: hour), $0.dispatcher.takeHealth()) }
        do throws(StoreError) {
            if !sums.isEmpty { try await store.add(sums) }
            if !health.isEmpty { try await store.putHealth(health) }
        } catch {
            log.warning("sums of attempts were lost", metadata: ["error": "\(error)"])
        }
    }
}
