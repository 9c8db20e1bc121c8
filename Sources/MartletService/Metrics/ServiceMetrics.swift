public import MartletCore
import Synchronization

/// What the service counts of itself. `/metrics` writes it as Prometheus text.
public final class ServiceMetrics: Sendable {
    private let accepted = Atomic<Int>(0)
    private let deliveriesAccepted = Atomic<Int>(0)
    private let batches = Atomic<Int>(0)
    private let batchUnits = Atomic<Int>(0)
    private let batchFailures = Atomic<Int>(0)
    private let attemptsInFlight = Atomic<Int>(0)
    private let jobsRunning = Atomic<Int>(0)
    private let jobDeliveries = Atomic<Int>(0)
    private let payloadsDropped = Atomic<Int>(0)
    private let eventsDropped = Atomic<Int>(0)
    private let deliveriesDropped = Atomic<Int>(0)
    private let requestsNotLogged = Atomic<Int>(0)
    private let guarded = Mutex(Guarded())

    private struct Guarded {
        /// What sources received, by how it was judged.
        var requests: [String: Int] = [:]
        /// By outcome: `acknowledged`, `refused`, or a failure's code.
        var attempts: [String: Int] = [:]
        var endToEnd = LatencyHistogram()
        var endToEndSum: Double = 0
        var attempt = LatencyHistogram()
        var attemptSum: Double = 0
    }

    public init() {}

    /// Events were accepted, with so many deliveries.
    public func accepted(events: Int, deliveries: Int) {
        accepted.wrappingAdd(events, ordering: .relaxed)
        deliveriesAccepted.wrappingAdd(deliveries, ordering: .relaxed)
    }

    /// A source received a request and judged it.
    public func received(_ verdict: RequestVerdict) {
        guarded.withLock { $0.requests[verdict.name, default: 0] += 1 }
    }

    /// A request was left out of the log: there were too many to write each down.
    public func requestNotLogged() { requestsNotLogged.wrappingAdd(1, ordering: .relaxed) }

    /// A batch of so many events and outcomes became durable.
    public func committed(units: Int) {
        batches.wrappingAdd(1, ordering: .relaxed)
        batchUnits.wrappingAdd(units, ordering: .relaxed)
    }

    /// A batch could not be stored.
    public func commitFailed() { batchFailures.wrappingAdd(1, ordering: .relaxed) }

    /// So many jobs are running.
    public func jobsRun(_ count: Int) { jobsRunning.store(count, ordering: .relaxed) }

    /// A job made so many deliveries.
    public func jobMade(deliveries: Int) { jobDeliveries.wrappingAdd(deliveries, ordering: .relaxed) }

    /// What was old was dropped.
    public func swept(payloads: Int, events: Int, deliveries: Int) {
        payloadsDropped.wrappingAdd(payloads, ordering: .relaxed)
        eventsDropped.wrappingAdd(events, ordering: .relaxed)
        deliveriesDropped.wrappingAdd(deliveries, ordering: .relaxed)
    }

    /// An attempt began.
    public func attemptStarted() { attemptsInFlight.wrappingAdd(1, ordering: .relaxed) }

    /// An attempt that had begun was not made after all.
    public func attemptNotMade() { attemptsInFlight.wrappingSubtract(1, ordering: .relaxed) }

    /// An attempt is over.
    ///
    /// - Parameters:
    ///   - microseconds: how long it took.
    ///   - sinceAccepted: how long after its event was accepted a first attempt was acknowledged.
    public func attemptFinished(outcome: StaticString, microseconds: Int64, sinceAccepted: Duration?) {
        attemptFinished(outcome: outcome.description, microseconds: microseconds, sinceAccepted: sinceAccepted)
    }

    /// As ``attemptFinished(outcome:microseconds:sinceAccepted:)-4xv``, by a failure's code.
    public func attemptFinished(outcome: String, microseconds: Int64, sinceAccepted: Duration?) {
        attemptsInFlight.wrappingSubtract(1, ordering: .relaxed)
        guarded.withLock { guarded in
            guarded.attempts[outcome, default: 0] += 1
            guarded.attempt.record(microseconds)
            guarded.attemptSum += Double(microseconds) / 1e6
            if let sinceAccepted {
                guarded.endToEnd.record(sinceAccepted.wholeMicroseconds)
                guarded.endToEndSum += Double(sinceAccepted.wholeMicroseconds) / 1e6
            }
        }
    }

