import MartletCore
import MartletDelivery
import MartletService
import MartletStore
import MartletTesting
import Testing
import WebhookSigning

/// Whoever listens to a source is handed its requests as their senders made them.
@Suite(.timeLimit(.minutes(10))) struct SourceListenTests {
    private struct Scene {
        let engine: EngineScene
        let source: MartletCore.Source
        let webhook: EndpointID
        let preset: WebhookPreset
        let secret: SigningSecret

        init(_ name: String, _ change: (inout WebhookDraft) -> Void = { _ in }) async throws {
            engine = try await EngineScene()
            preset = try .named(name)
            secret = try #require(SigningSecret.generate(for: preset))
            var draft = SourceDraft()
            draft.name = name
            draft.preset = name
            draft.secret = secret.revealed
            let source = try await SourceService(engine.context).create(draft, by: engine.principal).source
            self.source = source
            webhook = try await engine.webhook {
                $0.url = "listen:laptop"
                $0.source = .some(source.id.description)
                change(&$0)
            }.endpoint.id
        }

        /// What the sender sends: signed, with headers of its own and of its connection's.
        func signed(_ headers: [(String, String)], query: String = "") throws -> WebhookRequest {
            let body = Array("{ \"n\": 1.0, \"é\" : \"\\u00e9\" }\r\n".utf8)
            let url = "https://hooks.example.com/in/\(source.token)\(query)"
            return try PresetSigner(preset: preset, secret: secret).sign(
                WebhookRequest(url: url, headers: headers.map { ($0.0, $0.1) }, body: body), id: "their-1",
                now: engine.clock.now().seconds)
        }

        func receive(_ request: WebhookRequest) async throws {
            let head = InboundHead(
                token: source.token.description, method: request.method, url: request.url,
                headers: request.headers.map { HeaderField(name: $0.name, value: $0.value) }, address: "192.0.2.1",
                length: request.body.count)
            let inbound = InboundService(engine.context)
            guard case .open(let visit, _) = inbound.admit(head),
                case .answer = await inbound.receive(visit, body: request.body)
            else { throw NeverHappened(lastSeen: "a refusal") }
        }

        /// The attempts handed out on one connection.
        func attempts(_ count: Int, _ begin: () async throws -> Void) async throws -> [HandedAttempt] {
            let subscription = try ListenService(engine.context).connect(to: webhook, session: "a")
            try await begin()
            var found: [HandedAttempt] = []
            for await item in subscription.items {
                if case .attempt(let attempt) = item { found.append(attempt) }
                if found.count == count { break }
            }
            return found
        }

        /// Whether the sender's own signature holds over what was handed out.
        func verifies(_ attempt: HandedAttempt, as request: WebhookRequest) throws -> Bool {
            let receiver = try WebhookReceiver(preset: preset, secrets: [secret])
            let received = WebhookRequest(
                method: request.method, url: request.url, headers: attempt.headers.map { ($0.name, $0.value) },
                body: Array(attempt.body))
            return receiver.receive(received, now: engine.clock.now().seconds).acceptance != nil
        }

        func answer(_ attempt: HandedAttempt) async throws -> Attempt {
            try await ListenService(engine.context).answer(
                attempt.key, of: webhook,
                with: ListenAnswer(
                    result: .response(AttemptResponse(status: 200, headers: [], body: [], isTruncated: false))),
                by: engine.principal)
            return try #require(try await engine.store.attempts(of: attempt.key.delivery).last)
        }
    }

    @Test func theSendersHeadersAndBytesArriveAsTheyWereSent() async throws {
        let scene = try await Scene("github") { $0.headers = [HeaderField(name: "X-Own", value: "mine")] }
        let request = try scene.signed(
            [
                ("host", "hooks.example.com"), ("Content-Length", "99"), ("Connection", "keep-alive, X-Hop"),
                ("X-Hop", "1"), ("Transfer-Encoding", "chunked"), ("User-Agent", "GitHub-Hookshot/1"),
                ("content-type", "application/json; charset=utf-8"), ("X-Twice", "1"), ("x-twice", "2"),
                ("Authorization", "Bearer s3cret"), ("X-Own", "theirs"),
            ], query: "?tenant=1&token=t0p")

        let handed = try await scene.attempts(1) { try await scene.receive(request) }[0]
        let recorded = try await scene.answer(handed).request.headers

        let dropped = ["host", "content-length", "connection", "x-hop", "transfer-encoding"]
        let sent = request.headers.filter { !dropped.contains($0.name.lowercased()) }
        let names = handed.headers.map { $0.name.lowercased() }
        #expect(handed.headers.prefix(sent.count).map(\.name) == sent.map(\.name))
        #expect(handed.headers.prefix(sent.count).map(\.value) == sent.map(\.value))
        #expect(Array(names.dropFirst(sent.count)) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
        #expect(handed.query == "tenant=1&token=t0p")
        #expect(Array(handed.body) == request.body)
        #expect(try scene.verifies(handed, as: request))
        #expect(recorded.map(\.name) == handed.headers.map(\.name))
        #expect(recorded.first { $0.name == "Authorization" }?.value == "Bearer •••")
        #expect(recorded.first { $0.name == "X-Hub-Signature-256" }?.value.hasPrefix("sha256=") == true)
        try await scene.engine.stop()
    }

    @Test(arguments: WebhookPreset.names.filter { !["paypal", "ip", "hmac"].contains($0) })
    func theReceiverVerifiesEverySender(name: String) async throws {
        let preset = try WebhookPreset.named(name)
        // Of a key pair, the sender alone has what signs.
        guard !preset.takesKeyPair else { return }
        let scene = try await Scene(name)
        var request = try PresetSigner(preset: preset, secret: scene.secret).sample(
            url: "https://hooks.example.com/in/\(scene.source.token)")
        request = try PresetSigner(preset: preset, secret: scene.secret).sign(
            request, id: "their-1", now: scene.engine.clock.now().seconds)

        let handed = try await scene.attempts(1) { try await scene.receive(request) }[0]

        #expect(try scene.verifies(handed, as: request), "\(handed.headers)")
        #expect(Array(handed.body) == request.body)
        #expect(handed.query == request.url.split(separator: "?", maxSplits: 1).dropFirst().first.map(String.init))
        let names = handed.headers.map { $0.name.lowercased() }
        #expect(Set(names).count == names.count, "\(names)")
        try await scene.engine.stop()
    }

    @Test func whatIsPublishedToItByNameHasOurHeadersAlone() async throws {
        let scene = try await Scene("github")
        let event = try await EventService(scene.engine.context).publish(
            EventDraft(type: "order.created", data: Array("{}".utf8)), by: scene.engine.principal
        ).event

        let handed = try await scene.attempts(1) {
            _ = try await EventService(scene.engine.context).replay(
                event.id.description, to: scene.webhook, by: scene.engine.principal)
        }[0]

        #expect(handed.event == event.id.description)
        #expect(handed.query == nil)
        #expect(
            handed.headers.map { $0.name.lowercased() } == [
                "content-type", "user-agent", "webhook-id", "webhook-timestamp", "webhook-signature",
            ])
        try await scene.engine.stop()
    }

    @Test func anotherReceiverOfTheSameEventGetsWhatIsPassedOnAlone() async throws {
        let scene = try await Scene("github")
        _ = try await scene.engine.webhook { $0.source = .some(scene.source.id.description) }
        let request = try scene.signed([("Content-Type", "application/json")])

        try await scene.receive(request)
        await scene.engine.sender.made(1)

        let sent = scene.engine.sender.sent[0].request
        #expect(Array(sent.body) == request.body)
        #expect(!sent.headers.contains { $0.name.lowercased() == "x-hub-signature-256" })
        #expect(sent.headers.contains { $0.name == "webhook-signature" })
        try await scene.engine.stop()
    }

    @Test func aStoreThatDoesNotAnswerIsAskedAgain() async throws {
        let scene = try await Scene("github")
        let request = try scene.signed([])
        let calls = scene.engine.store.callCount

        let handed = try await scene.attempts(1) {
            // Whoever begins to listen has what waits looked for, by two calls.
            _ = try await eventually({ scene.engine.store.callCount }) { $0 == calls + 2 }
            // The first call writes the event, the second reads its request.
            scene.engine.store.fail(after: 1, .before)
            try await scene.receive(request)
            _ = try await eventually({ scene.engine.store.faultCount }) { $0 == 1 }
            let rings = scene.engine.clock.now() + .seconds(1)
            _ = try await eventually({ scene.engine.clock.nextAlarm }) { $0.map { $0 <= rings } ?? false }
            scene.engine.clock.advance(by: .seconds(1))
        }[0]

        #expect(handed.key.number == 1)
        #expect(try scene.verifies(handed, as: request))
        #expect(try await scene.answer(handed).number == 1)
        try await scene.engine.stop()
    }
}
