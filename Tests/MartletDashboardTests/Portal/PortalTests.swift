import HTTPTypes
import MartletCore
import MartletService
import Testing

@testable import MartletDashboard

/// What an application's own people see and do by a link.
@Suite(.timeLimit(.minutes(5))) struct PortalTests {
    @Test func everyPageIsThereWellFormedAndKeptByNobody() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            let portal = try site.portal(of: "acme").path

            for page in Things.portalLists + things.portalThings {
                let answer = try await site.browser().get(portal + page)
                #expect(answer.status == 200, "\(page)")
                #expect(answer.headers[.cacheControl] == "no-store", "\(page)")
                #expect(answer.headers[.referrerPolicy] == "no-referrer", "\(page)")
                #expect(answer.headers[values: .setCookie].isEmpty, "\(page)")
                #expect(answer.headers[.contentSecurityPolicy]?.contains("frame-ancestors 'none'") == true, "\(page)")
                guard !page.hasSuffix("/payload") else { continue }
                #expect(MarkupCheck(answer.text).complaints == [], "\(page)")
                #expect(!answer.has("{{"), "\(page)")
                for forbidden in [" style=", "<style", "<script>", " onclick=", "javascript:"] {
                    #expect(!answer.has(forbidden), "\(page) has \(forbidden)")
                }
            }
        }
    }

    @Test func noPageLeadsOutOfThePortal() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            let portal = try site.portal(of: "acme").path

            for page in Things.portalLists + things.portalThings where !page.hasSuffix("/payload") {
                let answer = try await site.browser().get(portal + page)
                for attribute in ["href=\"", "action=\"", "data-live=\""] {
                    for part in answer.text.split(separator: attribute).dropFirst() {
                        let target = String(part.prefix { $0 != "\"" })
                        let isOurs =
                            target == portal || target.hasPrefix(portal + "/") || target.hasPrefix(portal + "?")
                            || target.hasPrefix("#") || target.hasPrefix("/dashboard/assets/")
                        let isElsewhere = target.hasPrefix("https://") || target == "/status"
                        #expect(isOurs || isElsewhere, "\(page) leads to \(target)")
                    }
                }
            }
        }
    }

    @Test func whatIsTheOperatorsIsNotThere() async throws {
        try await TestDashboard.with { site in
            _ = try await Things(site)
            let portal = try site.portal(of: "acme").path

            for page in Things.operatorsPages {
                #expect(try await site.browser().get(portal + page).status == 404, "\(page)")
            }
            #expect(try await site.browser().get("\(portal)/catalogue/new").status == 403)
            #expect(try await site.browser().get("\(portal)/catalogue/order.created/edit").status == 403)
            let front = try await site.browser().get(portal)
            for title in ["Keys", "Settings", "Applications", "API playground"] {
                #expect(!front.has("<span>\(title)</span>"), "\(title)")
            }
        }
    }

    @Test func aCustomerAddsAWebhookTriesItAndLooksAtItsSecret() async throws {
        try await TestDashboard.with { site in
            _ = try await site.application("acme")
            let portal = try site.portal(of: "acme").path
            let browser = site.browser()
            _ = try await browser.get("\(portal)/webhooks/new")

            let made = try await browser.post(
                "\(portal)/webhooks/new", ["url": "http://127.0.0.1:9000/in", "events": "order.created"],
                headers: [.origin: "null", .fetchSite: "cross-site"])
            let webhook = try #require(made.location?.prefix { $0 != "?" }).description
            let page = try await browser.get(webhook)
            let revealed = try await browser.post("\(webhook)/secret")
            let tested = try await browser.post(
                "\(webhook)/test", ["type": "order.created", "data": #"{"edited":true}"#])
            let rotated = try await browser.post("\(webhook)/rotate", ["overlap": "1d"])
            let paused = try await browser.post("\(webhook)/active", ["active": "false"])

            #expect(made.status == 303)
            #expect(webhook.hasPrefix("\(portal)/webhooks/ep_"))
            #expect(page.status == 200)
            #expect(revealed.has("whsec_"))
            #expect(tested.has("It arrived"))
            #expect(rotated.status == 303)
            #expect(paused.location == "\(webhook)?notice=paused")
            let endpoint = try #require(site.context.directory.endpoints(in: site.sandbox.id).first)
            #expect(site.context.directory.application(endpoint.application, in: site.sandbox.id)?.uid == "acme")
            #expect(!endpoint.isActive)
        }
    }

    @Test func aCustomerRetriesReplaysAndRecovers() async throws {
        try await TestDashboard.with { site in
            site.receivers.answer(status: 503)
            _ = try await site.application("acme")
            // Nothing comes of it by itself while the test looks.
            let webhook = try await site.webhook {
                $0.application = "acme"
                $0.retry = .some(RetryPolicy(delays: [.seconds(86_400)]))
            }
            let published = try await site.publish(application: "acme")
            let delivery = try #require(published.deliveries.first).id
            let event = published.event.publicID
            let portal = try site.portal(of: "acme").path
            let browser = site.browser()
            _ = try await browser.get("\(portal)/webhooks/new")
            site.receivers.answer(status: 200)

            let retried = try await browser.post(
                "\(portal)/deliveries/\(delivery)/retry", ["next": "\(portal)/events/\(event)"])
            let elsewhere = try await browser.post(
                "\(portal)/events/\(event)/replay", ["next": "/dashboard/sandbox"])
            let counted = try await browser.post(
                "\(portal)/webhooks/\(webhook.id)/recover", ["since": "1h", "only": "failed", "do": "count"])

            #expect(retried.location == "\(portal)/events/\(event)?notice=retried")
            #expect(elsewhere.location == "\(portal)/events/\(event)?notice=replayed")
            #expect(counted.has("would be made."))
        }
    }

    @Test func rowsArriveByThemselves() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            _ = try await site.application("other")
            let portal = try site.portal(of: "acme").path

            let text = try await site.browser().stream("\(portal)/live/events") { text in
                if text.contains("event: hello"), !text.contains("event: row") {
                    try await site.publish(application: "other")
                    try await site.publish(application: "acme")
                }
                return text.contains("event: row")
            }

            #expect(text.contains("\(portal)/events/"))
            #expect(!text.contains("/dashboard/"))
            #expect(!text.contains(things.event.publicID))
        }
    }

    // MARK: Looks

    @Test func aPortalHasThePlatformsNameLogoAndColour() async throws {
        try await TestDashboard.with { site in
            _ = try await Things(site)
            try await site.show { pages in
                pages.name = .some("Acme & Sons")
                pages.colour = .some("#FFD400")
                pages.logo = .some("https://cdn.example.com/logo.svg")
                pages.support = .some("help@example.com")
            }
            let portal = try site.portal(of: "acme").path
            let browser = site.browser()

            let page = try await browser.get(portal)
            let style = try await browser.get("/dashboard/assets/brand-1.ffd400.css")

            #expect(page.has("<span>Acme &amp; Sons</span>"))
            #expect(page.has("· Acme &amp; Sons</title>"))
            #expect(!page.has("Martlet"))
            #expect(page.has(#"<img src="https://cdn.example.com/logo.svg""#))
            #expect(page.has(#"href="/dashboard/assets/brand-1.ffd400.css""#))
            #expect(page.has(#"href="mailto:help@example.com""#))
            #expect(
                page.headers[.contentSecurityPolicy]?.contains("img-src 'self' data: https://cdn.example.com;") == true)
            #expect(style.headers[.contentType] == "text/css; charset=utf-8")
            #expect(style.has("--accent-text: light-dark(#"))
        }
    }

    @Test func onlyTheSitesThatTheEnvironmentNamesMayFrameIt() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            try await site.show { $0.frameAncestors = ["https://app.example.com", "https://*.acme.example"] }
            let portal = try site.portal(of: "acme")
            let browser = site.browser()

            let pages = try await [
                browser.get(portal.path), browser.get("\(portal.path)/webhooks/\(things.webhook.id)"),
                browser.get("\(portal.path)/nothing"),
                browser.get("\(portal.path)/events/evt_01m7zdhn1teh4rjfp98nothing0"),
            ]
            try await PortalService(site.context).withdraw("acme", link: nil, by: site.admin)
            let ended = try await browser.get(portal.path)
            let dashboard = try await browser.get("/dashboard/sign-in")

            for page in pages + [ended] {
                let policy = page.headers[.contentSecurityPolicy] ?? ""
                #expect(policy.hasSuffix("frame-ancestors https://app.example.com https://*.acme.example"))
                #expect(page.headers[.frameOptions] == nil)
            }
            #expect(dashboard.headers[.frameOptions] == "DENY")
        }
    }

    /// WCAG 2.2, success criterion 1.4.3, whatever colour a platform has.
    @Test func everyColourIsMadeReadable() throws {
        for red in stride(from: 0, through: 255, by: 51) {
            for green in stride(from: 0, through: 255, by: 51) {
                for blue in stride(from: 0, through: 255, by: 51) {
                    let given = BrandColours.Colour(
                        red: Double(red) / 255, green: Double(green) / 255, blue: Double(blue) / 255)
                    let brand = try #require(BrandColours(hex: "#\(given.hex)"))
                    func written(_ colour: BrandColours.Colour) throws -> BrandColours.Colour {
                        try #require(BrandColours.Colour(hex: colour.hex))
                    }

                    #expect(try written(brand.accent).contrast(to: .white) >= 4.5, "\(given.hex)")
                    #expect(
                        try written(brand.textOnLight).contrast(to: BrandColours.lightGround) >= 4.5, "\(given.hex)")
                    #expect(try written(brand.textOnDark).contrast(to: BrandColours.darkGround) >= 4.5, "\(given.hex)")
                }
            }
        }
    }

    @Test func aColourThatIsReadableAlreadyStaysAsItIs() throws {
        let brand = try #require(BrandColours(hex: "#3451d1"))

        #expect(brand.accent.hex == "3451d1")
        #expect(brand.textOnLight.hex == "3451d1")
        #expect(BrandColours.Colour.white.contrast(to: .black) == 21)
    }
}
