import HTTPTypes
import MartletCore
import MartletService
import Testing
import WebhookSigning

@testable import MartletDashboard

/// The guide that customers integrate by.
@Suite(.timeLimit(.minutes(5))) struct GuideTests {
    /// Whoever knows the guide that a template is named after finds all of it.
    @Test(arguments: SeedFacts.all)
    func theGuideOfATemplateTellsWhatItsSeedTells(seed: SeedFacts) async throws {
        try await TestDashboard.with(template: seed.template) { site in
            let page = try await site.operating().get("/dashboard/sandbox/guide")

            #expect(page.status == 200)
            let text = PageText.read(page.text)
            let hay = (text + " " + page.text).lowercased()
            for fact in seed.facts { #expect(hay.contains(fact.lowercased()), "\(fact)") }
            for type in seed.template.eventTypes {
                #expect(text.contains(type.name), "\(type.name)")
                #expect(text.contains(type.description), "\(type.name)")
            }
        }
    }

    @Test(arguments: MartletService.Template.all.map(\.name))
    func theGuideIsWellFormedAndKeepsToThePolicy(template: String) async throws {
        let template = try #require(MartletService.Template.named(template))
        try await TestDashboard.with(template: template) { site in
            try await site.show { $0.isGuidePublic = true }

            let page = try await site.browser().get("/guide/sandbox")

            #expect(page.status == 200)
            #expect(MarkupCheck(page.text).complaints == [])
            #expect(LabelCheck(page.text).unlabelled == [])
            #expect(!page.has("{{"))
            for forbidden in [" style=", "<style", "<script>", " onclick=", "javascript:"] {
                #expect(!page.has(forbidden), "\(forbidden)")
            }
            // What is linked to within the page is there.
            for part in page.text.split(separator: "href=\"#").dropFirst() {
                let anchor = part.prefix { $0 != "\"" }
                #expect(page.has("id=\"\(anchor)\""), "\(anchor)")
            }
        }
    }

    @Test func nobodyReadsItUnlessTheEnvironmentSaysSo() async throws {
        try await TestDashboard.with { site in
            let before = try await site.browser().get("/guide/sandbox")
            let file = try await site.browser().get("/guide/sandbox/webhook.py")
            try await site.show { $0.isGuidePublic = true }
            let after = try await site.browser().get("/guide/sandbox")
            let live = try await site.browser().get("/guide/live")
            let first = try await site.browser().get("/guide")
            let none = try await site.browser().get("/guide/nowhere")

            #expect(before.status == 303)
            #expect(file.status == 303)
            #expect(after.status == 200)
            #expect(after.headers[.cacheControl] == "no-store")
            #expect(after.headers[.frameOptions] == "DENY")
            #expect(live.status == 303)
            #expect(first.location == "/guide/sandbox")
            // Not to be told from an environment that keeps its guide to itself.
            #expect(none.status == 303)
        }
    }

    @Test func itFollowsTheSettingsAtOnce() async throws {
        try await TestDashboard.with { site in
            let profile = Profile(
                name: "acme", envelope: .data,
                signature: SignatureProfile(
                    scheme: .timestampBody, signatureHeader: "X-Acme-Signature", timestampHeader: "X-Acme-Time",
                    prefix: "sha512=", hash: .sha512, encoding: .base64, keyDerivation: .hex, tolerance: .seconds(90)),
                success: .statuses([202, 204]), timeout: .seconds(7),
                retry: RetryPolicy(delays: [.seconds(60), .seconds(5400)], jitter: 0.25))
            _ = try await ProfileService(site.context).create(profile, by: site.admin)
            _ = try await EnvironmentService(site.context).update(
                EnvironmentService.Draft(profile: "acme"), by: site.admin)
            let page = try await site.operating().get("/dashboard/sandbox/guide")
            let text = PageText.read(page.text)

            for fact in [
                "X-Acme-Signature", "X-Acme-Time", "sha512=", "HMAC-SHA512(timestamp + payload)", "in padded base64",
                "which the secret gives in hexadecimal", "one of the statuses 202 and 204", "within 7 seconds",
                "within 1 minute and 30 seconds", "First retry 1 minute after the initial attempt",
                "Second retry 1 hour and 30 minutes after the first retry", "1 hour and 31 minutes",
                "spread by up to 25 %", "The request's body is the event's payload alone",
            ] {
                #expect(text.contains(fact), "\(fact)")
            }
        }
    }

    @Test func anEmptyCatalogueSaysSo() async throws {
        try await TestDashboard.with { site in
            let types = EventTypeService(site.context)
            for type in try await types.eventTypes(page: PageRequest(limit: 250, cursor: nil), for: site.admin).items {
                try await types.delete(type.name, by: site.admin)
            }

            let page = try await site.operating().get("/dashboard/sandbox/guide")

            #expect(page.has("The catalogue has no event types yet."))
            #expect(page.has("order.created"))
            #expect(MarkupCheck(page.text).complaints == [])
        }
    }

    @Test func everyProgramIsAFileToo() async throws {
        try await TestDashboard.with { site in
            _ = try await site.application("acme")
            let portal = try site.portal(of: "acme").path
            let operating = try await site.operating()

            for language in ReceiverLanguage.allCases {
                let file = try await operating.get("/guide/sandbox/\(language.fileName)")
                let own = try await site.browser().get("\(portal)/guide/\(language.fileName)")
                #expect(file.status == 200, "\(language)")
                #expect(file.headers[.contentDisposition] == "attachment; filename=\"\(language.fileName)\"")
                #expect(file.has("WEBHOOK_SECRET") || language == .swift)
                #expect(own.text == file.text)
            }
            #expect(try await operating.get("/guide/sandbox/webhook.exe").status == 404)
        }
    }

    /// The sample verifies with the secret that is printed beside it.
    @Test(arguments: SignatureProfile.builtIn.map { $0.name })
    func theSampleRequestVerifies(name: String) throws {
        let signature = try #require(SignatureProfile.builtIn.first { $0.name == name }?.profile)
        let profile = Profile(name: name, signature: signature, timeout: .seconds(15), retry: RetryPolicy(delays: []))

        let sample = try #require(SampleDelivery(profile, type: "order.created", data: #"{"n":1}"#))

        let headers = sample.head.split(separator: "\n").dropFirst().map { line -> (name: String, value: String) in
            let name = line.prefix { $0 != ":" }
            return (String(name), String(line.dropFirst(name.count + 2)))
        }
        let verifier = try WebhookVerifier(profile: signature, secrets: [SigningSecret(sample.secret)])
        guard case .valid = verifier.verify(headers: headers, body: Array(sample.body.utf8), now: 1_686_825_000) else {
            Issue.record("the sample of \(name) does not verify")
            return
        }
    }
}

/// What a reader sees of a page: its text, blanks drawn together.
enum PageText {
    static func read(_ html: String) -> String {
        var text = ""
        var tag: String?
        for character in html {
            switch (character, tag) {
            case ("<", _): tag = ""
            case (">", let name?):
                // What stands within a line goes on without a blank.
                let isInline = ["span", "code", "strong", "em", "a"].contains(
                    String(name.drop { $0 == "/" }.prefix { !$0.isWhitespace }))
                if !isInline { text.append(" ") }
                tag = nil
            case (_, let name?): tag = name + String(character)
            default: text.append(character)
            }
        }
        for (name, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
            text = text.replacing(name, with: character)
        }
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
