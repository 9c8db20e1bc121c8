import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import MartletTesting
import Testing

/// What is recorded of deliveries that fail for good, through the engine and SQLite.
@Suite(.timeLimit(.minutes(10))) struct FailureReportTests {
    private func reports(in scene: EngineScene) async throws -> [OperationalEvent] {
        var query = OperationalEventQuery(environment: scene.principal.environment, limit: 100)
        query.kind = .deliveryFailed
        return try await scene.store.operationalEvents(query).items.reversed()
    }

    private func fields(_ event: OperationalEvent) throws -> JSONValue { try JSONValue(parsing: event.data) }

    private static func failing(_ draft: inout WebhookDraft) {
        draft.retry = .some(RetryPolicy(schedule: .delays([]), window: nil, jitter: 0))
    }

    @Test func theFirstDeliveryThatFailsForGoodIsRecordedWithItsLastAttempt() async throws {
        let scene = try await EngineScene()
        scene.sender.answer { _, _ in .status(500) }
        let webhook = try await scene.webhook(Self.failing)
        let delivery = try await scene.publish()[0]

        await scene.recorded(1, of: delivery)

        let report = try #require(try await reports(in: scene).first)
        let data = try fields(report)
        #expect(report.endpoint == webhook.endpoint.id)
        #expect(data["delivery"]?.string == delivery.id.description)
        #expect(data["event"]?.string == delivery.event.description)
        #expect(data["event_type"]?.string == "property.created")
        #expect(data["reason"]?.string == "exhausted")
        #expect(data["attempts"]?.integer == 1)
        #expect(data["failed"]?.integer == 1)
        #expect(try await scene.store.untoldOperationalEvents(limit: 10).map(\.id) == [report.id])
        try await scene.stop()
    }

    @Test func thoseThatFollowAreCountedTogetherAndKeptWhenTheServiceStops() async throws {
        let scene = try await EngineScene()
        scene.sender.answer { _, _ in .status(500) }
        _ = try await scene.webhook(Self.failing)
        for number in 1...5 { await scene.recorded(number, of: try await scene.publish()[0]) }

        let before = try await reports(in: scene).count
        let again = try await scene.restarted()

        let counts = try await reports(in: again).map { try fields($0)["failed"]?.integer }
        #expect(before == 1)
        #expect(counts == [1, 4])
        try await again.stop()
    }

    @Test func whatSucceedsOrIsTriedAgainOrIsATestIsNotReported() async throws {
        let scene = try await EngineScene()
        scene.sender.answer { index, _ in .status(index == 0 ? 200 : 500) }
        let webhook = try await scene.webhook()
        await scene.recorded(1, of: try await scene.publish()[0])
        await scene.recorded(2, of: try await scene.publish()[0])

        _ = try await WebhookService(scene.context).test(
            webhook.endpoint.id, type: "a.b", data: Array("{}".utf8), by: scene.principal)

        #expect(try await reports(in: scene).isEmpty)
        try await scene.stop()
    }
}
