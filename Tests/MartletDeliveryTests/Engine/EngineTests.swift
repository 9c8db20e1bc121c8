import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import MartletTesting
import Testing
import WebhookSigning

@Suite(.timeLimit(.minutes(10))) struct EngineTests {
    @Test func aHealthyEndpointIsDeliveredToWithoutReadingAnythingBack() async throws {
        var limits = EngineLimits()
        // Sums of attempts are written to the store as well, every so often.
        limits.sumsInterval = .seconds(86_400)
        let scene = try await EngineScene(limits: limits)
        _ = try await scene.webhook()
        let callsBefore = scene.store.callCount

        var deliveries: [Delivery] = []
        for _ in 0..<100 { deliveries += try await scene.publish() }
        await scene.sender.made(100)
        for delivery in deliveries { await scene.engine.settled(delivery.id, of: delivery.endpoint) }

        // Every call to the store was a commit.
        let calls = scene.store.callCount - callsBefore
        #expect(
            scene.metrics.text(intake: Intake().snapshot, overdue: nil).contains("martlet_commits_total \(calls)\n"))
        #expect(scene.sender.sent.count == 100)
        try await scene.stop()
    }

    @Test func anAttemptCarriesTheEnvelopeTheSignatureAndTheOwnersHeaders() async throws {
        let scene = try await EngineScene()
        let secret = "sk_live_quite_secret"
        let webhook = try await scene.webhook {
            $0.headers = [HeaderField(name: "Authorization", value: secret)]
        }
        let delivery = try await scene.publish()[0]
        await scene.recorded(1, of: delivery)

        let sent = scene.sender.sent[0]
        let body = String(decoding: sent.request.body, as: UTF8.self)
        let attempt = try await scene.store.attempts(of: delivery.id)[0]
        let expected = try scene.signatureHeaders(sent, .standard, webhook.secret, id: "\(delivery.event)")
        #expect(
            body
                == #"{"id":"\#(delivery.event)","type":"property.created","created":"2023-06-15T10:30:00Z","data":{"n":1}}"#
        )
        for (name, value) in expected { #expect(sent.header(name) == value) }
        #expect(sent.header("Content-Type") == "application/json")
        #expect(sent.header("User-Agent") == "Martlet/test")
        #expect(sent.header("Authorization") == secret)
        #expect(attempt.request.headers.first { $0.name == "Authorization" }?.value == "•••")
        #expect(!"\(attempt)".contains(secret))
        try await scene.stop()
    }

    @Test func whatAnInactiveEndpointHadWaitingIsHeldAndReleased() async throws {
        let scene = try await EngineScene()
        scene.sender.answer { index, _ in .status(index == 0 ? 500 : 200) }
        let webhook = try await scene.webhook()
        let delivery = try await scene.publish()[0]
        await scene.recorded(1, of: delivery)

        try await scene.change(webhook.endpoint.id) { $0.active = false }
        let held = try await DeliveryService(scene.context).delivery(delivery.id, for: scene.principal).state.status
        scene.clock.advance(by: .seconds(3600))
        let sentWhileInactive = scene.sender.sent.count
        try await scene.change(webhook.endpoint.id) { $0.active = true }
        await scene.recorded(2, of: delivery)

        let state = try await scene.stored(delivery).state
        #expect(held == .held)
        #expect(sentWhileInactive == 1)
        #expect(state.status == .succeeded)
        try await scene.stop()
    }

    @Test func a410EndsTheDeliveryAndDeactivatesTheWebhookForGood() async throws {
        var scene = try await EngineScene()
        scene.sender.answer { _, _ in .status(410) }
        let webhook = try await scene.webhook()
        let delivery = try await scene.publish()[0]
        await scene.recorded(1, of: delivery)

        let inactivity = try await eventually {
            scene.directory.endpoint(webhook.endpoint.id, in: delivery.environment)?.inactivity
        } until: {
            $0 != nil
        }
        let state = try await scene.stored(delivery).state
        scene = try await scene.restarted()
        let afterRestart = scene.directory.endpoint(webhook.endpoint.id, in: delivery.environment)?.inactivity

        #expect(inactivity == .gone)
        #expect(state == .failed(at: scene.clock.now(), reason: .gone))
        #expect(afterRestart == .gone)
        try await scene.stop()
    }

    @Test func aWebhookThatCouldNotBeDeactivatedIsTriedAgain() async throws {
        let scene = try await EngineScene()
        let webhook = try await scene.webhook()
        scene.sender.answer { _, _ in .none }
        let delivery = try await scene.publish()[0]
        await scene.sender.made(1)

        // The outcome's commit comes first or second, the change of the webhook second or first; either may fail.
        scene.store.failNext(.before)
        scene.sender.release(0, as: 410)
        await scene.engine.settled(delivery.id, of: delivery.endpoint)
        let inactivity = try await eventually {
            scene.clock.advance(by: .seconds(1))
            return scene.directory.endpoint(webhook.endpoint.id, in: delivery.environment)?.inactivity
        } until: {
            $0 != nil
        }

        #expect(inactivity == .gone)
        try await scene.stop()
    }

    @Test func aReplayIsANewDeliveryOfTheSameBytesUnderTheSameId() async throws {
        let scene = try await EngineScene()
        _ = try await scene.webhook()
        let delivery = try await scene.publish()[0]
        await scene.recorded(1, of: delivery)

        let replayed = try await EventService(scene.context).replay("\(delivery.event)", to: nil, by: scene.principal)
        await scene.recorded(2, of: replayed[0])

        let sent = scene.sender.sent
        #expect(replayed.map(\.cause) == [.replay])
        #expect(replayed[0].id != delivery.id)
        #expect(Array(sent[0].request.body) == Array(sent[1].request.body))
        #expect(sent[0].header("webhook-id") == sent[1].header("webhook-id"))
        try await scene.stop()
    }

    @Test func aDeliveryCancelledInFlightStaysCancelledAndItsAttemptIsRecorded() async throws {
        let scene = try await EngineScene()
        scene.sender.answer { _, _ in .none }
        _ = try await scene.webhook()
        let delivery = try await scene.publish()[0]
        await scene.sender.made(1)

        let shown = try await DeliveryService(scene.context).delivery(delivery.id, for: scene.principal).state.status
        _ = try await DeliveryService(scene.context).cancel(delivery.id, by: scene.principal)
        scene.sender.release(0, as: 500)
        await scene.engine.settled(delivery.id, of: delivery.endpoint)
        scene.clock.advance(by: .seconds(3600))

        let stored = try await scene.stored(delivery)
        let attempts = try await scene.store.attempts(of: delivery.id)
        #expect(shown == .inFlight)
        #expect(stored.state.status == .cancelled)
        #expect(attempts.count == 1)
        #expect(scene.sender.sent.count == 1)
        try await scene.stop()
    }

    @Test func aDeliveryCancelledWhileItWaitsIsNotAttemptedAgain() async throws {
        let scene = try await EngineScene()
        scene.sender.answer { _, _ in .status(500) }
        _ = try await scene.webhook()
        let delivery = try await scene.publish()[0]
        await scene.recorded(1, of: delivery)

        _ = try await DeliveryService(scene.context).cancel(delivery.id, by: scene.principal)
        scene.clock.advance(by: .seconds(86_400))
        let later = try await scene.publish()[0]
        await scene.recorded(2, of: later)

        let state = try await scene.stored(delivery).state
        #expect(state.status == .cancelled)
        #expect(scene.sender.sent.map { $0.header("webhook-id") } == ["\(delivery.event)", "\(later.event)"])
        try await scene.stop()
    }

    @Test func aRetryByHandIsMadeAtOnceEvenAfterTheLastAttempt() async throws {
        let scene = try await EngineScene()
        scene.sender.answer { _, _ in .status(500) }
        _ = try await scene.webhook { $0.retry = .some(RetryPolicy(delays: [])) }
        let delivery = try await scene.publish()[0]
        await scene.recorded(1, of: delivery)
        scene.sender.answer { _, _ in .status(200) }

        let retried = try await DeliveryService(scene.context).retry(delivery.id, by: scene.principal)
        await scene.recorded(2, of: delivery)

        let stored = try await scene.stored(delivery)
        #expect([.scheduled, .inFlight].contains(retried.state.status))
        #expect(stored.state.status == .succeeded)
        #expect(stored.attemptCount == 2)
        try await scene.stop()
    }

    @Test func duringARotationA401IsAnsweredWithTheOtherSecretAtOnce() async throws {
        let scene = try await EngineScene(profile: "fractio")
        let webhook = try await scene.webhook()
        let id = webhook.endpoint.id
        let rotated = try await WebhookService(scene.context).rotate(
            id, to: nil, overlap: nil, cutOverAt: nil, by: scene.principal)
        scene.sender.answer { index, _ in .status(index == 0 ? 401 : 200) }

        let delivery = try await scene.publish()[0]
        await scene.recorded(2, of: delivery)

        let signatures = scene.sender.sent.map { $0.header("x-fractio-signature") }
        let expected = try [rotated.secret, webhook.secret].map { secret in
            try scene.signatureHeaders(scene.sender.sent[0], .fractio, secret, id: "\(delivery.event)")
                .first { $0.name.lowercased() == "x-fractio-signature" }?.value
        }
        let stored = try await scene.stored(delivery)
        #expect(signatures == expected)
        #expect(stored.state.status == .succeeded)
        #expect(stored.attemptCount == 2)
        try await scene.stop()
    }

    @Test func aTestEventAnswersWithItsAttempt() async throws {
        let scene = try await EngineScene()
        scene.sender.answer { _, _ in .status(418) }
        let webhook = try await scene.webhook()

        let tested = try await WebhookService(scene.context).test(
            webhook.endpoint.id, type: "property.created", data: Array(#"{"a":1}"#.utf8), by: scene.principal)

        #expect(tested.delivery.state == .failed(at: scene.clock.now(), reason: .single))
        #expect(tested.attempt.number == 1)
        #expect(tested.event.isTest)
        if case .response(let response) = tested.attempt.outcome.result {
            #expect(response.status == 418)
        } else {
            Issue.record("There was a response.")
        }
        try await scene.stop()
    }

    @Test func aDeletedWebhookGetsNothingMoreAndWhatWaitedIsCancelled() async throws {
        let scene = try await EngineScene()
        scene.sender.answer { _, _ in .status(500) }
        let webhook = try await scene.webhook()
        let delivery = try await scene.publish()[0]
        await scene.recorded(1, of: delivery)

        try await WebhookService(scene.context).delete(webhook.endpoint.id, by: scene.principal)
        let state = try await eventually {
            try await scene.stored(delivery).state
        } until: {
            $0.isFinal
        }
        scene.clock.advance(by: .seconds(86_400))

        #expect(state.status == .cancelled)
        #expect(scene.sender.sent.count == 1)
        try await scene.stop()
    }

    /// The match was made before the endpoint was deleted, the commit after its deliveries had been cancelled.
    @Test func anEventAcceptedForAnEndpointDeletedMeanwhileIsCancelled() async throws {
        let scene = try await EngineScene()
        let webhook = try await scene.webhook()
        let calls = scene.store.callCount
        try await WebhookService(scene.context).delete(webhook.endpoint.id, by: scene.principal)
        // The change and the cancelling: whatever is stored from now on comes after both.
        _ = try await eventually {
            scene.store.callCount
        } until: {
            $0 >= calls + 2
        }
        let now = scene.clock.now()
        let body = EventBody(id: "evt", type: "a", created: now, data: Array("{}".utf8))
        let event = Event(
            id: scene.context.identifiers.next(at: now), environment: scene.principal.environment, chosenID: nil,
            type: "a", application: nil, created: now, acceptedAt: now, deliveryCount: 1, body: body)
        let delivery = Delivery(
            id: scene.context.identifiers.next(at: now), environment: event.environment, event: event.id,
            endpoint: webhook.endpoint.id, application: webhook.endpoint.application, cause: .publish, createdAt: now,
            state: .scheduled(due: now))

        _ = try await scene.context.committer.accept(
            Acceptance(entries: [Acceptance.Entry(event: event, deliveries: [delivery])]))
        let state = try await eventually {
            try await scene.stored(delivery).state
        } until: {
            $0.isFinal
        }

        #expect(state == .cancelled(at: now, reason: .endpointDeleted))
        #expect(scene.sender.sent.isEmpty)
        try await scene.stop()
    }

    @Test func plainHTTPIsNotUsedWhereTheEnvironmentTakesHTTPSAlone() async throws {
        let scene = try await EngineScene()
        _ = try await scene.webhook { $0.retry = .some(RetryPolicy(delays: [])) }
        guard var environment = scene.directory.environment(scene.principal.environment) else { return }
        environment.requiresHTTPS = true
        scene.directory.apply([.putEnvironment(environment)])

        let delivery = try await scene.publish()[0]
        let state = try await eventually {
            try await scene.stored(delivery).state
        } until: {
            $0.isFinal
        }

        let attempts = try await scene.store.attempts(of: delivery.id)
        #expect(state.status == .failed)
        #expect(scene.sender.sent.isEmpty)
        guard case .failure(let failure)? = attempts.first?.outcome.result else {
            Issue.record("There was no request to be answered.")
            return
        }
        #expect(failure.code == .misconfigured)
        try await scene.stop()
    }
}
