import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import MartletTesting
import Testing

/// Endpoints of kind `listen`: what goes to whoever listens, and what waits while nobody does.
@Suite(.timeLimit(.minutes(10))) struct ListenTests {
    /// The items of one connection, taken one by one.
    private final class Ears {
        private var items: AsyncStream<ListenItem>.AsyncIterator

        init(_ subscription: ListenSubscription) { items = subscription.items.makeAsyncIterator() }

        func attempt() async throws -> HandedAttempt {
            while let item = await items.next() {
                if case .attempt(let attempt) = item { return attempt }
            }
            throw NeverHappened(lastSeen: "the end of the stream")
        }
    }

    private func answered(_ status: Int) -> ListenAnswer {
        ListenAnswer(
            result: .response(AttemptResponse(status: status, headers: [], body: [], isTruncated: false)),
            connect: 10, firstByte: 20, address: IPAddress("127.0.0.1"))
    }

    @Test func anAttemptIsHandedOverAsItWouldHaveBeenSent() async throws {
        let scene = try await EngineScene()
        let webhook = try await scene.webhook {
            $0.url = "listen:laptop"
            $0.headers = [HeaderField(name: "X-Own", value: "1")]
        }
        let id = webhook.endpoint.id
        let service = ListenService(scene.context)
        let ears = Ears(try service.connect(to: id, session: "a"))
        let delivery = try await scene.publish()[0]

        let handed = try await ears.attempt()
        try await service.answer(handed.key, of: id, with: answered(204), by: scene.principal)

        let attempt = try await scene.store.attempts(of: delivery.id)[0]
        let body = String(decoding: handed.body, as: UTF8.self)
        #expect(handed.key == HandedAttempt.Key(delivery: delivery.id, number: 1))
        #expect(handed.type == "property.created")
        #expect(
            body
                == #"{"id":"\#(delivery.event)","type":"property.created","created":"2023-06-15T10:30:00Z","data":{"n":1}}"#
        )
        let names = handed.headers.map { $0.name.lowercased() }
        for name in ["content-type", "user-agent", "webhook-id", "webhook-signature", "x-own"] {
            #expect(names.contains(name))
        }
        #expect(try await scene.stored(delivery).state.status == .succeeded)
        #expect(attempt.request.url == "listen:laptop")
        #expect(attempt.outcome.timing.connect == 10 && attempt.outcome.timing.firstByte == 20)
        #expect(scene.sender.sent.isEmpty)
        try await scene.stop()
    }

    @Test func whatIsPublishedWhileNobodyListensWaitsAndCostsNoAttempt() async throws {
        let scene = try await EngineScene()
        let id = try await scene.webhook { $0.url = "listen:laptop" }.endpoint.id
        var deliveries: [Delivery] = []
        for _ in 0..<5 { deliveries += try await scene.publish() }
        scene.clock.advance(by: .seconds(86_400))
        let attemptsBefore = try await scene.stored(deliveries[0]).attemptCount

        let service = ListenService(scene.context)
        let ears = Ears(try service.connect(to: id, session: "a"))
        var keys: Set<HandedAttempt.Key> = []
        for _ in 0..<5 {
            let handed = try await ears.attempt()
            keys.insert(handed.key)
            try await service.answer(handed.key, of: id, with: answered(200), by: scene.principal)
            // What has piled up is let out step by step.
            scene.clock.advance(by: .seconds(1))
        }

        #expect(attemptsBefore == 0)
        #expect(keys == Set(deliveries.map { HandedAttempt.Key(delivery: $0.id, number: 1) }))
        try await scene.stop()
    }

    @Test func anAttemptThatNobodyAnsweredIsMadeAgainUnderItsNumber() async throws {
        let scene = try await EngineScene()
        let id = try await scene.webhook { $0.url = "listen:laptop" }.endpoint.id
        let service = ListenService(scene.context)
        let first = Ears(try service.connect(to: id, session: "a"))
        let delivery = try await scene.publish()[0]
        let handed = try await first.attempt()

        scene.clock.advance(by: .seconds(15) + ListenHub.grace)
        await scene.engine.settled(delivery.id, of: id)
        let isAttended = scene.context.listeners.isAttended(id)
        let second = Ears(try service.connect(to: id, session: "a"))
        let again = try await second.attempt()
        try await service.answer(again.key, of: id, with: answered(200), by: scene.principal)

        #expect(!isAttended)
        #expect(again.key == handed.key)
        #expect(try await scene.store.attempts(of: delivery.id).map(\.number) == [1])
        try await scene.stop()
    }

    @Test func aRefusalIsRetriedByTheSchedule() async throws {
        let scene = try await EngineScene(profile: "real-estate")
        let id = try await scene.webhook { $0.url = "listen:laptop" }.endpoint.id
        let service = ListenService(scene.context)
        let ears = Ears(try service.connect(to: id, session: "a"))
        let delivery = try await scene.publish()[0]

        let first = try await ears.attempt()
        try await service.answer(first.key, of: id, with: answered(500), by: scene.principal)
        scene.clock.advance(by: .seconds(300))
        let second = try await ears.attempt()
        try await service.answer(second.key, of: id, with: answered(200), by: scene.principal)

        #expect(second.key == HandedAttempt.Key(delivery: delivery.id, number: 2))
        #expect(try await scene.stored(delivery).state.status == .succeeded)
        try await scene.stop()
    }

    @Test func anAnswerToWhatNobodyHandedOutIsRefused() async throws {
        let scene = try await EngineScene()
        let id = try await scene.webhook { $0.url = "listen:laptop" }.endpoint.id
        let http = try await scene.webhook().endpoint.id
        let service = ListenService(scene.context)
        let key = HandedAttempt.Key(delivery: DeliveryID(high: 1, low: 1), number: 1)

        await #expect(throws: ServiceError.self) {
            try await service.answer(key, of: id, with: answered(200), by: scene.principal)
        }
        await #expect(throws: ServiceError.self) {
            try await service.prepare(http, session: "a", for: scene.principal)
        }
        try await scene.stop()
    }

    @Test func aServiceThatStopsDoesNotWaitForWhoeverListens() async throws {
        let scene = try await EngineScene()
        let id = try await scene.webhook { $0.url = "listen:laptop" }.endpoint.id
        let ears = Ears(try ListenService(scene.context).connect(to: id, session: "a"))
        let delivery = try await scene.publish()[0]
        let handed = try await ears.attempt()

        let next = try await scene.restarted()

        let service = ListenService(next.context)
        let earsAgain = Ears(try service.connect(to: id, session: "a"))
        let again = try await earsAgain.attempt()
        #expect(again.key == handed.key)
        try await service.answer(again.key, of: id, with: answered(200), by: next.principal)
        #expect(try await next.stored(delivery).state.status == .succeeded)
        try await next.stop()
    }

    @Test func aWebhookThatIsGivenAURLIsSentWhatWaited() async throws {
        let scene = try await EngineScene()
        let id = try await scene.webhook { $0.url = "listen:laptop" }.endpoint.id
        let delivery = try await scene.publish()[0]

        try await scene.change(id) { $0.url = "http://hooks.example.com/in" }
        await scene.recorded(1, of: delivery)

        #expect(try await scene.stored(delivery).state.status == .succeeded)
        try await scene.stop()
    }

    @Test func aWebhookThatIsNowListenedToIsSentNothingMore() async throws {
        let scene = try await EngineScene()
        let id = try await scene.webhook().endpoint.id
        try await scene.change(id) { $0.url = "listen:laptop" }
        let delivery = try await scene.publish()[0]
        let service = ListenService(scene.context)
        let ears = Ears(try service.connect(to: id, session: "a"))

        let handed = try await ears.attempt()

        #expect(handed.key.delivery == delivery.id)
        #expect(scene.sender.sent.isEmpty)
        try await scene.stop()
    }
}
