import HTTPTypes
import MartletCore
import MartletService
import Testing

@testable import MartletDashboard

/// What keeps pages from being misused.
@Suite(.timeLimit(.minutes(5))) struct GuardTests {
    @Test(arguments: ["/dashboard/sign-in", "/dashboard/sandbox", "/dashboard/nowhere", "/dashboard/sandbox/nothing"])
    func everyPageForbidsWhatIsNotItsOwn(path: String) async throws {
        try await TestDashboard.with { site in
            let page = try await site.operating().get(path)

            let policy = try #require(page.headers[.contentSecurityPolicy])
            #expect(policy.contains("default-src 'none'"))
            #expect(policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe"))
            #expect(page.headers[.xContentTypeOptions] == "nosniff")
            #expect(page.headers[.frameOptions] == "DENY")
            #expect(page.headers[.cacheControl] == "no-store")
        }
    }

    @Test(arguments: ["/dashboard/sign-in", "/dashboard/sandbox", "/dashboard/live"])
    func noPageNeedsWhatThePolicyForbids(path: String) async throws {
        try await TestDashboard.with { site in
            let page = try await site.operating().get(path)

            #expect(!page.has(" style="))
            #expect(!page.has("<style"))
            #expect(!page.has("<script>"))
            #expect(!page.has(" onclick="))
            #expect(!page.has("javascript:"))
        }
    }

    @Test func theSessionsCookieIsOutOfReachOfScriptsAndOtherSites() async throws {
        try await TestDashboard.with { site in
            let answer = try await site.browser().signIn(site.keys.sandbox)

            let cookie = try #require(answer.headers[values: .setCookie].first { $0.hasPrefix("martlet_session=") })
            #expect(cookie.contains("; HttpOnly"))
            #expect(cookie.contains("; SameSite=Lax"))
            #expect(cookie.contains("; Max-Age=604800"))
            #expect(!cookie.contains("; Secure"))
        }
    }

    @Test func overTLSTheCookieIsTheHostsAlone() async throws {
        try await TestDashboard.with(publicURL: "https://hooks.example.com") { site in
            let answer = try await site.browser().signIn(site.keys.sandbox)

            let cookie = answer.headers[values: .setCookie].first { $0.hasPrefix("__Host-martlet_session=") }
            #expect(cookie?.contains("; Secure") == true)
        }
    }

    @Test func aFormWithoutItsTokenChangesNothing() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()

            let without = try await browser.send(.post, "/dashboard/sign-out", form: [])
            let wrong = try await browser.send(.post, "/dashboard/sign-out", form: [("csrf", "0")])

            #expect(without.status == 403)
            #expect(wrong.status == 403)
            #expect(try await browser.get("/dashboard/sandbox").status == 200)
        }
    }

    @Test func anotherSessionsTokenIsNoGood() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()
            let other = try await site.operating()
            _ = try await other.get("/dashboard/sandbox")

            let answer = try await browser.send(.post, "/dashboard/sign-out", form: [("csrf", other.token ?? "")])

            #expect(answer.status == 403)
        }
    }

    @Test func aFormOfAnotherSiteIsRefusedThoughItKnewTheToken() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()
            _ = try await browser.get("/dashboard/sandbox")

            let fetched = try await browser.post("/dashboard/sign-out", headers: [.fetchSite: "cross-site"])
            let sent = try await browser.post("/dashboard/sign-out", headers: [.origin: "https://evil.example"])
            let sandboxed = try await browser.post("/dashboard/sign-out", headers: [.origin: "null"])

            #expect(fetched.status == 403)
            #expect(sent.status == 403)
            #expect(sandboxed.status == 403)
        }
    }

    @Test func nobodyIsSignedInByAnotherSite() async throws {
        try await TestDashboard.with { site in
            let browser = site.browser()

            let answer = try await browser.send(.post, "/dashboard/sign-in", form: [("key", site.keys.sandbox)])

            #expect(answer.status == 403)
            #expect(browser.cookies["martlet_session"] == nil)
        }
    }

    @Test func assetsAreKeptForGoodUnderTheirDigest() async throws {
        try await TestDashboard.with { site in
            let browser = site.browser()
            let page = try await browser.get("/dashboard/sign-in")
            let start = try #require(page.text.firstRange(of: "/dashboard/assets/dashboard."))
            let path = String(page.text[start.lowerBound...].prefix { $0 != "\"" })

            let file = try await browser.get(path)

            #expect(file.status == 200)
            #expect(file.headers[.contentType] == "text/css; charset=utf-8")
            #expect(file.headers[.cacheControl]?.contains("immutable") == true)
            #expect(try await browser.get("/dashboard/assets/dashboard.css").status == 404)
        }
    }

    @Test func liveIsToldFromEverythingElse() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()

            let live = try await browser.get("/dashboard/live")
            let sandbox = try await browser.get("/dashboard/sandbox")

            #expect(live.has("class=\"live-band\""))
            #expect(!sandbox.has("class=\"live-band\""))
        }
    }
}
