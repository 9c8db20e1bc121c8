import MartletCore
import MartletService
import MartletStore
import Testing

@testable import MartletDashboard

@Suite(.timeLimit(.minutes(5))) struct SignInTests {
    @Test func whoHasNotSignedInIsShownWhereTo() async throws {
        try await TestDashboard.with { site in
            let browser = site.browser()

            let root = try await browser.get("/")
            let home = try await browser.get("/dashboard")
            let page = try await browser.get("/dashboard/live?window=7d&a=b")

            #expect(root.status == 303)
            #expect(root.location == "/dashboard")
            #expect(home.location == "/dashboard/sign-in")
            #expect(page.status == 303)
            #expect(page.location == "/dashboard/sign-in?next=%2Fdashboard%2Flive%3Fwindow%3D7d%26a%3Db")
        }
    }

    @Test func aKeyOpensItsEnvironmentAndNoOther() async throws {
        try await TestDashboard.with { site in
            let browser = site.browser()

            let answer = try await browser.signIn(site.keys.sandbox)
            let own = try await browser.get("/dashboard/sandbox")
            let other = try await browser.get("/dashboard/live")

            #expect(answer.status == 303)
            #expect(answer.location == "/dashboard/sandbox")
            #expect(own.status == 200)
            #expect(other.status == 404)
        }
    }

    @Test func aSecondKeyOpensItsEnvironmentToo() async throws {
        try await TestDashboard.with { site in
            let browser = site.browser()
            _ = try await browser.signIn(site.keys.sandbox)
            let first = browser.cookies["martlet_session"]

            let answer = try await browser.signIn(site.keys.live)

            #expect(answer.location == "/dashboard/live")
            #expect(try await browser.get("/dashboard/live").status == 200)
            let page = try await browser.get("/dashboard/sandbox")
            #expect(page.has("href=\"/dashboard/live\""))
            #expect(browser.cookies["martlet_session"] != first)
        }
    }

    @Test func whereOneWasGoingIsWhereOneComes() async throws {
        try await TestDashboard.with { site in
            let inside = try await site.browser().signIn(site.keys.live, next: "/dashboard/live/events?q=a%20b")
            let outside = try await site.browser().signIn(site.keys.live, next: "//evil.example/dashboard")
            let sly = try await site.browser().signIn(site.keys.live, next: "/dashboard/\\evil.example\r\nX: y")

            #expect(inside.location == "/dashboard/live/events?q=a%20b")
            #expect(outside.location == "/dashboard/live")
            #expect(sly.location == "/dashboard/live")
        }
    }

    @Test(arguments: ["", "mk_live_wrong", "<script>alert(1)</script>"])
    func aWrongKeyIsToldSoBesideTheField(key: String) async throws {
        try await TestDashboard.with { site in
            let browser = site.browser()

            let answer = try await browser.signIn(key)

            #expect(answer.status == 422)
            #expect(answer.has("id=\"key-error\""))
            #expect(!answer.has("<script>alert"))
            #expect(browser.cookies["martlet_session"] == nil)
        }
    }

    @Test func aPublishersKeyOpensNothing() async throws {
        try await TestDashboard.with { site in
            let issued = try await KeyService(site.context).create(
                name: nil, role: "publisher", application: nil, expiresAt: nil, by: site.admin)

            let answer = try await site.browser().signIn(issued.text)

            #expect(answer.status == 422)
            #expect(answer.has("may publish and nothing else"))
        }
    }

    @Test func aLinkOpensEverythingOnce() async throws {
        try await TestDashboard.with { site in
            let links = LoginLinks(store: site.context.store, time: site.context.time)
            let token = try await links.issue(lifetime: .seconds(60))
            let browser = site.browser()
            let page = try await browser.get(Dashboard.loginPath(token: token))

            let first = try await browser.post("/dashboard/sign-in/link", ["token": token])
            let other = site.browser()
            _ = try await other.get(Dashboard.loginPath(token: token))
            let second = try await other.post("/dashboard/sign-in/link", ["token": token])

            #expect(page.status == 200)
            #expect(first.location == "/dashboard")
            #expect(try await browser.get("/dashboard/live").status == 200)
            #expect(try await browser.get("/dashboard/sandbox").status == 200)
            #expect(second.status == 422)
            #expect(other.cookies["martlet_session"] == nil)
        }
    }

    @Test func aLinkThatHasExpiredOpensNothing() async throws {
        try await TestDashboard.with { site in
            let links = LoginLinks(store: site.context.store, time: site.context.time)
            let token = try await links.issue(lifetime: .seconds(-1))
            let browser = site.browser()
            _ = try await browser.get(Dashboard.loginPath(token: token))

            let answer = try await browser.post("/dashboard/sign-in/link", ["token": token])

            #expect(answer.status == 422)
            #expect(browser.cookies["martlet_session"] == nil)
        }
    }

    @Test func whoSignsOutIsOut() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()
            _ = try await browser.get("/dashboard/sandbox")
            let kept = browser.cookies

            let answer = try await browser.post("/dashboard/sign-out")

            #expect(answer.location == "/dashboard/sign-in")
            #expect(browser.cookies["martlet_session"] == nil)
            browser.cookies = kept
            #expect(try await browser.get("/dashboard/sandbox").status == 303)
        }
    }

    @Test func aKeyThatIsWithdrawnTakesItsSessionsWithIt() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.browser("reader")
            let before = try await browser.get("/dashboard/sandbox")
            let keys = try await KeyService(site.context).keys(
                page: PageRequest(limit: 10, cursor: nil), for: site.admin)
            let reader = try #require(keys.items.first { $0.role == .reader })

            try await KeyService(site.context).delete(reader.id, by: site.admin)

            #expect(before.status == 200)
            #expect(try await browser.get("/dashboard/sandbox").status == 303)
        }
    }

    @Test func aCookieThatWasMadeUpOpensNothing() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()
            let session = try #require(browser.cookies["martlet_session"])
            let made = [
                "", ".", "0.", "0." + String(repeating: "0", count: 64), "-1." + session.suffix(64), "999999.x",
                session + "0", String(session.dropLast()) + (session.hasSuffix("0") ? "1" : "0"),
            ]

            for text in made {
                browser.cookies = ["martlet_session": text]
                #expect(try await browser.get("/dashboard/sandbox").status == 303, "\(text)")
            }
        }
    }

    @Test func theStoreDoesNotHoldWhatOpensASession() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()
            let session = try #require(browser.cookies["martlet_session"])
            let secret = try #require(session.split(separator: ".").last)

            for place in 0..<4 {
                let kept = try await site.context.store.setting("session_\(place)") ?? []
                #expect(!String(decoding: kept, as: UTF8.self).contains(secret))
            }
        }
    }
}
