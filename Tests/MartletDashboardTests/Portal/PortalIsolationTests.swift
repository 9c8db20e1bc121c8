import HTTPTypes
import MartletCore
import Testing

@testable import MartletDashboard
@testable import MartletService

/// Every page and every form of a portal, tried with links that do not open it.
@Suite(.timeLimit(.minutes(5))) struct PortalIsolationTests {
    @Test func anotherApplicationsThingsAreNotThere() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            _ = try await site.application("other")
            let portal = try site.portal(of: "other").path
            let browser = site.browser()
            _ = try await browser.get("\(portal)/webhooks/new")

            for page in things.portalThings {
                #expect(try await browser.get(portal + page).status == 404, "\(page)")
            }
            for act in things.portalActs {
                let fields = act.fields + [("csrf", browser.token ?? "")]
                let answer = try await browser.send(.post, portal + act.path, form: fields)
                #expect(answer.status == 404, "\(act.path)")
            }
            for page in Things.portalLists where page != "/guide" {
                let list = try await browser.get(portal + page)
                #expect(list.status == 200, "\(page)")
                #expect(!list.has(things.event.publicID), "\(page)")
                #expect(!list.has(things.webhook.url), "\(page)")
                #expect(!list.has("ACME"), "\(page)")
            }
            let named = try await browser.get("\(portal)/webhooks?application=acme")
            let found = try await browser.get("\(portal)/search?q=\(things.webhook.id)")
            #expect(!named.has(things.webhook.url))
            #expect(found.status == 200)
            #expect(!found.has(things.webhook.url))
            #expect(site.context.directory.endpoint(things.webhook.id, in: site.sandbox.id) == things.webhook)
        }
    }

    @Test func whateverTheFormSaysAWebhookIsTheApplicationsOwn() async throws {
        try await TestDashboard.with { site in
            _ = try await site.application("acme")
            _ = try await site.application("other")
            let portal = try site.portal(of: "other").path
            let browser = site.browser()
            _ = try await browser.get("\(portal)/webhooks/new")

            let answer = try await browser.post(
                "\(portal)/webhooks/new",
                ["url": "http://127.0.0.1:9000/in", "events": "*", "application": "acme"])

            #expect(answer.status == 422)
            #expect(site.context.directory.endpoints(in: site.sandbox.id).isEmpty)
        }
    }

    @Test(arguments: ["expired", "withdrawn", "all withdrawn", "deleted"])
    func aLinkThatHasEndedOpensNothing(how: String) async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            let portals = PortalService(site.context)
            var (portal, pass) = try site.portal(of: "acme")
            let browser = site.browser()
            _ = try await browser.get("\(portal)/webhooks/new")
            switch how {
            case "expired":
                let over = PortalPass(
                    link: pass.link, application: pass.application, environment: pass.environment,
                    expiresAt: site.context.time.now() - .milliseconds(1))
                portal = PortalAddress.path(over.token(site.context.vault))
            case "withdrawn": try await portals.withdraw("acme", link: "\(pass.link)", by: site.admin)
            case "all withdrawn": try await portals.withdraw("acme", link: nil, by: site.admin)
            default: try await ApplicationService(site.context).delete("acme", by: site.admin)
            }

            for page in Things.portalLists + things.portalThings + ["/live/events", "/live/deliveries"] {
                let answer = try await browser.get(portal + page)
                #expect(answer.status == 410, "\(page)")
                #expect(!answer.has(things.webhook.url), "\(page)")
                #expect(answer.headers[.cacheControl] == "no-store", "\(page)")
                #expect(answer.headers[.referrerPolicy] == "no-referrer", "\(page)")
            }
            for act in things.portalActs {
                let fields = act.fields + [("csrf", browser.token ?? "")]
                #expect(try await browser.send(.post, portal + act.path, form: fields).status == 410, "\(act.path)")
            }
        }
    }

    @Test func anotherLinkGoesOnWhereOneIsWithdrawn() async throws {
        try await TestDashboard.with { site in
            _ = try await site.application("acme")
            let (first, pass) = try site.portal(of: "acme")
            let (second, _) = try site.portal(of: "acme")

            try await PortalService(site.context).withdraw("acme", link: "\(pass.link)", by: site.admin)

            #expect(try await site.browser().get(first).status == 410)
            #expect(try await site.browser().get(second).status == 200)
        }
    }

    @Test func aLinkThatWasChangedOpensNothing() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            let portal = try site.portal(of: "acme").path
            let token = Array(portal.dropFirst("/portal/".count))

            // Each place in turn: the link, the application, the environment, the end, the proof.
            for index in stride(from: 0, to: token.count, by: 5) {
                var changed = token
                changed[index] = changed[index] == "0" ? "1" : "0"
                let answer = try await site.browser().get("/portal/\(String(changed))/webhooks/\(things.webhook.id)")
                #expect(answer.status == 404, "\(index)")
                #expect(answer.headers[.contentSecurityPolicy]?.contains("frame-ancestors 'none'") == true)
            }
            for other in ["", "/", "/x", "/\(String(token.dropLast()))", "/\(String(token).uppercased())"] {
                #expect(try await site.browser().get("/portal\(other)").status == 404, "\(other)")
            }
        }
    }

    @Test func aTokenMadeWithAnotherMasterKeyOpensNothing() async throws {
        try await TestDashboard.with { site in
            _ = try await site.application("acme")
            let pass = try site.portal(of: "acme").pass
            let foreign = try #require(SecretVault(masterKey: Array(repeating: 9, count: SecretVault.keyLength)))

            let answer = try await site.browser().get(PortalAddress.path(pass.token(foreign)))

            #expect(answer.status == 404)
        }
    }

    @Test func anOperatorsSessionIsNoMoreThanTheApplicationInAPortal() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            _ = try await site.application("other")
            let portal = try site.portal(of: "other").path
            let browser = try await site.operating()

            let front = try await browser.get(portal)
            let thing = try await browser.get("\(portal)/webhooks/\(things.webhook.id)")

            #expect(front.status == 200)
            #expect(!front.has(things.webhook.url))
            #expect(thing.status == 404)
        }
    }

    @Test func aFormThatDoesNotKnowTheLinkChangesNothing() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            let (portal, _) = try site.portal(of: "acme")
            let (other, _) = try site.portal(of: "acme")
            let browser = try await site.operating()
            _ = try await browser.get("\(other)/webhooks/new")

            for act in things.portalActs {
                let without = try await browser.send(.post, portal + act.path, form: act.fields)
                let with = try await browser.send(
                    .post, portal + act.path, form: act.fields + [("csrf", browser.token ?? "")])
                #expect(without.status == 403, "\(act.path)")
                #expect(with.status == 403, "\(act.path)")
            }
            #expect(site.context.directory.endpoint(things.webhook.id, in: site.sandbox.id) == things.webhook)
        }
    }

    @Test func aPortalOfOneEnvironmentShowsNothingOfAnother() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            let live = Principal.operating(of: site.live.id)
            _ = try await site.application("acme", by: live)
            let link = try PortalService(site.context).open("acme", lifetime: nil, by: live)
            let portal = PortalAddress.path(link.token)

            for page in things.portalThings {
                #expect(try await site.browser().get(portal + page).status == 404, "\(page)")
            }
        }
    }
}
