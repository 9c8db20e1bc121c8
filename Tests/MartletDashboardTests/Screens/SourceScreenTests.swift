import HTTPTypes
import MartletCore
import MartletService
import MartletStore
import Testing
import WebhookSigning

@testable import MartletDashboard

/// Sources and their requests, as people work with them.
@Suite(.timeLimit(.minutes(5))) struct SourceScreenTests {
    @Test func aSourceIsAddedForItsSenderAndTriedOut() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()
            let choice = try await browser.get("/dashboard/sandbox/sources/new")
            let form = try await browser.get("/dashboard/sandbox/sources/new?preset=github")
            #expect(choice.has("value=\"github\""))
            #expect(form.has("name=\"secret\""))

            let added = try await browser.send(
                .post, "/dashboard/sandbox/sources/new",
                form: [
                    ("csrf", browser.token ?? ""), ("preset", "github"), ("name", "Our repositories"),
                    ("secret", "s3cret"),
                    ("prefix", "github"), ("rate", "50"), ("per", "1m"), ("burst", "5"), ("window", "2d"),
                    ("addresses", "192.0.2.0/24\r\n127.0.0.1"), ("headers", "X-GitHub-Event"), ("size", "2000"),
                    ("fallback", ""), ("tolerance", ""), ("application", ""),
                ])

            let source = try #require(site.context.directory.sources(in: site.sandbox.id).first)
            #expect(added.location == "/dashboard/sandbox/sources/\(source.id)?notice=created")
            #expect(source.typing.prefix == "github")
            #expect(source.limits.rate == RateLimit(count: 50, per: .seconds(60), burst: 5))
            #expect(source.limits.maxBodySize == 2000)
            #expect(source.duplicateWindow == .seconds(2 * 86_400))
            #expect(source.addresses == ["192.0.2.0/24", "127.0.0.1"])
            #expect(source.keptHeaders == ["x-github-event"])
            let page = try await browser.get("/dashboard/sandbox/sources/\(source.id)")
            #expect(page.has("/in/\(source.token)"))
            #expect(!page.has("s3cret"))

            let tested = try await browser.send(
                .post, "/dashboard/sandbox/sources/\(source.id)/test", form: [("csrf", browser.token ?? "")])
            let request = try await browser.get(try #require(tested.location))
            #expect(request.has("Accepted."))
            #expect(try await browser.get("/dashboard/sandbox/sources").has("Our repositories"))
        }
    }

    @Test func whatIsWrongIsToldBesideItsFieldAndASecretIsNotSentBack() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()
            _ = try await browser.get("/dashboard/sandbox/sources/new")

            let answer = try await browser.send(
                .post, "/dashboard/sandbox/sources/new",
                form: [
                    ("csrf", browser.token ?? ""), ("preset", "hmac"), ("name", ""), ("secret", "typed-secret"),
                    ("p_header", "a b"), ("rate", "many"),
                ])
            let again = try await browser.send(
                .post, "/dashboard/sandbox/sources/new",
                form: [
                    ("csrf", browser.token ?? ""), ("preset", "hmac"), ("name", ""), ("secret", "typed-secret"),
                    ("p_header", "a b"),
                ])

            #expect([answer.status, again.status] == [422, 422])
            #expect(answer.has("Give a whole number."))
            #expect(again.has("the name of a header"))
            #expect(!again.has("typed-secret"))
            #expect(site.context.directory.sources(in: site.sandbox.id).isEmpty)
        }
    }

    @Test func aRefusedRequestSaysWhyAndPassesOnceTheSecretIsMended() async throws {
        try await TestDashboard.with { site in
            let source = try await site.source { $0.secret = "mistyped" }
            var trial = SourceService.Trial()
            trial.secret = "right"
            let refused = try await SourceService(site.context).test(
                source.id, trial, url: "https://example.com/in/x", by: site.admin)
            let browser = try await site.operating()
            let path = "/dashboard/sandbox/requests/\(refused.request.id)"

            let page = try await browser.get(path)
            let unmended = try await browser.send(.post, "\(path)/verify", form: [("csrf", browser.token ?? "")])
            _ = try await browser.send(
                .post, "/dashboard/sandbox/sources/\(source.id)/rotate",
                form: [("csrf", browser.token ?? ""), ("secret", "right"), ("overlap", "0s")])
            let mended = try await browser.send(.post, "\(path)/verify", form: [("csrf", browser.token ?? "")])
            let after = try await browser.get(path)

            #expect(page.has("wrong_secret"))
            #expect(page.has("Verify again"))
            #expect(unmended.location == "\(path)?notice=still-refused")
            #expect(mended.location == "\(path)?notice=verified")
            #expect(after.has("Accepted."))
            #expect(after.has("Replay"))
        }
    }

    @Test func editingWithoutAChangeChangesNothing() async throws {
        try await TestDashboard.with { site in
            let before = try await site.source { draft in
                draft.preset = "hmac"
                draft.parameters = ["header": "X-Acme", "prefix": "v1="]
                draft.rateLimit = .some(RateLimit(count: 5, per: .seconds(60), burst: 7))
                draft.rateLimitPerAddress = .some(RateLimit(count: 3, per: .seconds(1), burst: 3))
                draft.addresses = ["192.0.2.0/24", "2001:db8::/32"]
                draft.keptHeaders = ["x-a"]
            }
            let browser = try await site.operating()
            let form = try await browser.get("/dashboard/sandbox/sources/\(before.id)/edit")

            let answer = try await browser.send(
                .post, "/dashboard/sandbox/sources/\(before.id)/edit", form: FormFields(form.text).pairs)

            #expect(answer.status == 303)
            var after = try #require(site.context.directory.source(before.id, in: site.sandbox.id))
            after.updatedAt = before.updatedAt
            #expect(after == before)
        }
    }

    @Test func aWebhookIsMadeForASourceAloneAndKeepsItWhenThatIsGone() async throws {
        try await TestDashboard.with { site in
            let source = try await site.source { $0.name = "Our <repositories>" }
            let browser = try await site.operating()
            let blank = try await browser.get("/dashboard/sandbox/webhooks/new?source=\(source.id)")
            let shown = try await browser.get("/dashboard/sandbox/sources/\(source.id)")

            let made = try await browser.send(
                .post, "/dashboard/sandbox/webhooks/new",
                form: [
                    ("csrf", browser.token ?? ""), ("url", "http://127.0.0.1:9000/hook"), ("events", "*"),
                    ("source", source.id.description),
                ])
            let wrong = try await browser.send(
                .post, "/dashboard/sandbox/webhooks/new",
                form: [
                    ("csrf", browser.token ?? ""), ("url", "http://127.0.0.1:9000/hook"), ("events", "*"),
                    ("source", "src_nothing"),
                ])
            let webhook = try #require(site.context.directory.endpoints(in: site.sandbox.id).first)
            let path = "/dashboard/sandbox/webhooks/\(webhook.id)"
            let page = try await browser.get(path)
            try await SourceService(site.context).delete(source.id, by: site.admin)
            let orphan = try await browser.get(path)
            let form = try await browser.get("\(path)/edit")
            let saved = try await browser.send(.post, "\(path)/edit", form: FormFields(form.text).pairs)

            #expect(blank.has("<option value=\"\(source.id)\" selected>Our &lt;repositories&gt;</option>"))
            #expect(shown.has("martlet listen --url"))
            #expect(shown.has("--source \(source.id)"))
            #expect(made.status == 303)
            #expect(wrong.status == 422)
            #expect(wrong.has("There is no source src_nothing"))
            #expect(webhook.source == source.id)
            #expect(page.has("Our &lt;repositories&gt;</a>, and no other"))
            #expect(orphan.has("it gets nothing more"))
            #expect(form.has("\(source.id) (deleted)"))
            #expect(saved.status == 303)
            #expect(site.context.directory.endpoint(webhook.id, in: site.sandbox.id)?.source == source.id)
            for answer in [blank, shown, wrong, page, orphan, form] {
                #expect(MarkupCheck(answer.text).complaints == [])
                #expect(LabelCheck(answer.text).unlabelled == [])
            }
        }
    }

    @Test func aReaderSeesTheLogAndNoSecret() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            let browser = try await site.browser("reader")
            _ = try await browser.get("/dashboard/sandbox")

            let page = try await browser.get("/dashboard/sandbox/sources/\(things.source)")
            let revealed = try await browser.send(
                .post, "/dashboard/sandbox/sources/\(things.source)/secret", form: [("csrf", browser.token ?? "")])

            #expect(page.status == 200)
            #expect(page.has(things.request.description))
            #expect(!page.has("Reveal"))
            #expect(revealed.status == 403)
        }
    }

    @Test func everyPageIsWellFormedAndItsControlsHaveLabels() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            let browser = try await site.operating()

            for page in Things.sourceLists + things.sourceThings {
                let answer = try await browser.get("/dashboard/sandbox\(page)")

                #expect(answer.status == 200, "\(page)")
                #expect(MarkupCheck(answer.text).complaints == [], "\(page)")
                #expect(LabelCheck(answer.text).unlabelled == [], "\(page)")
                #expect(!answer.has("{{"), "\(page)")
            }
        }
    }

    @Test func nobodyElseReachesASourceOrWhatItReceived() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            let elsewhere = site.browser()
            _ = try await elsewhere.signIn(site.keys.live)
            _ = try await elsewhere.get("/dashboard/live")
            let application = try await site.browser("application", application: "acme")
            _ = try await application.get("/dashboard/sandbox")

            for page in things.sourceThings {
                #expect(try await site.browser().get("/dashboard/sandbox\(page)").status == 303, "\(page)")
                #expect(try await elsewhere.get("/dashboard/live\(page)").status == 404, "\(page)")
                #expect(try await application.get("/dashboard/sandbox\(page)").status == 403, "\(page)")
            }
            for act in things.sourceActs {
                let there = try await elsewhere.send(
                    .post, "/dashboard/live\(act)", form: [("csrf", elsewhere.token ?? "")])
                let own = try await application.send(
                    .post, "/dashboard/sandbox\(act)", form: [("csrf", application.token ?? "")])

                #expect(there.status == 404, "\(act)")
                #expect(own.status == 403, "\(act)")
            }
            #expect(site.context.directory.source(things.source, in: site.sandbox.id) != nil)
        }
    }
}
