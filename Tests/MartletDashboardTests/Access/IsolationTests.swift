import HTTPTypes
import MartletCore
import MartletService
import Testing
import WebhookSigning

@testable import MartletDashboard

/// Every page and every form, tried by those whom it is not for.
@Suite(.timeLimit(.minutes(5))) struct IsolationTests {
    @Test func nobodySeesAPageWithoutSigningIn() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)

            for page in things.pages {
                let answer = try await site.browser().get("/dashboard/sandbox\(page)")
                #expect(answer.status == 303, "\(page)")
                #expect(answer.location?.hasPrefix("/dashboard/sign-in?next=") == true, "\(page)")
                #expect(answer.text.isEmpty, "\(page)")
            }
            for act in things.acts {
                let answer = try await site.browser().send(.post, "/dashboard/sandbox\(act.path)", form: act.fields)
                #expect(answer.status == 403, "\(act.path)")
            }
        }
    }

    @Test func anotherEnvironmentsSessionReachesNothing() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            let browser = site.browser()
            _ = try await browser.signIn(site.keys.live)
            _ = try await browser.get("/dashboard/live")

            for page in things.pages {
                #expect(try await browser.get("/dashboard/sandbox\(page)").status == 404, "\(page)")
            }
            for page in things.things {
                #expect(try await browser.get("/dashboard/live\(page)").status == 404, "\(page)")
            }
            for act in things.acts {
                let fields = act.fields + [("csrf", browser.token ?? "")]
                let there = try await browser.send(.post, "/dashboard/sandbox\(act.path)", form: fields)
                let here = try await browser.send(.post, "/dashboard/live\(act.path)", form: fields)
                #expect(there.status == 404, "\(act.path)")
                #expect(here.status == 404, "\(act.path)")
            }
            #expect(site.context.directory.endpoint(things.webhook.id, in: site.sandbox.id) == things.webhook)
        }
    }

    @Test func anotherApplicationsSessionReachesNothing() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            _ = try await site.application("other")
            let browser = try await site.browser("application", application: "other")
            _ = try await browser.get("/dashboard/sandbox")

            for page in things.things {
                let answer = try await browser.get("/dashboard/sandbox\(page)")
                #expect(answer.status == 404 || answer.status == 403, "\(page)")
            }
            for act in things.acts {
                let fields = act.fields + [("csrf", browser.token ?? "")]
                let answer = try await browser.send(.post, "/dashboard/sandbox\(act.path)", form: fields)
                #expect(answer.status == 404 || answer.status == 403, "\(act.path)")
            }
            for page in ["", "/events", "/deliveries", "/issues", "/webhooks", "/jobs", "/search?q=o_1"] {
                let list = try await browser.get("/dashboard/sandbox\(page)")
                #expect(list.status == 200, "\(page)")
                #expect(!list.has(things.event.publicID), "\(page)")
                #expect(!list.has(things.webhook.url), "\(page)")
            }
            #expect(site.context.directory.endpoint(things.webhook.id, in: site.sandbox.id) == things.webhook)
        }
    }

    @Test func aReaderSeesEverythingButSecretsAndChangesNothing() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            let secret = try WebhookService(site.context).secret(of: things.webhook.id, for: site.admin).current
                .revealed
            let browser = try await site.browser("reader")
            _ = try await browser.get("/dashboard/sandbox")

            for page in things.pages where !page.hasSuffix("/new") && !page.hasSuffix("/edit") {
                let answer = try await browser.get("/dashboard/sandbox\(page)")
                let isForm = ["/test", "/recover", "/replay", "/erase"].contains { page.hasSuffix($0) }
                #expect(answer.status == (isForm ? 403 : 200), "\(page)")
                #expect(!answer.has(secret), "\(page)")
                // Beside those that every page has twice, for large screens and small ones: colours and signing out.
                #expect(answer.text.split(separator: "method=\"post\"").count <= 5, "\(page)")
            }
            for act in things.acts {
                let fields = act.fields + [("csrf", browser.token ?? "")]
                let answer = try await browser.send(.post, "/dashboard/sandbox\(act.path)", form: fields)
                #expect(answer.status == 403, "\(act.path)")
            }
        }
    }

    @Test func aFormWithoutItsTokenChangesNothingAnywhere() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            let browser = try await site.operating()

            for act in things.acts {
                let answer = try await browser.send(.post, "/dashboard/sandbox\(act.path)", form: act.fields)
                #expect(answer.status == 403, "\(act.path)")
            }
            #expect(site.context.directory.endpoint(things.webhook.id, in: site.sandbox.id) == things.webhook)
        }
    }
}
