import MartletCore
import MartletService
import MartletStore
import Testing

@testable import MartletDashboard

/// Issues, as people see them.
struct IssueScreenTests {
    @Test func aLookAtTheNewestFailuresDoesNotSayThatNothingFailed() async throws {
        try await TestDashboard.with { site in
            let webhook = try await site.webhook()
            let event = try await site.publish().event
            let (identifiers, now) = (site.context.identifiers, site.context.time.now())
            // Their attempts have gone with their age.
            let failed = (0..<FailureQuery.scanLimit).map { _ in
                Delivery(
                    id: identifiers.next(at: now), environment: webhook.environment, event: event.id,
                    endpoint: webhook.id, application: webhook.application, cause: .replay, createdAt: now,
                    state: .failed(at: now, reason: .exhausted))
            }
            let replay = Acceptance(entries: [Acceptance.Entry(event: event, deliveries: failed, isReplay: true)])
            _ = try await site.context.store.commit(CommitBatch(acceptances: [replay]))
            let browser = try await site.operating()

            let page = try await browser.get("/dashboard/sandbox/issues")

            #expect(page.has("Nothing so far"))
            #expect(!page.has("Nothing failed"))
            #expect(MarkupCheck(page.text).complaints == [])
        }
    }
}
