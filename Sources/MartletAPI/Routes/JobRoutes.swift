import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// Recoveries, bulk replays and `/v1/jobs`: docs/api.md.
struct JobRoutes: RouteGroup {
    let kit: RouteKit
    let jobs: JobService

    init(_ kit: RouteKit) {
        self.kit = kit
        jobs = JobService(kit.services)
    }

    var operations: [Operation] {
        [
            Operation(
                .post, "/v1/webhooks/{id}/recover", "recoverWebhook", "Deliver again what failed or was never sent",
                detail: "A job that one can watch and cancel, and that goes on after a restart. With `dry_run` it is "
                    + "only counted, and the answer is 200.", .replayEvents,
                body: .json("Recovery", example: #"{"since":"2023-06-15T10:30:00Z","only":"failed"}"#),
                answer: .one("Job", "The job is durable, and runs.", status: .accepted),
                alternative: .one("JobForecast", "What it would do, where `dry_run` is true."),
                conflicts: ["webhook_inactive", "recovery_running", "too_many_jobs"], recover),
            Operation(
                .post, "/v1/events/replay", "replayEvents", "Deliver a selection of events again",
                detail: "To the webhooks that subscribe to them now, or to one of them. Receivers see the same bytes "
                    + "under the same ids. A job as for a recovery; `dry_run` likewise.", .replayEvents,
                body: .json(
                    "ReplaySelection",
                    example: #"{"type":"property.created","since":"2023-06-15T10:30:00Z","rate":50}"#),
                answer: .one("Job", "The job is durable, and runs.", status: .accepted),
                alternative: .one("JobForecast", "What it would do, where `dry_run` is true."),
                conflicts: ["webhook_inactive", "too_many_jobs"], replay),
            Operation(
                .get, "/v1/jobs", "listJobs", "List recoveries and bulk replays",
                detail: "They can be looked at for \(kit.limits.jobs.kept.text).", .readJobs,
                query: QueryParameter.page(kit.limits), answer: .page("Job"), list),
            Operation(
                .get, "/v1/jobs/{id}", "getJob", "Look at a recovery or bulk replay", .readJobs,
                answer: .one("Job", "The job, and how far it is."), show),
            Operation(
                .post, "/v1/jobs/{id}/cancel", "cancelJob", "End a recovery or bulk replay",
                detail: "It makes no delivery more. Those that it has made stay as they are.", .changeJobs,
                body: .json("Nothing", isRequired: false), answer: .one("Job", "The job as it ended."),
                conflicts: ["job_completed", "job_cancelled", "job_failed"], cancel),
        ]
    }

    private func recover(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let id = try context.id(EndpointID.self, "webhook")
        return try await kit.post(request, principal) { reader in
            let only = reader.choice("only", JobWork.Recovery.self) ?? .failed
            let (draft, isDryRun) = Self.draft(&reader)
            try reader.finish()
            if isDryRun {
                return .json(
                    of: ForecastWire(
                        forecast: try await jobs.forecastRecovery(id, only: only, draft, by: principal)))
            }
            return answer(try await jobs.recover(id, only: only, draft, by: principal), .accepted)
        }
    }

    private func replay(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try await kit.post(request, principal) { reader in
            var filter = ReplayFilter()
            filter.type = reader.string("type")
            filter.application = reader.string("application")
            filter.status = reader.choice("status", DeliveryStatus.self)
            if let text = reader.string("webhook") {
                filter.endpoint = EndpointID(text)
                if filter.endpoint == nil { reader.note("webhook", "Give a webhook's id: ep_ and 26 characters.") }
            }
            let (draft, isDryRun) = Self.draft(&reader)
            try reader.finish()
            if isDryRun {
                return .json(of: ForecastWire(forecast: try await jobs.forecastReplay(filter, draft, by: principal)))
            }
            return answer(try await jobs.replay(filter, draft, by: principal), .accepted)
        }
    }

    private static func draft(_ reader: inout FieldReader) -> (JobDraft, isDryRun: Bool) {
        var draft = JobDraft()
        draft.since = reader.instant("since")
        draft.until = reader.instant("until")
        draft.rate = reader.integer("rate")
        return (draft, reader.boolean("dry_run") ?? false)
    }

    private func answer(_ job: Job, _ status: HTTPResponse.Status) -> JSONAnswer {
        .json(status, of: JobWire(job: job, wait: jobs.wait(of: job)))
    }

    private func list(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let page = try kit.query(request) { $0.page(kit.limits) }
        let found = try await jobs.jobs(page: page, for: principal)
        return .page(found) { JobWire(job: $0, wait: jobs.wait(of: $0)).write(to: &$1) }
    }

    private func show(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
        let job = try await jobs.job(context.id(JobID.self, "job"), for: principal)
        return answer(job, .ok).response
    }

    private func cancel(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let id = try context.id(JobID.self, "job")
        return try await kit.post(request, principal) { reader in
            try reader.finish()
            return answer(try await jobs.cancel(id, by: principal), .ok)
        }
    }
}
