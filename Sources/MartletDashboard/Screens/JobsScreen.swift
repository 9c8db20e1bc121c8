import Hummingbird
import MartletCore
import MartletService

/// Recoveries and bulk replays: what they do, how far they are, and ending them.
struct JobsScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    static let menu: MenuEntry? = MenuEntry(
        title: "Jobs", section: "jobs", icon: .job, group: 2, permission: .readJobs)

    static let templates = [
        Template(
            "jobs",
            """
            <div class="head"><div><h1>Jobs</h1><p class="lead">Recoveries and bulk replays. They outlive a restart, and keep to their
              rate.</p></div>{{#mayStart}}<div class="actions"><a class="button" href="{{base}}/recover">Recover what failed…</a><a class="button"
              href="{{base}}/replay">Replay events…</a></div>{{/mayStart}}</div>
            {{#hasRows}}<div id="jobs"{{#isRunning}} data-refresh="1500"{{/isRunning}}><div class="table stacks"><table><thead><tr><th>Job</th><th>Webhook</th><th>Of events</th><th>Deliveries made</th><th>Started</th><th>State</th></tr></thead>
              <tbody>{{#jobs}}<tr><td class="first"><a href="{{path}}"><strong>{{what}}</strong></a><span class="sub mono">{{id}}</span></td>
                <td class="rest"><span class="clip muted">{{url}}{{^url}}those that subscribe{{/url}}</span></td>
                <td class="rest muted">{{since}} –<br>{{until}}</td><td class="rest" data-label="Deliveries">{{progressShort}}{{#bar}}<div class="progress">{{bar}}</div>{{/bar}}</td>
                <td class="rest nowrap">{{started}}</td><td class="second">{{badge}}</td></tr>{{/jobs}}</tbody></table></div></div>{{>pager}}{{/hasRows}}
            {{^hasRows}}<div class="empty"><h2>No jobs yet</h2><p>What failed, or was never sent, can be delivered again in one go: counted before, at a rate, and
              cancelled whenever you like.</p></div>{{/hasRows}}
            """),
        Template(
            "job",
            """
            <p class="crumbs"><a href="{{base}}/jobs">Jobs</a></p>
            <div id="job"{{#isRunning}} data-refresh="1500"{{/isRunning}}>
            <div class="head"><div><h1>{{what}}</h1><p class="lead">{{badge}} <span class="mono">{{id}}</span></p></div>
              {{#mayCancel}}<div class="actions"><form method="post" action="{{self}}/cancel"><input type="hidden" name="csrf"
                value="{{csrf}}"><button class="danger">Cancel</button></form></div>{{/mayCancel}}</div>
            {{#wait}}<p class="callout warn">{{wait}}</p>{{/wait}}{{#reason}}<p class="callout {{reasonTone}}">{{reason}}</p>{{/reason}}
            <div class="card pad stack"><p role="status"><strong>{{progress}}</strong></p>{{#bar}}<div class="progress">{{bar}}</div>{{/bar}}
              <dl class="facts">
              {{#webhookPath}}<dt>Webhook</dt><dd><a href="{{webhookPath}}">{{url}}</a></dd>{{/webhookPath}}
              <dt>Looked at</dt><dd>{{examined}}</dd><dt>Left alone</dt><dd>{{skipped}}</dd>
              <dt>From</dt><dd>{{since}}</dd><dt>Until</dt><dd>{{until}}</dd>
              <dt>Rate</dt><dd>{{rate}}</dd><dt>Started</dt><dd>{{started}}</dd>{{#ended}}<dt>Ended</dt><dd>{{ended}}</dd>{{/ended}}
              </dl>{{#isRunning}}<p class="small"><a href="{{self}}">Refresh</a></p>{{/isRunning}}</div></div>
            """),
    ]

    func add(to routes: PageRoutes) {
        routes.get("jobs", list)
        routes.get("jobs/:id", show)
        routes.post("jobs/:id/cancel", cancel)
    }

    private func list(_ visit: Visit) async throws -> PageAnswer {
        let page = try await JobService(visit.context).jobs(
            page: PageRequest(limit: 50, cursor: visit.query.text("cursor")), for: visit.principal)
        return .page(
            Page(
                "Jobs", section: "jobs", template: "jobs",
                [
                    "mayStart": visit.may(.replayEvents),
                    "isRunning": page.items.contains { $0.state == .running },
                    "hasRows": !page.items.isEmpty, "jobs": page.items.map { view(of: $0, visit) },
                    "nextPath": page.next.map { visit.path("jobs") + visit.query.with("cursor", $0).text },
                ]))
    }

    private func show(_ visit: Visit) async throws -> PageAnswer {
        let jobs = JobService(visit.context)
        let job = try await jobs.job(visit.id(JobID.self, "job"), for: visit.principal)
        var view = view(of: job, visit)
        view["self"] = visit.path("jobs", job.id.description)
        view["mayCancel"] = job.state == .running && visit.may(.changeJobs)
        view["wait"] = jobs.wait(of: job).map(words)
        return .page(Page(words(job.work), section: "jobs", template: "job", view))
    }

    private func cancel(_ visit: Visit, _ form: Query) async throws -> PageAnswer {
        let job = try await JobService(visit.context).cancel(visit.id(JobID.self, "job"), by: visit.principal)
        return .redirect(visit.path("jobs", job.id.description) + "?notice=\(Notice.cancelled.rawValue)")
    }

    private func view(of job: Job, _ visit: Visit) -> View {
        let endpoint = job.work.endpoint.flatMap { visit.context.directory.endpoint($0, in: visit.environment.id) }
        let (reason, tone): (String?, String) =
            switch job.state {
            case .running, .completed: (nil, "")
            case .cancelled(_, .requested): ("It was cancelled by request; what it had made stays.", "")
            case .cancelled(_, .endpointDeleted): ("Its webhook was deleted.", "warn")
            case .cancelled(_, .applicationDeleted): ("Its application was deleted.", "warn")
            case .failed(_, .storeCorrupt): ("The store gave an answer that cannot be right.", "bad")
            case .failed(_, .storeRefused): ("The store refused it again and again.", "bad")
            }
        let isRunning = job.state == .running
        let left = max(0, (job.total ?? 0) - job.created)
        let ahead = isRunning && left > 0 ? ", about \(When.taken(Int64(left) * 1_000_000 / Int64(job.rate))) left" : ""
        // A bar of nothing would say that nothing was done of it.
        let bar = job.total.flatMap { $0 > 0 ? Meter.markup(job.created, of: $0, style: "c-good") : nil }
        return [
            "id": job.id.description, "path": visit.path("jobs", job.id.description), "what": words(job.work),
            "since": job.since.rfc3339Short, "until": job.until.rfc3339Short,
            "progressShort": Figures.text(job.created) + (job.total.map { " of \(Figures.text($0))" } ?? ""),
            "started": When.markup(job.createdAt, now: visit.now), "badge": badge(job.state.status),
            "isRunning": isRunning, "reason": reason, "reasonTone": tone,
            "progress": job.total == 0 && !isRunning
                ? "There was nothing to deliver"
                : Figures.text(job.created) + (job.total.map { " of \(Figures.text($0))" } ?? "")
                    + ((job.total ?? job.created) == 1 ? " delivery made" : " deliveries made") + ahead,
            "bar": bar,
            "examined": Figures.text(job.examined), "skipped": Figures.text(job.skipped),
            "rate": Figures.count(job.rate, "delivery a second", "deliveries a second"),
            "ended": When.markup(job.state.endedAt, now: visit.now), "url": endpoint?.url,
            "webhookPath": endpoint.map { visit.path("webhooks", $0.id.description) },
        ]
    }

    private func badge(_ status: JobState.Status) -> Markup {
        switch status {
        case .running: Badge.markup("running", .info)
        case .completed: Badge.markup("done", .good)
        case .cancelled: Badge.markup("cancelled", .quiet)
        case .failed: Badge.markup("failed", .bad)
        }
    }

    private func words(_ work: JobWork) -> String {
        switch work {
        case .recover(_, .failed): "Recovery of what failed"
        case .recover(_, .missed): "Recovery of what was missed"
        case .recover(_, .all): "Recovery of what failed or was missed"
        case .replay(let selection): "Replay" + (selection.type.map { " of \($0)" } ?? " of events")
        }
    }

    private func words(_ wait: JobWait) -> String {
        switch wait {
        case .webhookInactive: "It waits for its webhook to become active."
        case .earlierDeliveries: "It waits for its earlier deliveries to be attempted."
        case .storeUnavailable: "It waits for the store."
        }
    }
}
