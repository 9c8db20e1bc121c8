import MartletCore
import MartletService
import MartletStore
import MartletTesting
import Testing
import WebhookSigning

@Suite struct SourceServiceTests {
    private func draft(_ preset: String, _ change: (inout SourceDraft) -> Void = { _ in }) -> SourceDraft {
        var draft = SourceDraft()
        draft.name = "A source"
        draft.preset = preset
        change(&draft)
        return draft
    }

    private func culprits(_ draft: SourceDraft, in scene: ServiceScene) async throws -> [String] {
        try await refusal { _ = try await SourceService(scene.context).create(draft, by: scene.admin) }?
            .fields.map(\.field) ?? []
    }

    @Test func everythingThatIsWrongIsToldAtOnceByItsField() async throws {
        let scene = try await ServiceScene()
        let sources = SourceService(scene.context)
        var wrong = draft("token") {
            $0.name = ""
            $0.secret = " blank"
            $0.addresses = ["192.0.2.1/8"]
            $0.rateLimit = RateLimit(count: 0, per: .seconds(1), burst: 0)
            $0.maxBodySize = 0
            $0.typePrefix = "a b"
            $0.fallbackType = ""
            $0.duplicateWindow = .seconds(31 * 86_400)
            $0.keptHeaders = ["Authorization", "Host", "content-type", "a b", "X-A", "x-a"]
            $0.tolerance = .some(.seconds(300))
        }

        let first = try await culprits(wrong, in: scene)
        wrong = draft("no-such")
        let unknown = try await culprits(wrong, in: scene)
        let missing = try await refusal { _ = try await sources.create(SourceDraft(), by: scene.admin) }

        #expect(
            Set(first) == [
                "name", "secret", "addresses[0]", "rate_limit.rate", "rate_limit.burst", "max_body_bytes",
                "type_prefix",
                "default_type", "duplicate_window", "forward_headers", "forward_headers[0]", "forward_headers[1]",
                "forward_headers[2]", "forward_headers[3]", "tolerance",
            ])
        #expect(unknown == ["preset"])
        #expect(missing?.fields.map(\.field) == ["name", "preset"])
        #expect(scene.directory.sources(in: scene.live.id).isEmpty)
        await scene.stop()
    }

    @Test func aPresetsParametersAreCheckedAndItsSecretHasToFit() async throws {
        let scene = try await ServiceScene()

        let missing = try await culprits(draft("paypal"), in: scene)
        let unknown = try await culprits(draft("github") { $0.parameters = ["x": "y"] }, in: scene)
        let noKey = try await culprits(draft("discord") { $0.secret = "no key" }, in: scene)
        let made = try await culprits(draft("discord") { $0.generatesSecret = true }, in: scene)
        let none = try await culprits(
            draft("ip") {
                $0.parameters = ["ranges": "192.0.2.0/24"]
                $0.secret = "s"
            }, in: scene)

        #expect(missing == ["parameters.webhook_id"])
        #expect(unknown == ["parameters.x"])
        #expect(noKey == ["secret"])
        #expect(made == ["generate_secret"])
        #expect(none == ["secret"])
        await scene.stop()
    }

    @Test func secretsRestEncryptedAndAMaskedParameterStaysAsItWas() async throws {
        let scene = try await ServiceScene()
        let sources = SourceService(scene.context)
        let made = try await sources.create(
            draft("meta") {
                $0.secret = "app-secret"
                $0.parameters = ["verify_token": "tok"]
            }, by: scene.admin
        ).source

        var change = SourceDraft()
        change.parameters = ["verify_token": MaskedHeaders.mask]
        let changed = try await sources.update(made.id, change, by: scene.admin).source
        let stored = try #require(
            try await scene.store.sources(in: scene.live.id, before: nil, limit: 1).first)

        #expect(stored.preset.parameters["verify_token"]?.contains("tok") == false)
        #expect(stored.preset.parameters == made.preset.parameters)
        #expect(changed.preset.parameters == made.preset.parameters)
        #expect(sources.parameters(of: stored).map(\.value) == [MaskedHeaders.mask])
        #expect(stored.secrets?.current.contains(Array("app-secret".utf8)) == false)
        #expect(try sources.secret(of: made.id, for: scene.admin)?.current.revealed == "app-secret")
        await scene.stop()
    }

    @Test func aGeneratedSecretIsShownOnceAndVerifiesWhatItSigns() async throws {
        let scene = try await ServiceScene()
        for name in ["github", "standard", "basic", "adyen", "svix", "twilio", "rapture"] {
            let made = try await SourceService(scene.context).create(
                draft(name) { $0.generatesSecret = true }, by: scene.admin)
            let secret = try #require(made.secret, "\(name)")

            let tried = try await SourceService(scene.context).test(
                made.source.id, SourceService.Trial(), url: "https://example.com/in/x", by: scene.admin)

            #expect(tried.request.verdict.name == "accepted", "\(name): \(tried.request.verdict)")
            #expect(!tried.hasOwnKey)
            #expect(!secret.revealed.isEmpty)
        }
        await scene.stop()
    }

    @Test func twoTestsOfEachPresetAreTwoEventsUnlessItsSenderNamesNone() async throws {
        let scene = try await ServiceScene()
        let parameters: [String: [String: String]] = [
            "paypal": ["webhook_id": "1"], "ip": ["ranges": "192.0.2.0/24"], "hmac": ["header": "X-Signature"],
        ]
        for name in WebhookPreset.names {
            let preset = try WebhookPreset.named(name, parameters: parameters[name] ?? [:])
            let made = try await SourceService(scene.context).create(
                draft(name) {
                    $0.parameters = parameters[name]
                    $0.secret = SigningSecret.generate(for: preset)?.revealed
                }, by: scene.admin)
            for number in 1...2 {
                let tried = try await SourceService(scene.context).test(
                    made.source.id, SourceService.Trial(), url: "https://example.com/in/x", by: scene.admin)

                #expect(tried.request.verdict.name == "accepted", "\(name) \(number): \(tried.request.verdict)")
                #expect(tried.hasOwnKey == preset.takesKeyPair, "\(name)")
                if case .accepted(let id) = tried.request.verdict {
                    #expect(try await scene.store.event(id, in: scene.live.id)?.isTest == true)
                }
            }
        }
        await scene.stop()
    }

    @Test func aTestNamesItsEventInWhatAHeaderCanSay() async throws {
        let scene = try await ServiceScene()
        let sources = SourceService(scene.context)
        let made = try await sources.create(draft("github") { $0.secret = "s" }, by: scene.admin).source
        var trial = SourceService.Trial()
        func culprits() async throws -> [String] {
            try await refusal {
                _ = try await sources.test(made.id, trial, url: "https://example.com/in/x", by: scene.admin)
            }?.fields.map(\.field) ?? []
        }

        trial.type = "push\r\nX-Injected: yes"
        let type = try await culprits()
        trial.type = nil
        trial.id = "1\u{7F}"
        let id = try await culprits()
        trial.id = nil
        let tried = try await sources.test(made.id, trial, url: "https://example.com/in/x", by: scene.admin)

        #expect(type == ["type"])
        #expect(id == ["id"])
        #expect(tried.request.sentType == "ping")
        await scene.stop()
    }

    @Test func aTestSignedWithAnotherSecretIsRefusedAndSaysWhy() async throws {
        let scene = try await ServiceScene()
        let sources = SourceService(scene.context)
        let made = try await sources.create(draft("github") { $0.secret = "right" }, by: scene.admin)
        var trial = SourceService.Trial()
        trial.secret = "wrong"

        let tried = try await sources.test(made.source.id, trial, url: "https://example.com/in/x", by: scene.admin)

        #expect(StoredVerdict(tried.request.verdict).name == "wrong_secret")
        let kept = try await RequestService(scene.context).request(tried.request.id, for: scene.admin)
        #expect(kept.body == tried.sent.body)
        await scene.stop()
    }

    @Test func bothSecretsCountDuringARotationAndTheOldOneIsRecognisedAfterwards() async throws {
        let scene = try await ServiceScene()
        let sources = SourceService(scene.context)
        let made = try await sources.create(draft("github") { $0.secret = "old" }, by: scene.admin).source
        _ = try await sources.rotate(made.id, to: "new", overlap: .seconds(60), by: scene.admin)
        var trial = SourceService.Trial()
        func code(_ secret: String) async throws -> String? {
            trial.secret = secret
            let tried = try await sources.test(made.id, trial, url: "https://example.com/in/x", by: scene.admin)
            return StoredVerdict(tried.request.verdict).name ?? tried.request.verdict.name
        }

        let during = [try await code("old"), try await code("new")]
        scene.clock.advance(by: .seconds(60))
        let after = [try await code("old"), try await code("new"), try await code("else")]

        #expect(during == ["accepted", "accepted"])
        #expect(after == ["matches_previous_secret", "accepted", "wrong_secret"])
        await scene.stop()
    }

    @Test func aRefusedRequestBecomesAnEventOnceTheSecretIsMended() async throws {
        let scene = try await ServiceScene()
        let sources = SourceService(scene.context)
        let requests = RequestService(scene.context)
        let webhook = try await scene.webhook()
        let made = try await sources.create(draft("github") { $0.secret = "mistyped" }, by: scene.admin).source
        var trial = SourceService.Trial()
        trial.secret = "right"
        let refused = try await sources.test(made.id, trial, url: "https://example.com/in/x", by: scene.admin).request
        let unmended = try await requests.verify(refused.id, by: scene.admin)
        var mended = SourceDraft()
        mended.secret = "right"
        _ = try await sources.update(made.id, mended, by: scene.admin)
        // Long after a tolerance would have passed: what counts is when it arrived.
        scene.clock.advance(by: .seconds(86_400))

        let judged = try await requests.verify(refused.id, by: scene.admin)
        let again = try await requests.verify(refused.id, by: scene.admin)
        let replayed = try await requests.replay(refused.id, to: nil, by: scene.admin)
        let kept = try await requests.request(refused.id, for: scene.admin)

        #expect(unmended.verdict.name == "refused")
        guard case .accepted(let event) = judged.verdict else {
            Issue.record("\(judged.verdict)")
            return await scene.stop()
        }
        #expect(again.verdict == judged.verdict)
        #expect(kept.request.verdict == judged.verdict)
        #expect(!kept.body.isEmpty)
        #expect(replayed.event == event)
        #expect(replayed.deliveries.map(\.endpoint) == [webhook.id])
        #expect(scene.courier.notes.accepted.count == 2)
        await scene.stop()
    }

    @Test func whatDidNotBecomeAnEventIsNotReplayedAndWhatWasNotReadIsNotJudged() async throws {
        let scene = try await ServiceScene()
        let sources = SourceService(scene.context)
        let requests = RequestService(scene.context)
        let made = try await sources.create(draft("github") { $0.secret = "right" }, by: scene.admin).source
        var trial = SourceService.Trial()
        trial.secret = "wrong"
        let refused = try await sources.test(made.id, trial, url: "https://example.com/in/x", by: scene.admin).request

        let replay = try await refusal { _ = try await requests.replay(refused.id, to: nil, by: scene.admin) }
        let elsewhere = try await refusal { _ = try await requests.request(refused.id, for: scene.sandboxAdmin) }

        #expect(replay?.code == "request_not_accepted")
        #expect(elsewhere?.code == "not_found")
        await scene.stop()
    }

    @Test func requestsOfAllSourcesAreListedTogetherPageByPage() async throws {
        let scene = try await ServiceScene()
        let sources = SourceService(scene.context)
        var expected: [RequestID] = []
        let made = [
            try await sources.create(draft("github") { $0.secret = "a" }, by: scene.admin).source,
            try await sources.create(draft("x") { $0.secret = "b" }, by: scene.admin).source,
        ]
        for number in 0..<7 {
            let tried = try await sources.test(
                made[number % 2].id, SourceService.Trial(), url: "https://example.com/in/x", by: scene.admin)
            expected.insert(tried.request.id, at: 0)
        }

        var found: [RequestID] = []
        var cursor: String?
        repeat {
            let page = try await RequestService(scene.context).requests(
                RequestService.Filter(), page: PageRequest(limit: 3, cursor: cursor), for: scene.admin)
            found += page.items.map(\.id)
            cursor = page.next
        } while cursor != nil

        #expect(found == expected)
        await scene.stop()
    }

    @Test func aSourceThatIsOffOrHasNoSecretIsNotTried() async throws {
        let scene = try await ServiceScene()
        let sources = SourceService(scene.context)
        let made = try await sources.create(draft("github"), by: scene.admin).source
        func attempt() async throws -> String? {
            try await refusal {
                _ = try await sources.test(
                    made.id, SourceService.Trial(), url: "https://example.com/in/x", by: scene.admin)
            }?.code
        }

        let withoutSecret = try await attempt()
        var off = SourceDraft()
        off.active = false
        _ = try await sources.update(made.id, off, by: scene.admin)
        let inactive = try await attempt()

        #expect(sources.lacksSecret(made))
        #expect([withoutSecret, inactive] == ["no_secret", "source_inactive"])
        await scene.stop()
    }

    @Test(
        arguments: [
            (nil, [], nil), ("192.0.2.1", ["198.51.100.7"], "192.0.2.1"), ("10.0.0.1", [], "10.0.0.1"),
            ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", ["1.1.1.1, 198.51.100.7, 10.0.0.9"], "198.51.100.7"),
            ("10.0.0.1", ["198.51.100.7:4711"], "198.51.100.7"), ("10.0.0.1", ["[2001:db8::1]:80"], "2001:db8::1"),
            ("10.0.0.1", ["1.1.1.1", "198.51.100.7"], "198.51.100.7"), ("10.0.0.1", ["garbage"], "garbage"),
        ] as [(String?, [String], String?)])
    func theSenderIsTheLastThatNoTrustedProxyIs(peer: String?, forwarded: [String], sender: String?) {
        let proxies = TrustedProxies([AddressRange("10.0.0.0/8")].compactMap { $0 })

        #expect(proxies.sender(peer: peer, forwarded: forwarded) == sender)
    }
}
