import Testing
import WebhookSigning

/// What senders are answered when they ask whether a URL is meant.
@Suite struct HandshakeTests {
    private let now = PresetCase.now
    private let url = "https://hooks.example.com/in/abc"

    private func receiver(_ name: String, _ parameters: [String: String] = [:]) throws -> WebhookReceiver {
        try WebhookReceiver(
            preset: .named(name, parameters: parameters), secrets: [SigningSecret("your_webhook_secret")])
    }

    private func get(_ query: String, headers: [WebhookSigner.Header] = []) -> WebhookRequest {
        WebhookRequest(method: "GET", url: "\(url)?\(query)", headers: headers)
    }

    private func signed(_ name: String, _ body: String, headers: [WebhookSigner.Header] = []) throws -> WebhookRequest {
        let signer = try PresetSigner(preset: .named(name), secret: SigningSecret("your_webhook_secret"))
        return try signer.sign(WebhookRequest(url: url, headers: headers, body: Array(body.utf8)), now: now)
    }

    private func expectText(_ reception: Reception, _ text: String) {
        guard case .answered(let answer) = reception else {
            Issue.record("\(reception)")
            return
        }
        #expect(answer.status == 200)
        #expect(String(decoding: answer.body, as: UTF8.self) == text)
        #expect(answer["content-type"] == "text/plain; charset=utf-8")
        #expect(answer["x-content-type-options"] == "nosniff")
        #expect(answer["cache-control"] == "no-store")
    }

    private func expectJSON(_ reception: Reception, _ text: String) {
        guard case .answered(let answer) = reception else {
            Issue.record("\(reception)")
            return
        }
        #expect(answer.status == 200)
        #expect(String(decoding: answer.body, as: UTF8.self) == text)
        #expect(answer["content-type"] == "application/json")
        #expect(answer["x-content-type-options"] == "nosniff")
    }

    // MARK: Signed

    @Test func slackGetsItsChallengeAsText() throws {
        let body =
            #"{"token":"x","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}"#

        let reception = try receiver("slack").receive(signed("slack", body), now: now)

        expectText(reception, "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P")
    }

