import HTTPTypes
import MartletCore
import MartletService
import Testing

@testable import MartletDashboard

/// What holds for every page there is.
@Suite(.timeLimit(.minutes(5))) struct PageTests {
    @Test func everyPageIsWellFormedAndKeepsToThePolicy() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            site.receivers.answer(
                status: 503, headers: [HeaderField(name: "Retry-After", value: "60")], body: "{\"a\":1}")
            try await site.publish(application: "acme")
            let browser = try await site.operating()

            for page in things.pages where !page.hasSuffix("/payload") {
                let answer = try await browser.get("/dashboard/sandbox\(page)")
                #expect(answer.status == 200, "\(page)")
                #expect(MarkupCheck(answer.text).complaints == [], "\(page)")
                #expect(!answer.has("{{"), "\(page)")
                for forbidden in [" style=", "<style", "<script>", " onclick=", "javascript:"] {
                    #expect(!answer.has(forbidden), "\(page) has \(forbidden)")
                }
            }
        }
    }

    @Test func everyEmptyPageSaysWhatToDoNext() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()

            for page in ["", "/events", "/deliveries", "/issues", "/webhooks", "/jobs", "/activity"] {
                let answer = try await browser.get("/dashboard/sandbox\(page)")
                #expect(answer.has("class=\"empty\""), "\(page)")
                #expect(MarkupCheck(answer.text).complaints == [], "\(page)")
            }
        }
    }

    @Test func hostilePayloadsAreShownAsText() async throws {
        try await TestDashboard.with { site in
            let hostile = #"<script>alert(1)</script><img src=x onerror=alert(2)>"#
            let things = try await Things(
                site, data: #"{"x":"\#(hostile)","esc":"\u001b[31m","rtl":"\#u{202E}","quote":"\"'` onload="}"#)
            site.receivers.answer(
                status: 500,
                headers: [HeaderField(name: "X-Odd", value: "\"><script>alert(3)</script>\u{1B}[2J")],
                body: "</pre></textarea><script>alert(4)</script>\u{1B}]0;title\u{7}")
            try await site.publish(
                data: #"{"x":"\#(hostile)"}"#, application: "acme")
            let browser = try await site.operating()
            let latest = try await EventService(site.context).events(
                EventFilter(), page: PageRequest(limit: 1, cursor: nil), for: site.admin
            ).items[0]
            let delivery = try await EventService(site.context).deliveries(of: latest, for: site.admin)[0]

            let pages = [
                "/events/\(things.event.publicID)", "/events/\(latest.publicID)", "/deliveries/\(delivery.id)",
                "/webhooks/\(things.webhook.id)/test?event=\(latest.publicID)", "/search?q=<script>alert(5)</script>",
                "/events?q=%22%3E%3Cscript%3Ealert(6)%3C/script%3E", "/webhooks?q=%22%3E%3Cscript%3E", "/issues",
            ]

            for page in pages {
                let answer = try await browser.get("/dashboard/sandbox\(page)")
                #expect(answer.status == 200, "\(page)")
                #expect(!answer.has("<script>"), "\(page)")
                #expect(!answer.has("<img"), "\(page)")
                #expect(!answer.text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" }, "\(page)")
                #expect(MarkupCheck(answer.text).complaints == [], "\(page)")
            }
        }
    }

    @Test func aLineOfAMegabyteIsCutAndToldSo() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site, data: "{\"line\":\"\(String(repeating: "x", count: 1_000_000))\"}")
            let browser = try await site.operating()

            let page = try await browser.get("/dashboard/sandbox/events/\(things.event.publicID)")
            let body = try await browser.get("/dashboard/sandbox/events/\(things.event.publicID)/payload")

            #expect(page.status == 200)
            #expect(page.text.utf8.count < 400_000)
            #expect(page.has("The first 65.5 kB of 1.0 MB."))
            #expect(body.text.utf8.count == things.event.body.bytes.count)
            #expect(body.headers[.contentDisposition] == "attachment; filename=\"payload.json\"")
        }
    }

    @Test func aPageWithoutAThingSaysSo() async throws {
        try await TestDashboard.with { site in
            let browser = try await site.operating()

            for page in [
                "/events/nope", "/events/evt_x", "/deliveries/1", "/webhooks/ep_1", "/jobs/x", "/nothing", "/%FF",
            ] {
                let answer = try await browser.get("/dashboard/sandbox\(page)")
                #expect(answer.status == 404, "\(page)")
                #expect(answer.has("There is nothing here"), "\(page)")
            }
        }
    }

    @Test func everyControlHasALabel() async throws {
        try await TestDashboard.with { site in
            let things = try await Things(site)
            let browser = try await site.operating()

            for page in things.pages where !page.hasSuffix("/payload") {
                let answer = try await browser.get("/dashboard/sandbox\(page)")
                #expect(LabelCheck(answer.text).unlabelled == [], "\(page)")
            }
        }
    }
}

/// The controls of a page that nothing names: no label around or for them, no `aria-label`.
struct LabelCheck {
    private(set) var unlabelled: [String] = []

    init(_ text: String) {
        var rest = Substring(text)
        var depth = 0
        while let start = rest.firstIndex(of: "<") {
            rest = rest[start...].dropFirst()
            let tag = String(rest.prefix { $0 != ">" })
            if tag.hasPrefix("label") { depth += 1 }
            if tag.hasPrefix("/label") { depth -= 1 }
            guard ["input ", "select ", "textarea "].contains(where: tag.hasPrefix), !tag.contains("type=\"hidden\""),
                depth == 0, !tag.contains("aria-label=")
            else { continue }
            let id = tag.firstRange(of: " id=\"").map { tag[$0.upperBound...].prefix { $0 != "\"" } }
            if id.map({ !text.contains("for=\"\($0)\"") }) ?? true { unlabelled.append(String(tag.prefix(80))) }
        }
    }
}