    /// The metrics as Prometheus text (exposition format 0.0.4).
    ///
    /// - Parameters:
    ///   - intake: what waits in the store, and how much room it has.
    ///   - overdue: for how long the delivery overdue longest has been due.
    ///   - node: how the process stands among several; `nil` where it is alone.
    public func text(
        intake: Intake.Snapshot, overdue: Duration?, openBreakers: Int = 0, node: NodeStatus.Snapshot? = nil
    ) -> String {
        var text = PrometheusText()
        text.counter("martlet_events_accepted_total", "Events made durable.", accepted.load(ordering: .relaxed))
        text.counter(
            "martlet_deliveries_accepted_total", "Deliveries made durable.", deliveriesAccepted.load(ordering: .relaxed)
        )
        text.counter("martlet_commits_total", "Transactions of the group commit.", batches.load(ordering: .relaxed))
        text.counter(
            "martlet_commit_units_total", "Events and outcomes in those transactions.",
            batchUnits.load(ordering: .relaxed))
        text.counter(
            "martlet_commit_failures_total", "Transactions that the store did not take.",
            batchFailures.load(ordering: .relaxed))
        text.gauge(
            "martlet_attempts_in_flight", "HTTP requests under way.", attemptsInFlight.load(ordering: .relaxed))
        text.gauge("martlet_backlog_deliveries", "Deliveries that wait.", intake.backlog)
        text.gauge(
            "martlet_storage_short", "1 while publishing is refused for want of room, 0 otherwise.",
            intake.isStorageShort ? 1 : 0)
        if let room = intake.room {
            text.gauge("martlet_storage_room_bytes", "What can be stored before something is full.", room.bytes)
        }
        text.counters(
            "martlet_dropped_total", "What was dropped for its age.", label: "what",
            [
                ("payloads", payloadsDropped.load(ordering: .relaxed)),
                ("events", eventsDropped.load(ordering: .relaxed)),
                ("deliveries", deliveriesDropped.load(ordering: .relaxed)),
            ])
        text.counters(
            "martlet_publishing_refused_total", "Publishing requests refused at a bound.", label: "reason",
            [("backlog_full", intake.refusedForBacklog), ("disk_nearly_full", intake.refusedForStorage)])
        text.gauge(
            "martlet_jobs_running", "Recoveries and bulk replays under way.", jobsRunning.load(ordering: .relaxed))
        text.counter(
            "martlet_job_deliveries_total", "Deliveries that recoveries and bulk replays made.",
            jobDeliveries.load(ordering: .relaxed))
        text.gauge(
            "martlet_breakers_open", "Webhooks whose circuit breaker is open or half open.", openBreakers)
        if let overdue {
            text.gauge(
                "martlet_backlog_oldest_seconds", "How long the delivery overdue longest has been due.",
                max(0, Double(overdue.wholeMilliseconds) / 1000))
        }
        if let node { write(node, to: &text) }
        let snapshot = guarded.withLock { $0 }
        text.counters(
            "martlet_attempts_total", "Attempts by outcome.", label: "outcome",
            snapshot.attempts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        text.counters(
            "martlet_requests_received_total", "What sources received, by verdict.", label: "verdict",
            snapshot.requests.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        text.counter(
            "martlet_requests_not_logged_total", "Requests that were refused and not written down, for their number.",
            requestsNotLogged.load(ordering: .relaxed))
        text.histogram(
            "martlet_delivery_seconds", "From accepted to acknowledged, at the first attempt.", snapshot.endToEnd,
            sum: snapshot.endToEndSum)
        text.histogram("martlet_attempt_seconds", "How long attempts took.", snapshot.attempt, sum: snapshot.attemptSum)
        return text.text
    }

    private func write(_ node: NodeStatus.Snapshot, to text: inout PrometheusText) {
        text.gauge("martlet_nodes", "Nodes of the service that are alive.", node.living)
        text.gauge(
            "martlet_node_member", "1 while this node is one of them, 0 while it has lapsed.", node.isMember ? 1 : 0)
        text.gauge("martlet_node_leases", "Exclusive webhooks that this node delivers to.", node.leases)
        text.counter(
            "martlet_deliveries_taken_over_total", "Deliveries that this node took over from others.", node.takenOver)
        text.counter("martlet_node_lapses_total", "How often this node was taken for dead.", node.lapses)
    }
}
