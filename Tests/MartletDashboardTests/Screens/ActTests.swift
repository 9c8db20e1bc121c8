import HTTPTypes
import MartletCore
import MartletService
import MartletStore
import Testing
import WebhookSigning

@testable import MartletDashboard

/// What people do on the pages.
@Suite(.timeLimit(.minutes(5))) struct ActTests {
    @Test func aWebhookIsAddedWithEverySetting() async throws {
        try await TestDashboard.with { site in
            _ = try await site.application("acme")
            let browser = try await site.operating()
            _ = try await browser.get("/dashboard/sandbox/webhooks/new")

            let answer = try await browser.send(
                .post, "/dashboard/sandbox/webhooks/new",
                form: [
                    ("csrf", browser.token ?? ""), ("url", " http://127.0.0.1:9000/hook "), ("description", "CRM"),
                    ("application", "acme"), ("events", "order.created"), ("patterns", "transaction.*\r\nuser.added"),
                    ("filter", #"{"data.amount":{"gte":100}}"#), ("profile", "fractio"),
                    ("secret", "my own secret text"),
                    ("success", "list"), ("statuses", "200, 202"), ("timeout", "5s"), ("retry", "exponential"),
                    ("first", "10s"), ("factor", "3"), ("longest", "1h"), ("window", "1d"), ("jitter", "0.2"),
                    ("rate", "50"), ("per", "1m"), ("burst", "10"), ("max_in_flight", "4"), ("ordered", "on"),
                    ("headers", "X-Key: a: b\r\n"), ("metadata", "owner: team a\r\nplan:large"), ("inactive", "on"),
                ])

            #expect(answer.status == 303)
            let made = try #require(site.context.directory.endpoints(in: site.sandbox.id).first)
            #expect(answer.location == "/dashboard/sandbox/webhooks/\(made.id)?notice=created")
            #expect(made.url == "http://127.0.0.1:9000/hook")
            #expect(made.events == ["order.created", "transaction.*", "user.added"])
            #expect(made.application == site.context.directory.application(named: "acme", in: site.sandbox.id)?.id)
            #expect(made.profile == "fractio")
            #expect(made.success == .statuses([200, 202]))
            #expect(made.timeout == .seconds(5))
            #expect(
                made.retry
                    == RetryPolicy(
                        schedule: .exponential(first: .seconds(10), factor: 3, longest: .seconds(3600)),
                        window: .seconds(86_400), jitter: 0.2))
            #expect(made.rateLimit == RateLimit(count: 50, per: .seconds(60), burst: 10))
            #expect(made.maxInFlight == 4)
            #expect(made.isOrdered)
            #expect(!made.isActive)
            #expect(made.headers == [HeaderField(name: "X-Key", value: "a: b")])
            #expect(made.metadata.map(\.value) == ["team a", "large"])
            #expect(made.filter != nil)
            let secret = try WebhookService(site.context).secret(of: made.id, for: site.admin)
            #expect(secret.current.revealed == "my own secret text")
        }
    }

    @Test func whatIsWrongIsToldBesideItsFieldAndNothingTypedIsLost() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()
            _ = try await browser.get("/dashboard/sandbox/webhooks/new")

            let answer = try await browser.post(
                "/dashboard/sandbox/webhooks/new",
                [
                    "url": "ftp://x", "description": "kept <b>", "patterns": "a b!!", "timeout": "1h",
                    "retry": "delays", "delays": "5s, 0s", "metadata": "a: 1\r\nb: 2",
                ])

            #expect(answer.status == 422)
            #expect(answer.has("id=\"url-error\""))
            #expect(answer.has("id=\"timeout-error\""))
            #expect(answer.has("id=\"delays-error\""))
            #expect(answer.has("value=\"kept &lt;b&gt;\""))
            #expect(answer.has("value=\"5s, 0s\""))
            #expect(answer.has(">a: 1\nb: 2</textarea>"))
            #expect(MarkupCheck(answer.text).complaints == [])
            #expect(site.context.directory.endpoints(in: site.sandbox.id).isEmpty)
        }
    }

    @Test func editingWithoutAChangeChangesNothing() async throws {
        try await TestDashboard.with { site in
            let before = try await site.webhook { draft in
                draft.events = ["order.*", "user.created"]
                draft.retry = .some(
                    RetryPolicy(delays: [.seconds(5), .seconds(300)], window: .seconds(900), jitter: 0.1))
                draft.success = .some(.statuses([200]))
                draft.rateLimit = .some(RateLimit(count: 5, per: .seconds(1), burst: 7))
                draft.headers = [HeaderField(name: "X-A", value: "b")]
                draft.metadata = [Metadata(name: "a", value: "b c")]
                draft.isOrdered = true
                draft.timeout = .some(.milliseconds(1500))
            }
            let browser = try await site.operating()
            let form = try await browser.get("/dashboard/sandbox/webhooks/\(before.id)/edit")

            let answer = try await browser.send(
                .post, "/dashboard/sandbox/webhooks/\(before.id)/edit", form: FormFields(form.text).pairs)

            #expect(answer.status == 303)
            var after = try #require(site.context.directory.endpoint(before.id, in: site.sandbox.id))
            after.updatedAt = before.updatedAt
            #expect(after == before)
        }
    }

    @Test func aTestEventWithAnEditedPayloadIsSentAndItsAttemptShown() async throws {
        try await TestDashboard.with { site in
            let webhook = try await site.webhook()
            let browser = try await site.operating()
            let form = try await browser.get("/dashboard/sandbox/webhooks/\(webhook.id)/test?type=order.created")

            let good = try await browser.post(
                "/dashboard/sandbox/webhooks/\(webhook.id)/test", ["type": "order.created", "data": #"{ "mine": 1 }"#])
            site.receivers.answer(status: 500)
            let bad = try await browser.post(
                "/dashboard/sandbox/webhooks/\(webhook.id)/test", ["type": "order.created", "data": "{}"])
            let broken = try await browser.post(
                "/dashboard/sandbox/webhooks/\(webhook.id)/test", ["type": "order.created", "data": "{"])

            let delivery = try #require(
                try await site.context.store.deliveries(
                    DeliveryQuery(environment: site.sandbox.id, limit: 10)
                ).items.first)
            let shown = try await browser.get("/dashboard/sandbox/deliveries/\(delivery.id)")
            let url = try EndpointURL(parsing: webhook.url)

            #expect(form.has("<textarea id=\"data\""))
            #expect(shown.has("POST \(url.target) HTTP/1.1\nHost: \(url.authority)\n"))
            #expect(shown.has("\nContent-Length: "))
            #expect(good.has("It arrived"))
            #expect(good.has("{&quot;mine&quot;:1}"))
            #expect(bad.has("It did not arrive"))
            #expect(bad.has("The receiver answered 500"))
            #expect(broken.status == 422)
            #expect(broken.has("id=\"data-error\""))
        }
    }

    @Test func aFailedDeliveryIsTriedAgainAndAnEventReplayed() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            let browser = try await site.operating()
            let path = "/dashboard/sandbox/events/\(things.event.publicID)"
            _ = try await browser.get(path)

            let replayed = try await browser.post("\(path)/replay", ["next": path])
            let elsewhere = try await browser.post("\(path)/replay", ["next": "//evil.example"])
            let retried = try await browser.post("/dashboard/sandbox/deliveries/\(things.delivery)/retry")

            #expect(replayed.location == "\(path)?notice=replayed")
            #expect(elsewhere.location == "\(path)?notice=replayed")
            #expect(retried.status == 409)
            #expect(retried.has("has succeeded") || retried.has("succeeded"))
            let deliveries = try await EventService(site.context).deliveries(of: things.event, for: site.admin)
            #expect(deliveries.count == 3)
        }
    }

    @Test func aSecretIsShownWhenAskedForAndRotated() async throws {
        try await TestDashboard.with { site in
            let webhook = try await site.webhook()
            let secret = try WebhookService(site.context).secret(of: webhook.id, for: site.admin).current.revealed
            let browser = try await site.operating()
            let path = "/dashboard/sandbox/webhooks/\(webhook.id)"

            let page = try await browser.get(path)
            let revealed = try await browser.post("\(path)/secret")
            let refused = try await browser.post("\(path)/rotate", ["overlap": "a while"])
            let rotated = try await browser.post("\(path)/rotate", ["overlap": "2h"])
            let both = try await browser.post("\(path)/secret")

            #expect(!page.has(secret))
            #expect(revealed.has(secret))
            #expect(refused.status == 422)
            #expect(refused.has("Give a duration"))
            #expect(rotated.location == "\(path)?notice=rotated#secret")
            let current = try WebhookService(site.context).secret(of: webhook.id, for: site.admin).current.revealed
            #expect(current != secret)
            #expect(both.has(secret))
            #expect(both.has(current))
        }
    }

    @Test func aKeyIsShownOnceWhenItIsMade() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()
            _ = try await browser.get("/dashboard/live/keys")

            let made = try await browser.post(
                "/dashboard/live/keys", ["name": "shop", "role": "publisher", "expires": "90d"])
            let again = try await browser.get("/dashboard/live/keys")
            let wrong = try await browser.post("/dashboard/live/keys", ["role": "application"])

            #expect(made.has("mk_live_"))
            let text = try #require(made.text.firstRange(of: "id=\"made-key\">")).upperBound
            let key = String(made.text[text...].prefix { $0 != "<" })
            #expect(try KeyService(site.context).principal(presenting: key).role == .publisher)
            #expect(!again.has(key))
            #expect(wrong.status == 422)
            #expect(wrong.has("Name the application"))
        }
    }

    @Test func theCatalogueIsEdited() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()
            _ = try await browser.get("/dashboard/sandbox/catalogue/new")

            let wrong = try await browser.post(
                "/dashboard/sandbox/catalogue/new", ["name": "a.b", "schema": "[]", "example": "{"])
            let made = try await browser.post(
                "/dashboard/sandbox/catalogue/new",
                [
                    "name": "a.b", "description": "When it is so", "example": #"{"a": [1]}"#,
                    "schema": #"{"type":"object"}"#,
                ])
            let twice = try await browser.post("/dashboard/sandbox/catalogue/new", ["name": "a.b"])
            let page = try await browser.get("/dashboard/sandbox/catalogue/a.b")

            #expect(wrong.status == 422)
            #expect(made.location == "/dashboard/sandbox/catalogue/a.b?notice=created")
            #expect(twice.status == 409)
            #expect(page.has("When it is so"))
        }
    }

    @Test func anIdLeadsStraightToItsThing() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            let browser = try await site.operating()
            func search(_ text: String) async throws -> String? {
                try await browser.get("/dashboard/sandbox/search?q=\(PercentEncoding.encode(text))").location
            }

            #expect(
                try await search(" \(things.event.publicID) ") == "/dashboard/sandbox/events/\(things.event.publicID)")
            #expect(try await search("\(things.delivery)") == "/dashboard/sandbox/deliveries/\(things.delivery)")
            #expect(try await search("\(things.webhook.id)") == "/dashboard/sandbox/webhooks/\(things.webhook.id)")
            #expect(try await search("\(things.job)") == "/dashboard/sandbox/jobs/\(things.job)")
            #expect(try await search("acme") == "/dashboard/sandbox/applications/\(things.application.id)")
            #expect(try await search("") == "/dashboard/sandbox")
            let text = try await browser.get("/dashboard/sandbox/search?q=o_1")
            #expect(text.has(things.event.publicID))
            let status = try await browser.get("/dashboard/sandbox/search?q=Delivered")
            #expect(status.has("/dashboard/sandbox/deliveries?status=succeeded"))
            let url = try await browser.get("/dashboard/sandbox/search?q=127.0.0.1:9000")
            #expect(url.has(things.webhook.id.description))
        }
    }

    @Test func failuresAreGroupedByWhereAndWhy() async throws {
        try await TestDashboard.with { site in
            _ = try await site.webhook { $0.retry = .some(RetryPolicy(delays: [])) }
            site.receivers.answer(status: 503)
            try await site.publish()
            try await site.publish()
            site.receivers.answer(.failure(AttemptFailure(.connectionRefused, "Nothing listens there.")))
            try await site.publish()
            let browser = try await site.operating()

            let page = try await browser.get("/dashboard/sandbox/issues")

            #expect(page.text.split(separator: "class=\"tag\">http_503<").count == 2)
            #expect(page.text.split(separator: "class=\"tag\">connection_refused<").count == 2)
            #expect(page.has("Nothing listens there."))
        }
    }
}

