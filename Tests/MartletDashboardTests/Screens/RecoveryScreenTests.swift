import HTTPTypes
import MartletCore
import MartletService
import Testing

@testable import MartletDashboard

/// Delivering again from the dashboard: counted, started, watched and cancelled.
@Suite(.timeLimit(.minutes(5))) struct RecoveryScreenTests {
    @Test func whatFailedIsCountedThenRecovered() async throws {
        try await TestDashboard.with { site in
            let webhook = try await site.failing(2)
            let browser = try await site.operating()
            let path = "/dashboard/sandbox/webhooks/\(webhook.id)/recover"
            _ = try await browser.get(path)

            let nothing = try await browser.post(path, ["only": "failed", "since": "soon", "do": "count"])
            let counted = try await browser.post(
                path, ["only": "failed", "since": "1h", "rate": "10", "do": "count"])
            let started = try await browser.post(
                path, ["only": "failed", "since": "1h", "rate": "10", "counted": counted.counted, "do": "start"])
            let job = try await browser.get(try #require(started.location))

            #expect(counted.has("2 deliveries would be made."))
            #expect(counted.has("Deliver 2 again"))
            #expect(nothing.status == 422)
            #expect(nothing.has("Give so long ago"))
            #expect(started.status == 303)
            #expect(job.status == 200)
            #expect(job.has("Recovery of what failed"))
            #expect(job.has("10 deliveries a second"))
        }
    }

    @Test(arguments: [
        // Not counted at all, and another thing counted than is to be started.
        [("since", "1h"), ("do", "start")],
        [("since", "2h"), ("do", "start"), ("counted", "?only=failed&since=1h&until=&rate=")],
    ])
    func nothingIsStartedThatWasNotCounted(form: [(String, String)]) async throws {
        try await TestDashboard.with { site in
            let webhook = try await site.failing(1)
            let browser = try await site.operating()
            let path = "/dashboard/sandbox/webhooks/\(webhook.id)/recover"
            _ = try await browser.get(path)

            let answer = try await browser.send(
                .post, path, form: form + [("only", "failed"), ("csrf", browser.token ?? "")])

            #expect(answer.status == 200)
            #expect(answer.has("1 delivery would be made."))
            #expect(answer.has("was changed since it was last"))
            let jobs = try await JobService(site.context).jobs(
                page: PageRequest(limit: 10, cursor: nil), for: site.admin)
            #expect(jobs.items.isEmpty)
        }
    }

    @Test func everythingThatFailedIsRecoveredWhereItFailed() async throws {
        try await TestDashboard.with { site in
            let first = try await site.webhook {
                $0.url = "http://127.0.0.1:9000/first"
                $0.retry = .some(RetryPolicy(delays: []))
            }
            let second = try await site.webhook {
                $0.url = "http://127.0.0.1:9000/second"
                $0.events = ["user.*"]
                $0.retry = .some(RetryPolicy(delays: []))
            }
            let paused = try await site.webhook {
                $0.url = "http://127.0.0.1:9000/paused"
                $0.retry = .some(RetryPolicy(delays: []))
            }
            site.receivers.answer(status: 500)
            try await site.publish("user.created")
            try await site.publish("order.created")
            var pause = WebhookDraft()
            pause.active = false
            _ = try await WebhookService(site.context).update(paused.id, pause, by: site.admin)
            site.receivers.answer(status: 200)
            let browser = try await site.operating()
            let path = "/dashboard/sandbox/recover"

            let list = try await browser.get("/dashboard/sandbox/deliveries?status=failed&since=24h")
            let counted = try await browser.post(path, ["since": "24h", "do": "count"])
            let none = try await browser.post(path, ["since": "24h", "counted": counted.counted, "do": "start"])
            let one = try await browser.post(
                path, ["since": "24h", "counted": counted.counted, "webhook": "\(second.id)", "do": "start"])

            #expect(list.has("href=\"/dashboard/sandbox/recover?since=24h\""))
            #expect(counted.has("3 deliveries would be made."))
            #expect(counted.has("To 2 webhooks"))
            #expect(counted.has(first.url))
            #expect(counted.has("\(paused.url)</a> has failures too, and is not active"))
            #expect(none.status == 422)
            #expect(none.has("Choose at least one webhook."))
            #expect(one.status == 303)
            let jobs = try await JobService(site.context).jobs(
                page: PageRequest(limit: 10, cursor: nil), for: site.admin)
            #expect(jobs.items.map(\.work) == [.recover(second.id, only: .failed)])
        }
    }

    @Test func severalRecoveriesAreStartedAtOnceAndListed() async throws {
        try await TestDashboard.with { site in
            let webhooks = [try await site.failing(1), try await site.failing(1)]
            let browser = try await site.operating()
            let path = "/dashboard/sandbox/recover"
            _ = try await browser.get(path)
            let counted = try await browser.post(path, ["since": "24h", "do": "count"])

            let started = try await browser.send(
                .post, path,
                form: webhooks.map { ("webhook", "\($0.id)") } + [
                    ("since", "24h"), ("counted", counted.counted), ("do", "start"), ("csrf", browser.token ?? ""),
                ])
            let list = try await browser.get(try #require(started.location))

            #expect(started.location == "/dashboard/sandbox/jobs?notice=started")
            #expect(list.text.split(separator: "Recovery of what failed").count == 3)
            #expect(list.has("The recoveries are under way."))
            #expect(MarkupCheck(list.text).complaints == [])
        }
    }

    @Test func aWebhookThatWasDeletedSinceItWasCountedIsNamedAndTheOthersGoOn() async throws {
        try await TestDashboard.with { site in
            let (kept, deleted) = (try await site.failing(1), try await site.failing(1))
            let browser = try await site.operating()
            let path = "/dashboard/sandbox/recover"
            _ = try await browser.get(path)
            let counted = try await browser.post(path, ["since": "24h", "do": "count"])
            try await WebhookService(site.context).delete(deleted.id, by: site.admin)

            let started = try await browser.send(
                .post, path,
                form: [kept, deleted].map { ("webhook", "\($0.id)") } + [
                    ("since", "24h"), ("counted", counted.counted), ("do", "start"), ("csrf", browser.token ?? ""),
                ])

            #expect(started.status == 409)
            #expect(started.has("1 recovery was started. \(deleted.id): There is no such webhook."))
            let jobs = try await JobService(site.context).jobs(
                page: PageRequest(limit: 10, cursor: nil), for: site.admin)
            #expect(jobs.items.map(\.work) == [.recover(kept.id, only: .failed)])
        }
    }

    @Test func aCustomerRecoversNothingOfAnothers() async throws {
        try await TestDashboard.with { site in
            _ = try await site.application("acme")
            _ = try await site.application("other")
            let webhook = try await site.failing(1) { $0.application = "acme" }
            let portal = try site.portal(of: "other").path
            let browser = site.browser()
            _ = try await browser.get("\(portal)/recover")

            let counted = try await browser.post("\(portal)/recover", ["since": "24h", "do": "count"])
            let named = try await browser.post(
                "\(portal)/recover", ["since": "24h", "application": "acme", "do": "count"])
            let forced = try await browser.post(
                "\(portal)/recover",
                ["since": "24h", "counted": counted.counted, "webhook": "\(webhook.id)", "do": "start"])

            #expect(counted.has("0 deliveries would be made."))
            #expect(!counted.has(webhook.url))
            #expect(!named.has(webhook.url))
            #expect(forced.status == 409)
            #expect(forced.has("\(webhook.id): There is no such webhook."))
        }
    }

    @Test func aSelectionIsCountedThenReplayed() async throws {
        try await TestDashboard.with { site in
            let webhook = try await site.webhook()
            try await site.publish("order.created")
            try await site.publish("user.created")
            let browser = try await site.operating()
            let path = "/dashboard/sandbox/replay"

            let list = try await browser.get("/dashboard/sandbox/events?type=order.created&status=succeeded")
            let inText = try await browser.get("/dashboard/sandbox/events?q=o_1")
            let form = try await browser.get("\(path)?type=order.created&status=succeeded&since=30d")
            let wrong = try await browser.post(path, ["webhook": "ep_1", "since": "30d", "do": "count"])
            let counted = try await browser.post(path, ["type": "order.created", "since": "30d", "do": "count"])
            let started = try await browser.post(
                path, ["type": "order.created", "since": "30d", "counted": counted.counted, "do": "start"])

            #expect(
                list.has("href=\"/dashboard/sandbox/replay?type=order.created&amp;status=succeeded&amp;since=30d\""))
            #expect(inText.has(webhook.id.description) == false)
            #expect(!inText.has("Replay these"))
            #expect(form.has("value=\"order.created\""))
            #expect(wrong.status == 422)
            #expect(wrong.has("is ep_ and 26 characters"))
            #expect(counted.has("1 delivery would be made."))
            let job = try await browser.get(try #require(started.location))
            #expect(job.has("Replay of order.created"))
        }
    }

    @Test func aJobIsCancelled() async throws {
        try await TestDashboard.with { site in
            let webhook = try await site.failing(5)
            let job = try await JobService(site.context).recover(
                webhook.id, only: .failed, JobDraft(since: site.context.time.now() - .seconds(60), rate: 1),
                by: site.admin)
            let browser = try await site.operating()
            _ = try await browser.get("/dashboard/sandbox/jobs")

            let answer = try await browser.post("/dashboard/sandbox/jobs/\(job.id)/cancel")

            // It may have come to its end before: then there is nothing to cancel.
            #expect([303, 409].contains(answer.status))
            let state = try await JobService(site.context).job(job.id, for: site.admin).state
            #expect(state != .running)
        }
    }

    @Test func anApplicationIsErasedByItsName() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            let browser = try await site.operating()
            let path = "/dashboard/sandbox/applications/\(things.application.id)"

            let form = try await browser.get("\(path)/erase")
            let wrong = try await browser.post("\(path)/erase", ["confirm": "acme"])
            let stays = site.context.directory.application(things.application.id, in: site.sandbox.id)
            let erased = try await browser.post("\(path)/erase", ["confirm": things.application.name])
            let progress = try await browser.get("\(path)/erasure")

            #expect(form.has("its 1 webhook"))
            #expect(wrong.status == 422)
            #expect(wrong.has("This is not its name. Nothing was erased."))
            #expect(stays != nil)
            #expect(erased.location == "\(path)/erasure?notice=erased")
            #expect(progress.status == 200)
            #expect(progress.has("The application is gone"))
            #expect(site.context.directory.application(things.application.id, in: site.sandbox.id) == nil)
            #expect(try await browser.get(path).status == 404)
        }
    }

    @Test func theDefaultApplicationIsNotErased() async throws {
        try await TestDashboard.with { site in
            let usual = try #require(
                site.context.directory.application(site.sandbox.defaultApplication, in: site.sandbox.id))
            let browser = try await site.operating()
            let path = "/dashboard/sandbox/applications/\(usual.id)/erase"
            _ = try await browser.get(path)

            let answer = try await browser.post(path, ["confirm": usual.name])

            #expect(answer.status == 409)
            #expect(answer.has("It stays."))
            #expect(site.context.directory.application(usual.id, in: site.sandbox.id) != nil)
        }
    }
}

extension TestDashboard {
    /// A webhook to which so many deliveries have failed for good, and that answers 200 from now on.
    fileprivate func failing(
        _ count: Int, _ change: (inout WebhookDraft) -> Void = { _ in }
    ) async throws -> Endpoint {
        let type = "failing.\(context.directory.endpoints(in: sandbox.id).count)"
        let webhook = try await webhook { draft in
            draft.events = [type]
            draft.retry = .some(RetryPolicy(delays: []))
            change(&draft)
        }
        receivers.answer(status: 500)
        for _ in 0..<count { try await publish(type) }
        receivers.answer(status: 200)
        return webhook
    }
}

extension PageSeen {
    /// What a form says that it has counted.
    fileprivate var counted: String { (value(of: "counted") ?? "").replacing("&amp;", with: "&") }
}
