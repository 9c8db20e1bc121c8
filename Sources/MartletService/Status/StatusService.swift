public import MartletCore
import MartletStore
import Synchronization

/// How the service is doing, for customers.
///
/// Incidents are those of alerts about the whole environment on success rate and on what waits: what one customer's webhook does
/// is nobody else's business. A report is put together at most every ``lifetime`` for each environment, however many ask, and all who ask
/// meanwhile wait for the same.
public final class StatusService: Sendable {
    /// For how long a report is shown again.
    public static let lifetime = Duration.seconds(10)
    /// How many incidents are looked at.
    static let mostIncidents = 500

    private let context: ServiceContext
    /// The last report of each environment, or the one that is being made, and since when.
    private let kept = Mutex<[EnvironmentID: (at: Timestamp, report: Report)]>([:])

    private typealias Report = Task<Result<StatusReport, ServiceError>, Never>

    public init(_ context: ServiceContext) { self.context = context }

    /// How an environment is doing.
    ///
    /// - Parameter principal: who asks; `nil` for anybody, who is told where the environment says so.
    /// - Throws: `notFound` for whoever may not know, as for an environment that is not there.
    public func report(of id: EnvironmentID, for principal: Principal?) async throws(ServiceError) -> StatusReport {
        guard let environment = context.directory.environment(id),
            environment.pages.isStatusPublic
                || principal.map({ $0.environment == id && $0.application == nil }) ?? false
        else { throw .notFound("status page") }
        let now = context.time.now()
        let report = kept.withLock { kept in
            if let last = kept[id], now.since(last.at) < Self.lifetime, last.at <= now { return last.report }
            let report = Report {
                do throws(ServiceError) {
                    return .success(try await self.makeReport(of: environment, at: now))
                } catch {
                    return .failure(error)
                }
            }
            kept[id] = (now, report)
            return report
        }
        do throws(ServiceError) {
            return try await report.value.get()
        } catch {
            kept.withLock { kept in
                if kept[id]?.report == report { kept[id] = nil }
            }
            throw error
        }
    }

    private func makeReport(of environment: Environment, at now: Timestamp) async throws(ServiceError) -> StatusReport {
        let day: Int64 = 86_400_000
        let first = Timestamp(milliseconds: (now.milliseconds / day - Int64(StatusReport.dayCount - 1)) * day)
        let hours = try await context.stored { () async throws(StoreError) in
            try await context.store.hours(in: environment.id, since: first)
        }
        var days = (0..<StatusReport.dayCount).map { index in
            StatusReport.Day(start: Timestamp(milliseconds: first.milliseconds + Int64(index) * day))
        }
        var recent = StatusReport.Sums()
        let yesterday = (now - .seconds(86_400)).startOfHour
        for hour in hours {
            let index = (hour.hour.milliseconds - first.milliseconds) / day
            if hour.hour >= yesterday { recent.add(hour) }
            guard days.indices.contains(Int(index)) else { continue }
            days[Int(index)].sums.add(hour)
            if let waiting = hour.mostWaiting {
                days[Int(index)].mostWaiting = max(waiting, days[Int(index)].mostWaiting ?? 0)
            }
        }
        let incidents = try await incidents(in: environment.id, since: first)
        for incident in incidents {
            for index in days.indices {
                let start = days[index].start
                if incident.since < start + .milliseconds(day), (incident.until ?? now) >= start {
                    days[index].incidents += 1
                }
            }
        }
        let (backlog, overdue) = try await waiting(in: environment.id, at: now)
        return StatusReport(
            environment: environment.name, at: now, refusal: refusal, open: incidents.filter { $0.until == nil },
            recent: recent, backlog: backlog, overdue: overdue, days: days, incidents: incidents)
    }

    private var refusal: StatusReport.Refusal? {
        let intake = context.committer.intake
        if !context.node.isMember { return .lapsed }
        if intake.isStorageShort { return .storage }
        return intake.snapshot.backlog >= intake.limits.backlog ? .backlog : nil
    }

    private func incidents(
        in environment: EnvironmentID, since: Timestamp
    ) async throws(ServiceError) -> [StatusReport.Incident] {
        var query = IncidentQuery(environment: environment, limit: Self.mostIncidents)
        query.since = since
        let found = try await context.stored { [query] () async throws(StoreError) in
            try await context.store.incidents(query)
        }
        return found.items.compactMap { incident in
            guard incident.scope == .environment, let kind = StatusReport.Incident.Kind(incident.rule) else {
                return nil
            }
            return StatusReport.Incident(kind: kind, since: incident.since, until: incident.until)
        }
    }

    /// How many deliveries wait, and for how long the oldest of those for active endpoints has.
    private func waiting(in environment: EnvironmentID, at now: Timestamp) async throws(ServiceError) -> (
        Int, Duration?
    ) {
        let backlog = try await context.waiting(in: [environment])[environment] ?? 0
        let due = try await context.stored { () async throws(StoreError) in
            try await context.store.earliestDueAnywhere()
        }
        let active = context.directory.endpoints(in: environment).filter(\.isActive)
        let oldest = active.compactMap { due[$0.id] }.min()
        return (backlog, oldest.map { now.since($0) }.flatMap { $0 > .zero ? $0 : nil })
    }
}

extension StatusReport.Incident.Kind {
    fileprivate init?(_ rule: AlertRule) {
        switch rule {
        case .successRate: self = .failing
        case .oldestWaiting: self = .late
        case .consecutiveFailures, .endpointDisabled, .sourceRefusing: return nil
        }
    }
}