/// The fields of a page's main form, as a browser would send them untouched.
struct FormFields {
    private(set) var pairs: [(String, String)] = []

    init(_ text: String) {
        guard let main = text.firstRange(of: "novalidate>") else { return }
        var rest = text[main.upperBound...]
        if let end = rest.firstRange(of: "</form>") { rest = rest[..<end.lowerBound] }
        var select: String?
        while let start = rest.firstIndex(of: "<") {
            rest = rest[start...].dropFirst()
            let tag = rest.prefix { $0 != ">" }
            rest = rest.dropFirst(tag.count + 1)
            let name = Self.value("name", tag)
            if tag.hasPrefix("input"), let name {
                let isBox = tag.contains("type=\"checkbox\"") || tag.contains("type=\"radio\"")
                if !isBox || tag.contains(" checked") { pairs.append((name, Self.value("value", tag) ?? "on")) }
            } else if tag.hasPrefix("textarea"), let name {
                pairs.append((name, Self.plain(rest.prefix { $0 != "<" })))
            } else if tag.hasPrefix("select") {
                select = name
                if let name { pairs.append((name, "")) }
            } else if tag.hasPrefix("option"), tag.contains(" selected"), let select {
                let value = Self.value("value", tag) ?? Self.plain(rest.prefix { $0 != "<" })
                pairs.removeAll { $0.0 == select }
                pairs.append((select, value))
            }
        }
    }

    private static func value(_ name: String, _ tag: Substring) -> String? {
        tag.firstRange(of: " \(name)=\"").map { plain(tag[$0.upperBound...].prefix { $0 != "\"" }) }
    }

    private static func plain(_ text: Substring) -> String {
        String(text).replacing("&quot;", with: "\"").replacing("&#39;", with: "'").replacing("&lt;", with: "<")
            .replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    }
}
