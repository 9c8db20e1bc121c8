import MartletCore
import MartletService
import Testing

@testable import MartletDashboard

@Suite(.timeLimit(.minutes(5))) struct LiveScreenTests {
    @Test func aRowArrivesWithTheEventAndIsEscaped() async throws {
        try await TestDashboard.with { site in
            _ = try await site.webhook()
            let browser = try await site.operating()

            let text = try await browser.stream("/dashboard/sandbox/live/events?type=order.created") { seen in
                if seen.contains("event: hello"), !seen.contains("event: row") {
                    try await site.publish("user.created")
                    try await site.publish(data: #"{"x":"<script>"}"#)
                }
                return seen.contains("order.created")
            }

            #expect(text.contains("data-id"))
            #expect(!text.contains("user.created"))
            #expect(!text.contains("<script>"))
        }
    }

    @Test func nobodyListensToAnotherEnvironment() async throws {
        try await TestDashboard.with { site in
            let browser = site.browser()
            _ = try await browser.signIn(site.keys.live)

            #expect(try await browser.get("/dashboard/sandbox/live/events").status == 404)
            #expect(try await site.browser().get("/dashboard/sandbox/live/events").status == 303)
            #expect(site.context.committer.feed.listenerCount == 0)
        }
    }

    @Test func aListSaysWhereItsRowsComeFrom() async throws {
        try await TestDashboard.with { site in
            try await site.publish()
            let browser = try await site.operating()

            let empty = try await browser.get("/dashboard/sandbox/events?type=never.published")
            let first = try await browser.get("/dashboard/sandbox/events?type=order.created")
            let older = try await browser.get("/dashboard/sandbox/events?cursor=evt_0000000000000000000000000")

            #expect(first.has("data-live=\"/dashboard/sandbox/live/events?type=order.created\""))
            #expect(!older.has("data-live="))
            // A list that is empty waits for its first row.
            #expect(empty.has("data-live="))
            #expect(empty.has("<tbody data-rows></tbody>"))
            #expect(empty.has("data-until-rows"))
        }
    }
}
