import MartletCore
import MartletService
import MartletStore
import Testing

@testable import MartletDashboard

/// Alerts and the status page, as people see them.
@Suite(.timeLimit(.minutes(5))) struct AlertScreenTests {
    @Test func anAlertIsAddedChangedTriedAndDeleted() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()
            let empty = try await browser.get("/dashboard/sandbox/alerts")
            _ = try await browser.get("/dashboard/sandbox/alerts/new")
            let made = try await browser.post(
                "/dashboard/sandbox/alerts/new",
                [
                    "name": "Rate", "rule": "success_rate", "below": "99.5 %", "window": "2h", "attempts": "",
                    "tell_webhooks": "on", "active": "on", "clears_after": "1m",
                ])
            let alert = try #require(try await site.context.store.alerts().first).alert
            let path = "/dashboard/sandbox/alerts/\(alert.id)"
            let edit = try await browser.get("\(path)/edit")
            let changed = try await browser.post(
                "\(path)/edit", ["name": "<b>Off</b>", "rule": "oldest_waiting", "age": "5m"])
            let after = try #require(try await site.context.store.alerts().first).alert
            let shown = try await browser.get(path)
            let tried = try await browser.post("\(path)/test")
            let deleted = try await browser.post("\(path)/delete")

            #expect(empty.text.contains("No alerts yet"))
            #expect(made.location == "\(path)?notice=created")
            #expect(alert.rule == .successRate(below: 0.995, window: .seconds(7200), attempts: 20))
            #expect(alert.clearsAfter == .seconds(60))
            #expect(edit.text.contains(#"value="99.5""#))
            #expect(changed.location == "\(path)?notice=saved")
            #expect(after.rule == .oldestWaiting(.seconds(300)))
            #expect(!after.isActive && !after.tellsEndpoints)
            #expect(shown.text.contains("&lt;b&gt;Off&lt;/b&gt;") && !shown.text.contains("<b>Off"))
            #expect(tried.text.contains("Nobody is told by this alert."))
            #expect(deleted.location == "/dashboard/sandbox/alerts?notice=deleted")
            #expect(try await site.context.store.alerts().isEmpty)
        }
    }

    @Test func whatIsWrongIsSaidBesideItsFieldAndNothingTypedIsLost() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()
            _ = try await browser.get("/dashboard/sandbox/alerts/new")

            let answer = try await browser.post(
                "/dashboard/sandbox/alerts/new",
                [
                    "name": "", "rule": "consecutive_failures", "failures": "many", "webhook": "x",
                    "emails": "a@example.com",
                ])

            #expect(answer.status == 422)
            for text in ["Give a whole number.", "Give a webhook&#39;s id", #"value="many""#, "a@example.com"] {
                #expect(
                    answer.text.contains(text) || answer.text.contains(text.replacing("&#39;", with: "'")), "\(text)")
            }
            #expect(try await site.context.store.alerts().isEmpty)
        }
    }

    @Test func whatFiredIsListedWithItsCulprit() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            try await site.context.store.putHealth([
                EndpointHealth(
                    endpoint: things.webhook.id, environment: site.sandbox.id, failingSince: site.context.time.now(),
                    failures: 7)
            ])
            try await AlertKeeper(site.context).look()
            let browser = try await site.operating()

            let list = try await browser.get("/dashboard/sandbox/alerts")
            let one = try await browser.get("/dashboard/sandbox/alerts/\(things.alert)")

            #expect(list.text.contains("7 in a row") && list.text.contains("firing"))
            #expect(list.text.contains("Nobody hears of them"))
            let link = #"<a href="/dashboard/sandbox/webhooks/\#(things.webhook.id)">\#(things.webhook.url)</a>"#
            #expect(one.text.contains(link))
            #expect(one.text.contains("goes on"))
        }
    }

    // MARK: Status

    @Test func theStatusPageIsForThoseWhoSignInUntilItIsPublic() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            let stranger = site.browser()
            let hidden = try await stranger.get("/status/sandbox")
            let hiddenJSON = try await stranger.get("/status/sandbox.json")
            let unknown = try await stranger.get("/status/nowhere")
            let operating = try await site.operating()
            _ = try await operating.get("/dashboard/sandbox/status")

            let opened = try await operating.post("/dashboard/sandbox/status", ["public": "true"])
            let seen = try await stranger.get("/status/sandbox")
            let json = try await stranger.get("/status/sandbox.json")
            let first = try await stranger.get("/status")

            #expect(hidden.status == 303 && hidden.location?.hasPrefix("/dashboard/sign-in") == true)
            #expect(hiddenJSON.status == 404)
            #expect(unknown.status == 303)
            #expect(opened.status == 303)
            #expect(seen.status == 200 && seen.text.contains("All is well."))
            #expect(first.location == "/status/sandbox")
            let report = try JSONValue(parsing: Array(json.text.utf8))
            #expect(report["status"] == "ok")
            #expect(report["days"]?.array?.count == 90)
            // Nothing of anybody's: no ids, no payloads, no receivers, no customers.
            for text in [seen.text, json.text] {
                for secret in [
                    "\(things.webhook.id)", "\(things.event.id)", "ep_", "evt_", "app_", "alr_", "inc_", "order_id",
                    things.webhook.url, "acme", "Acme fails",
                ] {
                    #expect(!text.contains(secret), "\(secret)")
                }
            }
        }
    }
}
