public import MartletCore
import MartletStore

/// What a job would do, as far as was looked.
public struct JobForecast: Sendable, Hashable {
    /// How many deliveries it would make.
    public var count = 0
    /// Whether everything was looked at; where not, there may be more.
    public var isExact = false
    /// How many events, or failed deliveries, were looked at.
    public var examined = 0
    public var since: Timestamp
    public var until: Timestamp
    public var rate: Int

    init(_ job: Job) {
        since = job.since
        until = job.until
        rate = job.rate
    }
}

extension JobPlan {
    /// Counts what the job would do, up to the bounds.
    func forecast(_ limits: JobLimits) async throws(ServiceError) -> JobForecast {
        var forecast = JobForecast(job)
        var rows = limits.forecastRows
        var bytes = limits.forecastBytes
        var cursor = job.cursor
        while rows > 0, bytes > 0 {
            guard
                let query = query(
                    from: cursor, limit: limits.readRows, bytes: min(bytes, 4 << 20),
                    rows: min(rows, limits.readRows))
            else { throw .notFound("webhook") }
            let page = try await context.stored { () async throws(StoreError) in
                try await context.store.replayable(query)
            }
            rows -= max(1, page.scanned)
            forecast.examined += page.examined
            for item in page.items {
                bytes -= item.event.body.bytes.count
                forecast.count += targets(of: item.event, found: item.cursor).count
            }
            if page.isLast {
                guard let next = next(after: cursor) else {
                    forecast.isExact = true
                    return forecast
                }
                cursor = next
            } else {
                cursor = page.cursor ?? cursor
            }
        }
        return forecast
    }
}
