import MartletCore
import MartletService
import MartletStore
import Testing

@Suite struct OperationalEventRoutesTests {
    /// Records that a webhook answered 410.
    private func record(_ webhook: String, _ service: TestService) async throws -> String {
        let environment = try #require(service.context.directory.environment(named: "sandbox"))
        let id = try #require(EndpointID(webhook))
        let endpoint = try #require(service.context.directory.endpoint(id, in: environment.id))
        let event = OperationalEvent.disabled(
            endpoint, for: .gone, FailureWatch(), id: service.context.identifiers.next(at: service.now),
            at: service.now)
        try await OperationalJournal(store: service.context.store).record([event], at: service.now)
        return event.id.description
    }

    @Test func whatHappenedToWebhooksIsListed() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeApplication(uid: "acme")
            let first = try await service.admin.makeWebhook(application: "acme")
            let second = try await service.admin.makeWebhook()
            let ids = [try await record(first, service), try await record(second, service)]

            let all = try await service.admin.get("/v1/operational-events")
            let ofAcme = try await service.admin.get("/v1/operational-events?application=acme")
            let ofSecond = try await service.admin.get("/v1/operational-events?webhook=\(second)")
            let elsewhere = try await service.foreigner.get("/v1/operational-events")
            let walked = try await service.admin.walk("/v1/operational-events", limit: 1)

            #expect(all.status == 200)
            #expect(all.items.map { $0["id"]?.string } == ids.reversed())
            #expect(
                all.items.first?.object?.map(\.key) == ["id", "type", "application", "webhook", "created_at", "data"])
            #expect(all.items.first?["type"] == "endpoint.disabled")
            #expect(all.items.first?["webhook"]?.string == second)
            #expect(all.items.first?["data"]?["reason"] == "gone")
            #expect(ofAcme.items.map { $0["id"]?.string } == [ids[0]])
            #expect(ofSecond.items.map { $0["id"]?.string } == [ids[1]])
            #expect(elsewhere.items.isEmpty)
            #expect(walked.map { $0["id"]?.string } == ids.reversed())
        }
    }

    @Test func anApplicationsKeyIsShownItsOwnAlone() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeApplication(uid: "acme")
            _ = try await service.admin.makeApplication(uid: "other")
            let webhook = try await service.admin.makeWebhook(application: "acme")
            let id = try await record(webhook, service)
            let acme = try await service.newClient("application", application: "acme")
            let other = try await service.newClient("application", application: "other")

            let own = try await acme.get("/v1/operational-events")
            let foreign = try await other.get("/v1/operational-events")
            let about = try await other.get("/v1/operational-events?webhook=\(webhook)")
            let named = try await other.get("/v1/operational-events?application=acme")

            #expect(own.items.map { $0["id"]?.string } == [id])
            #expect(foreign.items.isEmpty)
            #expect(about.items.isEmpty)
            #expect(named.status == 422)
            #expect(named.code == "unknown_application")
        }
    }

    @Test func aPublisherIsShownNone() async throws {
        try await TestService.with { service in
            let publisher = try await service.newClient("publisher")

            let answer = try await publisher.get("/v1/operational-events")

            #expect(answer.status == 403)
            #expect(answer.code == "forbidden")
        }
    }

    @Test func theSumsOfAWebhookSayHowItStandsWithFailures() async throws {
        try await TestService.with { service in
            let webhook = try await service.admin.makeWebhook()
            let well = try await service.admin.get("/v1/webhooks/\(webhook)/stats")
            let environment = try #require(service.context.directory.environment(named: "sandbox"))
            let since = Timestamp(milliseconds: 1_686_825_000_000)
            try await service.context.store.putHealth([
                EndpointHealth(
                    endpoint: try #require(EndpointID(webhook)), environment: environment.id, failingSince: since,
                    failures: 12, warnedAt: nil, lastSuccessAt: since - .seconds(60))
            ])
            _ = try await service.admin.patch("/v1/webhooks/\(webhook)", ["active": false])

            let ill = try await service.admin.get("/v1/webhooks/\(webhook)/stats")

            #expect(
                well["health"] == [
                    "failing_since": nil, "failures": 0, "last_success_at": nil, "disabled_at": nil, "reason": nil,
                ])
            #expect(ill["health"]?["failing_since"] == "2023-06-15T10:30:00.000Z")
            #expect(ill["health"]?["failures"] == 12)
            #expect(ill["health"]?["last_success_at"] == "2023-06-15T10:29:00.000Z")
            #expect(ill["health"]?["disabled_at"]?.string != nil)
            #expect(ill["health"]?["reason"] == "paused")
        }
    }
}