    @Test(arguments: [
        ("slack", #"{"challenge":"abc","type":"url_verification"}"#),
        ("zoom", #"{"event":"endpoint.url_validation","payload":{"plainToken":"abc"}}"#),
        ("twitch", #"{"challenge":"abc"}"#),
    ])
    func anUnsignedChallengeIsNotAnswered(name: String, body: String) throws {
        let request = WebhookRequest(
            url: url, headers: [("Twitch-Eventsub-Message-Type", "webhook_callback_verification")],
            body: Array(body.utf8))

        let reception = try receiver(name).receive(request, now: now)

        #expect(reception.failure?.code == "header_missing")
    }

    @Test func zoomGetsItsTokenAndTheTokensCode() throws {
        let body =
            #"{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1654503849680,"event":"endpoint.url_validation"}"#

        let reception = try receiver("zoom").receive(signed("zoom", body), now: now)

        // echo -n qgg8vlvZRS6UYooatFL8Aw | openssl dgst -sha256 -hmac your_webhook_secret
        expectJSON(
            reception,
            #"{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"0f8b4fda7cda1f1b1554cbf9a61a9f68d2051222bbe4675bb882c699254eeeca"}"#
        )
    }

    @Test func twitchGetsItsChallengeAsText() throws {
        let request = try signed(
            "twitch", #"{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{}}"#,
            headers: [("Twitch-Eventsub-Message-Type", "webhook_callback_verification")])

        expectText(try receiver("twitch").receive(request, now: now), "pogchamp-kappa-360noscope-vohiyo")
    }

    @Test func discordGetsAPongOrNoContent() throws {
        let sample = PresetCase(name: "discord")
        let signer = try PresetSigner(preset: sample.preset(), secret: sample.signingSecret())
        func reception(_ body: String) throws -> Reception {
            try sample.receiver().receive(
                signer.sign(WebhookRequest(url: url, body: Array(body.utf8)), now: now), now: now)
        }

        expectJSON(try reception(#"{"id":"1","type":1,"version":1}"#), #"{"type":1}"#)
        #expect(
            try reception(#"{"version":1,"application_id":"1","type":0}"#)
                == .answered(WebhookAnswer(status: 204, headers: [("content-type", "application/json")])))
        #expect(
            try reception(#"{"type":1,"event":{"type":"APPLICATION_AUTHORIZED"}}"#).acceptance?.eventType
                == "APPLICATION_AUTHORIZED")
        #expect(try reception(#"{"id":"7","type":2}"#).acceptance?.eventID == "7")
    }

    @Test func discordsProbeWithAWrongSignatureIsRefused() throws {
        let sample = PresetCase(name: "discord")
        var request = try sample.signed()
        request.body = Array(#"{"type":1}"#.utf8)

        #expect(try sample.receiver().receive(request, now: now).failure == .wrongSecret)
    }

    @Test func eventGridGetsItsCodeWhereTheSecretIsRight() throws {
        let body =
            #"[{"id":"1","eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","#
            + #""data":{"validationCode":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6"}}]"#
        func reception(_ secret: String) throws -> Reception {
            try receiver("event-grid").receive(
                WebhookRequest(
                    url: "\(url)?code=\(secret)", headers: [("aeg-event-type", "SubscriptionValidation")],
                    body: Array(body.utf8)), now: now)
        }

        expectJSON(
            try reception("your_webhook_secret"),
            #"{"validationResponse":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6"}"#)
        #expect(try reception("other").failure == .wrongToken(place: "query parameter code"))
    }

    @Test func oktaGetsItsChallengeWhereTheSecretIsRight() throws {
        func reception(_ secret: String) throws -> Reception {
            try receiver("okta").receive(
                get("", headers: [("Authorization", secret), ("X-Okta-Verification-Challenge", "my.verification-1")]),
                now: now)
        }

        expectJSON(try reception("your_webhook_secret"), #"{"verification":"my.verification-1"}"#)
        #expect(try reception("other").failure == .wrongToken(place: "header Authorization"))
    }

    // MARK: Not signed

    @Test func metaGetsItsChallengeForTheVerifyToken() throws {
        let receiver = try receiver("meta", ["verify_token": "me&atyami"])

        let right = receiver.receive(
            get("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=me%26atyami"), now: now)
        let wrong = receiver.receive(
            get("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyami"), now: now)
        let missing = receiver.receive(get("hub.mode=subscribe&hub.challenge=1158201444"), now: now)

        expectText(right, "1158201444")
        #expect(wrong.failure == .wrongToken(place: "query parameter hub.verify_token"))
        #expect(missing.failure == .tokenMissing(place: "query parameter hub.verify_token"))
    }

    @Test func metaIsRefusedWhereNoVerifyTokenIsSet() throws {
        let reception = try receiver("meta").receive(
            get("hub.mode=subscribe&hub.challenge=1&hub.verify_token="), now: now)

        #expect(reception.failure?.code == "handshake_refused")
    }

    @Test func xGetsTheCodeOfItsToken() throws {
        let reception = try receiver("x").receive(get("crc_token=MTE1ODIwMTQ0NA%3D%3D&nonce=1"), now: now)

        // echo -n MTE1ODIwMTQ0NA== | openssl dgst -sha256 -hmac your_webhook_secret -binary | base64
        expectJSON(reception, #"{"response_token":"sha256=HyKtuhWyegqRRmzt4WRLrRwE13+B557BlG9fKVTJcCc="}"#)
    }

    @Test(arguments: ["x", "dropbox"])
    func noEventCanBeHadSignedOrShownByAChallenge(name: String) throws {
        let parameter = name == "x" ? "crc_token" : "challenge"
        for challenge in [
            "%7B%22for_user_id%22%3A%221%22%7D", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "a%0D%0Ab", "", "%C3%A9",
            String(repeating: "a", count: 513), "%00",
        ] {
            let reception = try receiver(name).receive(get("\(parameter)=\(challenge)"), now: now)

            #expect(reception.failure?.code == "handshake_refused", "\(challenge.prefix(40))")
        }
    }

    @Test func dropboxGetsItsChallengeAsText() throws {
        expectText(try receiver("dropbox").receive(get("challenge=Zm9v-_bar"), now: now), "Zm9v-_bar")
    }

    @Test func notionsFirstRequestIsAnsweredAndItsOthersVerified() throws {
        let body = Array(#"{"verification_token":"secret_tMrlL1"}"#.utf8)
        let first = WebhookRequest(url: url, body: body)
        let forged = WebhookRequest(url: url, headers: [("X-Notion-Signature", "sha256=00")], body: body)
        let event = WebhookRequest(url: url, body: Array(#"{"id":"1","type":"page.created"}"#.utf8))

        #expect(try receiver("notion").receive(first, now: now) == .answered(WebhookAnswer(status: 200)))
        #expect(try receiver("notion").receive(forged, now: now).failure != nil)
        #expect(
            try receiver("notion").receive(event, now: now).failure == .headerMissing(name: "X-Notion-Signature"))
    }

    @Test func cloudEventsAreAllowedFromTheirOrigin() throws {
        let asked = WebhookRequest(
            method: "OPTIONS", url: url,
            headers: [("WebHook-Request-Origin", "eventemitter.example.com"), ("WebHook-Request-Rate", "120")])

        let any = try receiver("cloudevents").receive(asked, now: now)
        let some = try receiver("cloudevents", ["origins": "a.example, EventEmitter.example.com", "rate": "100"])
            .receive(asked, now: now)
        let others = try receiver("cloudevents", ["origins": "a.example"]).receive(asked, now: now)

        #expect(
            any
                == .answered(
                    WebhookAnswer(
                        status: 200,
                        headers: [
                            ("allow", "POST"), ("webhook-allowed-origin", "eventemitter.example.com"),
                            ("webhook-allowed-rate", "*"),
                        ])))
        guard case .answered(let answer) = some else {
            Issue.record("\(some)")
            return
        }
        #expect(answer["webhook-allowed-rate"] == "100")
        #expect(others.failure?.code == "handshake_refused")
    }

    @Test(arguments: ["", "a b", "a\r\nset-cookie: x=1", "é", String(repeating: "a", count: 254)])
    func anOriginThatIsNoneIsNotSentBack(origin: String) throws {
        let asked = WebhookRequest(method: "OPTIONS", url: url, headers: [("WebHook-Request-Origin", origin)])

        #expect(try receiver("cloudevents").receive(asked, now: now).failure?.code == "header_malformed")
    }

    @Test(arguments: WebhookPreset.names.filter { !["hmac", "ip", "paypal"].contains($0) })
    func aBareGetIsNobodysEvent(name: String) throws {
        let sample = PresetCase(name: name)

        let reception = try sample.receiver().receive(WebhookRequest(method: "GET", url: url), now: now)

        #expect(reception.failure != nil)
    }
}

extension WebhookAnswer {
    subscript(name: String) -> String? { headers.first { $0.name == name }?.value }
}
