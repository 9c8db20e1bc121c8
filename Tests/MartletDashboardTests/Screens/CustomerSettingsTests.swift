import HTTPTypes
import MartletCore
import MartletService
import Testing
import WebhookSigning

@testable import MartletDashboard

/// Settings of what customers see, profiles of one's own, and links to portals.
@Suite(.timeLimit(.minutes(5))) struct CustomerSettingsTests {
    @Test func whatCustomersSeeIsSaved() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()
            _ = try await browser.get("/dashboard/sandbox/settings")

            let answer = try await browser.post(
                "/dashboard/sandbox/settings/customers",
                [
                    "name": " Acme ", "colour": "#FFAA00", "logo": "https://cdn.example.com/logo.png",
                    "support": "https://help.example.com/", "public_guide": "on",
                    "public_status": "on",
                    "frame_ancestors": "https://app.example.com\r\nhttps://*.acme.example",
                ])
            let page = try await browser.get("/dashboard/sandbox/settings")

            #expect(answer.location == "/dashboard/sandbox/settings?notice=saved#customers")
            let pages = site.sandbox.pages
            #expect(pages.name == "Acme")
            #expect(pages.colour == "#ffaa00")
            #expect(pages.logo == "https://cdn.example.com/logo.png")
            #expect(pages.support == "https://help.example.com/")
            #expect(pages.isGuidePublic)
            #expect(pages.isStatusPublic)
            #expect(pages.frameAncestors == ["https://app.example.com", "https://*.acme.example"])
            #expect(pages.template == "standard")
            #expect(page.has("value=\"#ffaa00\""))
            #expect(site.live.pages.name == nil)
        }
    }

    @Test func whatIsEmptiedIsTheUsualAgain() async throws {
        try await TestDashboard.with { site in
            try await site.show { pages in
                pages.name = .some("Acme")
                pages.isGuidePublic = true
                pages.isStatusPublic = true
                pages.frameAncestors = ["https://app.example.com"]
            }
            let browser = try await site.operating()
            _ = try await browser.get("/dashboard/sandbox/settings")

            _ = try await browser.post("/dashboard/sandbox/settings/customers", ["name": "", "frame_ancestors": ""])

            #expect(site.sandbox.pages == CustomerPages(template: "standard"))
        }
    }

    @Test func whatCannotBeShownIsToldBesideItsField() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()
            _ = try await browser.get("/dashboard/sandbox/settings")

            let answer = try await browser.post(
                "/dashboard/sandbox/settings/customers",
                [
                    "name": "Acme", "colour": "red; } body { display: none", "logo": "javascript:alert(1)",
                    "support": "\"><script>", "frame_ancestors": "'self'; script-src *",
                ])

            #expect(answer.status == 422)
            #expect(answer.has("Give a colour such as #3451d1"))
            #expect(answer.has("Give an https URL"))
            #expect(answer.has("Give an e-mail address"))
            #expect(answer.has("Give an origin such as"))
            #expect(answer.has("value=\"Acme\""))
            #expect(!answer.has("<script>"))
            #expect(MarkupCheck(answer.text).complaints == [])
            #expect(site.sandbox.pages == CustomerPages(template: "standard"))
        }
    }

    @Test func aReaderLooksAndChangesNothing() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.browser("reader")

            let page = try await browser.get("/dashboard/sandbox/settings")
            let answer = try await browser.post("/dashboard/sandbox/settings/customers", ["name": "Mine"])
            let profile = try await browser.get("/dashboard/sandbox/settings/profiles/new")

            #expect(page.status == 200)
            #expect(!page.has("action=\"/dashboard/sandbox/settings/customers\""))
            #expect(answer.status == 403)
            #expect(profile.status == 403)
            #expect(site.sandbox.pages.name == nil)
        }
    }

    // MARK: Profiles

    private func fields(_ token: String?, _ changes: [String: String] = [:]) -> [(String, String)] {
        let usual = [
            ("name", "acme"), ("scheme", "timestamp-body"), ("signature_header", "X-Acme-Signature"),
            ("timestamp_header", "X-Acme-Timestamp"), ("id_header", ""), ("prefix", "sha256="), ("hash", "sha256"),
            ("encoding", "base64"), ("key", "base64-after-prefix"), ("key_prefix", "acme_"), ("tolerance", "2m"),
            ("envelope", "event"), ("success", "list"), ("statuses", "200, 204"), ("timeout", "7s"),
            ("retry", "exponential"), ("first", "10s"), ("factor", "3"), ("longest", "1h"), ("window", "1d"),
            ("jitter", "0.1"),
        ]
        return usual.map { ($0.0, changes[$0.0] ?? $0.1) } + [("csrf", token ?? "")]
    }

    @Test func aProfileIsMadeChangedAndDeleted() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()
            let offered = try await browser.get("/dashboard/sandbox/settings/profiles/new?from=sharmo")

            let made = try await browser.send(
                .post, "/dashboard/sandbox/settings/profiles/new", form: fields(browser.token))
            let first = site.context.directory.profile(named: "acme", in: site.sandbox.id)
            let page = try await browser.get("/dashboard/sandbox/settings/profiles/acme")
            let saved = try await browser.send(
                .post, "/dashboard/sandbox/settings/profiles/acme",
                form: fields(browser.token, ["timeout": "9s", "name": "other"]))
            let second = site.context.directory.profile(named: "acme", in: site.sandbox.id)
            let deleted = try await browser.post("/dashboard/sandbox/settings/profiles/acme/delete")

            #expect(offered.has("value=\"Sharmo-Signature\""))
            #expect(made.location == "/dashboard/sandbox/settings?notice=created#profiles")
            #expect(
                first
                    == Profile(
                        name: "acme",
                        signature: SignatureProfile(
                            scheme: .timestampBody, signatureHeader: "X-Acme-Signature",
                            timestampHeader: "X-Acme-Timestamp", prefix: "sha256=", encoding: .base64,
                            keyDerivation: .base64AfterPrefix("acme_"), tolerance: .seconds(120)),
                        success: .statuses([200, 204]), timeout: .seconds(7),
                        retry: RetryPolicy(
                            schedule: .exponential(first: .seconds(10), factor: 3, longest: .seconds(3600)),
                            window: .seconds(86_400), jitter: 0.1)))
            #expect(page.has("value=\"acme_\""))
            #expect(MarkupCheck(page.text).complaints == [])
            #expect(saved.status == 303)
            #expect(second?.timeout == .seconds(9))
            #expect(deleted.status == 303)
            #expect(site.context.directory.profile(named: "acme", in: site.sandbox.id) == nil)
        }
    }

    @Test func whatIsWrongWithAProfileStandsBesideItsField() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()
            _ = try await browser.get("/dashboard/sandbox/settings/profiles/new")

            func answer(_ changes: [String: String]) async throws -> PageSeen {
                try await browser.send(
                    .post, "/dashboard/sandbox/settings/profiles/new", form: fields(browser.token, changes))
            }
            let header = try await answer(["signature_header": "not a header"])
            let tolerance = try await answer(["tolerance": "soon"])
            let statuses = try await answer(["statuses": "often"])
            let schedule = try await answer(["retry": ""])
            let taken = try await answer(["name": "sharmo"])
            let name = try await answer(["name": "Not A Name"])

            for (page, field) in [
                (header, "signature_header"), (tolerance, "tolerance"), (taken, "name"), (name, "name"),
            ] {
                #expect(page.status == 422, "\(field)")
                #expect(page.has("id=\"\(field)-error\""), "\(field)")
                #expect(page.has("value=\"sha256=\""), "\(field)")
            }
            #expect(statuses.has("Give the statuses with commas"))
            #expect(schedule.has("Choose a schedule."))
            #expect(
                try ProfileService(site.context).profiles(
                    page: PageRequest(limit: 250, cursor: nil), for: site.admin
                ).items.allSatisfy(\.isBuiltIn))
        }
    }

    @Test func aBuiltInProfileAndOneInUseStayAsTheyAre() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()
            _ = try await browser.get("/dashboard/sandbox/settings/profiles/new")
            _ = try await browser.send(.post, "/dashboard/sandbox/settings/profiles/new", form: fields(browser.token))
            _ = try await EnvironmentService(site.context).update(
                EnvironmentService.Draft(profile: "acme"), by: site.admin)

            let builtIn = try await browser.get("/dashboard/sandbox/settings/profiles/standard")
            let changed = try await browser.send(
                .post, "/dashboard/sandbox/settings/profiles/standard", form: fields(browser.token))
            let used = try await browser.post("/dashboard/sandbox/settings/profiles/acme/delete")

            #expect(builtIn.status == 404)
            #expect(changed.status == 404)
            #expect(used.status == 409)
            #expect(used.has("Move them first"))
        }
    }

    // MARK: Links

    @Test func aLinkIsMadeOnTheApplicationsPageAndTakenBackThere() async throws {
        try await TestDashboard.with(publicURL: "https://hooks.example.com") { site in
            let things = try await Things(site)
            try await site.show { $0.frameAncestors = ["https://app.example.com"] }
            let browser = try await site.operating()
            let page = try await browser.get("/dashboard/sandbox/applications/\(things.application.id)")

            let made = try await browser.post(
                "/dashboard/sandbox/applications/\(things.application.id)/portal", ["expires_in": "15m"])
            let start = try #require(made.text.firstRange(of: "https://hooks.example.com/portal/"))
            let path = "/portal/" + made.text[start.upperBound...].prefix { $0.isLetter || $0.isNumber }
            let opened = try await site.browser().get("\(path)/webhooks")
            let withdrawn = try await browser.post(
                "/dashboard/sandbox/applications/\(things.application.id)/portal/withdraw")
            let closed = try await site.browser().get(path)

            #expect(page.has("Open portal"))
            #expect(made.status == 200)
            #expect(made.has("&lt;iframe"))
            #expect(MarkupCheck(made.text).complaints == [])
            #expect(opened.status == 200)
            #expect(opened.has(things.webhook.url))
            #expect(withdrawn.status == 303)
            #expect(closed.status == 410)
        }
    }

    @Test func whoMayNotChangeApplicationsMakesNoLinks() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            let path = "/dashboard/sandbox/applications/\(things.application.id)"
            let reader = try await site.browser("reader")
            let own = try await site.browser("application", application: "acme")

            let page = try await reader.get(path)
            let made = try await reader.post("\(path)/portal", ["expires_in": "1h"])
            _ = try await own.get("/dashboard/sandbox")
            let byItself = try await own.post("\(path)/portal", ["expires_in": "7d"])

            #expect(!page.has("Open portal"))
            #expect(made.status == 403)
            #expect(byItself.status == 403)
        }
    }

    @Test(arguments: ["1s", "8d", "soon"])
    func aLinkIsGoodForAMinuteToAWeek(lifetime: String) async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            let browser = try await site.operating()
            _ = try await browser.get("/dashboard/sandbox/applications/\(things.application.id)")

            let answer = try await browser.post(
                "/dashboard/sandbox/applications/\(things.application.id)/portal", ["expires_in": lifetime])

            #expect(answer.status == 422)
        }
    }
}
