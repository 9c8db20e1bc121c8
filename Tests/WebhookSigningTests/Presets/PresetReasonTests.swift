import Testing
import WebhookSigning

/// Why a request of a known sender is refused.
@Suite struct PresetReasonTests {
    private let now = PresetCase.now

    private func failure(
        _ name: String, _ parameters: [String: String] = [:], secret: String = "your_webhook_secret",
        _ change: (inout WebhookRequest) -> Void
    ) throws -> VerificationFailure? {
        let preset = try WebhookPreset.named(name, parameters: parameters)
        let secret = try SigningSecret(secret)
        let signer = try PresetSigner(preset: preset, secret: secret)
        var request = try signer.sign(signer.sample(url: PresetCase.url), now: now)
        change(&request)
        return try WebhookReceiver(preset: preset, secrets: [secret]).receive(request, now: now).failure
    }

    @Test func aBodyThatWasParsedAndWrittenAgainIsNamed() throws {
        let failure = try failure("github") { request in
            request.body = Array(#"{"zen": "Keep it logically awesome.", "hook_id": 1}"#.utf8)
        }

        #expect(failure == .bodyReserialised(.minified))
    }

    @Test func anHTTPSignaturesBodyThatWasWrittenAgainIsNamed() throws {
        let failure = try failure("http-signature") { $0.body = Array(#"{"test": true}"#.utf8) }

        #expect(failure == .bodyReserialised(.minified))
    }

    @Test func hexWhereBase64WasDueIsNamed() throws {
        let preset = try WebhookPreset.named("hmac", parameters: ["header": "X-Shopify-Hmac-SHA256"])
        let signer = try PresetSigner(preset: preset, secret: SigningSecret("shpss_1"))
        let request = try signer.sign(WebhookRequest(body: [1, 2, 3]), now: now)

        let receiver = try WebhookReceiver(preset: .named("shopify"), secrets: [SigningSecret("shpss_1")])

        #expect(receiver.receive(request, now: now).failure == .hexWhereBase64WasDue(otherwiseRight: true))
    }

    @Test func aMissingPrefixIsNamed() throws {
        let failure = try failure("github") { request in
            request = request.with(
                "X-Hub-Signature-256", String(request.values(of: "X-Hub-Signature-256")[0].dropFirst(7)))
        }

        #expect(failure == .prefixMissing(expected: "sha256="))
    }

    @Test func anUnexpectedPrefixIsNamed() throws {
        let failure = try failure("dropbox") { request in
            request = request.with("X-Dropbox-Signature", "sha256=" + request.values(of: "X-Dropbox-Signature")[0])
        }

        #expect(failure == .prefixUnexpected(found: "sha256="))
    }

    @Test func aKeyThatWasDecodedIsNamed() throws {
        let secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let preset = try WebhookPreset.named(
            "hmac",
            parameters: [
                "header": "X-Slack-Signature", "prefix": "v0=", "key": "base64",
                "content": "v0:{timestamp}:{body}", "timestamp_header": "X-Slack-Request-Timestamp",
            ])
        let request = try PresetSigner(preset: preset, secret: SigningSecret(secret)).sign(WebhookRequest(), now: now)

        let receiver = try WebhookReceiver(preset: .named("slack"), secrets: [SigningSecret(secret)])

        #expect(receiver.receive(request, now: now).failure == .keyDecodedWrongly(.base64))
    }

    @Test func aSignatureOverOtherPartsIsNamed() throws {
        let preset = try WebhookPreset.named(
            "hmac",
            parameters: [
                "header": "X-Slack-Signature", "prefix": "v0=", "content": "{timestamp}.{body}",
                "timestamp_header": "X-Slack-Request-Timestamp",
            ])
        let request = try PresetSigner(preset: preset, secret: SigningSecret("s")).sign(
            WebhookRequest(body: [1]), now: now)

        let receiver = try WebhookReceiver(preset: .named("slack"), secrets: [SigningSecret("s")])
        let failure = receiver.receive(request, now: now).failure

        #expect(
            failure
                == .wrongParts(found: "timestamp.body", expected: #""v0:" + timestamp + ":" + body"#))
        #expect(failure?.code == "wrong_signed_content")
    }

    @Test(arguments: ["twilio", "square", "hubspot"])
    func aURLThatAProxyChangedIsNamed(name: String) throws {
        for url in [
            "http://hooks.example.com/in/abc?tenant=1", "https://hooks.example.com/in/abc/?tenant=1",
            "http://hooks.example.com:80/in/abc?tenant=1",
        ] {
            let failure = try failure(name) { $0.url = url }

            #expect(failure == .wrongURL(signed: PresetCase.url, expected: url), "\(url)")
        }
    }

    @Test func twilioSignsWithThePortAndWithout() throws {
        #expect(try failure("twilio") { $0.url = "https://hooks.example.com:443/in/abc?tenant=1" } == nil)
    }

    @Test func twiliosJSONIsCoveredByItsHashAlone() throws {
        let preset = try WebhookPreset.named("twilio")
        let secret = try SigningSecret("12345")
        let request = try PresetSigner(preset: preset, secret: secret).sign(
            WebhookRequest(
                url: "https://a.example/x", headers: [("Content-Type", "application/json")], body: Array("{}".utf8)),
            now: now)
        let receiver = try WebhookReceiver(preset: preset, secrets: [secret])
        var changed = request
        changed.body = Array("{ }".utf8)
        var bare = request
        bare.url = "https://a.example/x"

        #expect(
            request.url
                == "https://a.example/x?bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")
        #expect(receiver.receive(request, now: now).acceptance != nil)
        #expect(receiver.receive(changed, now: now).failure == .wrongChecksum(place: "query parameter bodySHA256"))
        #expect(receiver.receive(bare, now: now).failure?.code == "not_covered")
    }

    @Test func twiliosSharedKeysUseSHA256() throws {
        let preset = try WebhookPreset.named(
            "hmac",
            parameters: [
                "header": "X-Twilio-Signature", "encoding": "base64", "content": "{url}A1B2{body}",
            ])
        let secret = try SigningSecret("12345")
        var request = try PresetSigner(preset: preset, secret: secret).sign(
            WebhookRequest(url: PresetCase.url), now: now)
        request.body = Array("B=2&A=1&A=1".utf8)

        let receiver = try WebhookReceiver(preset: .named("twilio"), secrets: [secret])

        #expect(receiver.receive(request, now: now).acceptance != nil)
    }

    @Test func aSchemeThatStandsAloneIsNoToken() throws {
        let failure = try failure("cloudevents") { request in
            request = request.with("Authorization", "Basic your_webhook_secret")
        }

        #expect(failure == .prefixMissing(expected: "Bearer "))
    }

    @Test func aTokenInTheQueryPassesWhereThePresetHasIt() throws {
        let failure = try failure("cloudevents") { request in
            request.headers = []
            request.url = "https://a.example/?access_token=your_webhook_secret"
        }
        let doubled = try self.failure("cloudevents") { request in
            request.headers = []
            request.url = "https://a.example/?access_token=your_webhook_secret&access_token=x"
        }

        #expect(failure == nil)
        #expect(doubled?.code == "header_duplicated")
    }

    @Test func anAddressOutsideTheRangesIsNamed() throws {
        let receiver = try PresetCase(name: "ip", parameters: ["ranges": "203.0.113.0/24"]).receiver()

        #expect(
            receiver.receive(WebhookRequest(remoteAddress: "203.0.114.1"), now: now).failure
                == .addressNotAllowed(address: "203.0.114.1"))
        #expect(receiver.receive(WebhookRequest(), now: now).failure == .addressNotAllowed(address: nil))
        #expect(receiver.receive(WebhookRequest(remoteAddress: "::ffff:203.0.113.9"), now: now).failure == nil)
    }

    @Test func aReceiverMayAskForAnAddressBesides() throws {
        let sample = PresetCase(name: "github")
        let range = try #require(AddressRange("192.30.252.0/22"))
        let receiver = try WebhookReceiver(
            preset: sample.preset(), secrets: [#require(try sample.verifyingSecret())], addresses: [range])

        let reception = try receiver.receive(sample.signed(), now: now)

        #expect(reception.failure == .addressNotAllowed(address: "203.0.113.7"))
    }

    @Test func anotherAlgorithmIsNamed() throws {
        let failure = try failure("box") { $0 = $0.with("BOX-SIGNATURE-ALGORITHM", "HmacMD5") }

        #expect(failure == .wrongAlgorithm(found: "HmacMD5", expected: "HmacSHA256"))
    }

    @Test func withoutExplanationsAMismatchIsAWrongSecret() throws {
        let sample = PresetCase(name: "github")
        var request = try sample.signed()
        request.body.append(UInt8(ascii: "\n"))
        let receiver = try WebhookReceiver(
            preset: sample.preset(), secrets: [#require(try sample.verifyingSecret())], explainsFailures: false)

        #expect(receiver.receive(request, now: now).failure == .wrongSecret)
    }

    // MARK: In the payload

    @Test func rapturesTokenIsLookedForWhereItWasSaid() throws {
        let wrong = try failure("rapture") { $0.body = Array(#"{"token":"your_webhook_secre"}"#.utf8) }
        let missing = try failure("rapture") { $0.body = Array(#"{"data":{"token":"your_webhook_secret"}}"#.utf8) }
        let object = try failure("rapture") { $0.body = Array(#"{"token":{}}"#.utf8) }
        let none = try failure("rapture") { $0.body = [] }
        let deep = try failure("rapture", ["token": "/data/token"]) {
            $0.body = Array(#"{"data":{"token":"your_webhook_secret"}}"#.utf8)
        }

        #expect(wrong == .wrongToken(place: "/token in the payload"))
        #expect(missing == .tokenMissing(place: "/token in the payload"))
        #expect(object == .tokenMissing(place: "/token in the payload"))
        #expect(none == .tokenMissing(place: "/token in the payload"))
        #expect(deep == nil)
    }

    @Test func rapturesChecksumIsOverTheBytesOfItsPart() throws {
        let parameters = ["token": "", "checksum": "/checksum"]
        func changed(_ from: String, _ to: String) throws -> VerificationFailure? {
            try failure("rapture", parameters) { request in
                let text = String(decoding: request.body, as: UTF8.self)
                #expect(text.contains(from))
                let parts = text.split(separator: from, maxSplits: 1, omittingEmptySubsequences: false)
                request.body = Array(parts.joined(separator: to).utf8)
            }
        }

        #expect(try changed(#""data":{"user":1}"#, #""data":{"user":2}"#) == .wrongSecret)
        #expect(try changed(#""data":{"user":1}"#, #""data": {"user":1} "#) == nil)
        #expect(try changed(#""data":{"user":1}"#, #""data":{"user": 1}"#) == .bodyReserialised(.minified))
        #expect(try changed(#""data":{"user":1}"#, #""dat":{"user":1}"#) == .fieldMissing(pointer: "/data"))
        #expect(try changed(#""checksum""#, #""sum""#) == .fieldMissing(pointer: "/checksum"))
    }

    @Test func rapturesPlainChecksumNeedsATokenBesideIt() throws {
        let error = #expect(throws: PresetError.self) {
            try WebhookPreset.named(
                "rapture", parameters: ["token": "", "checksum": "/checksum", "checksum_kind": "plain"])
        }
        let failure = try failure("rapture", ["checksum": "/checksum", "checksum_kind": "plain"]) { request in
            request.body = Array(
                #"{"token":"your_webhook_secret","checksum":"\#(String(repeating: "0", count: 64))","data":{}}"#.utf8)
        }

        #expect(error?.code == "preset_parameter_invalid")
        #expect(failure == .wrongChecksum(place: "/checksum in the payload"))
    }

    @Test func ofTwoMembersOfOneNameTheLastCounts() throws {
        let failure = try failure("rapture") {
            $0.body = Array(#"{"token":"your_webhook_secret","token":"other"}"#.utf8)
        }

        #expect(failure == .wrongToken(place: "/token in the payload"))
    }

    @Test func adyensItemsAreEachVerified() throws {
        let failure = try failure("adyen", secret: String(repeating: "ab", count: 32)) { request in
            request.body = Array(#"{"notificationItems":[]}"#.utf8)
        }

        #expect(failure == .fieldMalformed(pointer: "/notificationItems", why: "has no elements"))
    }

    // MARK: HTTP signatures

    private func signatureFailure(
        _ input: String, parameters: [String: String] = ["components": ""]
    ) throws -> VerificationFailure? {
        try failure("http-signature", parameters) { $0 = $0.with("Signature-Input", input) }
    }

    @Test func whatMustBeCoveredIsNamed() throws {
        let failure = try signatureFailure(#"sig1=("@method");created=1700000000"#, parameters: [:])

        #expect(failure == .notCovered(component: "content-digest"))
    }

    @Test(arguments: [
        (#"sig1=("@method")"#, "header_malformed"), (#"sig1="x""#, "header_malformed"), ("(", "header_malformed"),
        (#"sig2=("@method");created=1"#, "header_malformed"),
        (#"sig1=("@status");created=1"#, "header_malformed"),
        (#"sig1=("@method" "@method");created=1"#, "header_malformed"),
        (#"sig1=("X-Up");created=1"#, "header_malformed"), (#"sig1=("x-none");created=1"#, "header_missing"),
        (#"sig1=("@method");created=1;alg="rsa-v1_5-sha256""#, "wrong_algorithm"),
        (#"sig1=("@query-param";name="nope");created=1"#, "header_malformed"),
        (#"sig1=("content-type";sf);created=1"#, "header_malformed"),
        (#"sig1=("@method");created=1700000000"#, "wrong_secret"),
        (#"a=();created=1, b=();created=1, c=();created=1, d=();created=1, e=();created=1"#, "header_malformed"),
    ])
    func anInputThatCannotBeIsRefused(input: String, code: String) throws {
        #expect(try signatureFailure(input)?.code == code)
    }

    @Test func aSignatureThatExpiredIsRefused() throws {
        let preset = try WebhookPreset.named("http-signature", parameters: ["components": ""])
        let secret = try SigningSecret("s")
        // ("@method");created=1700000000;expires=1700000010 over POST, by Python's hmac.
        let request = WebhookRequest(
            url: "https://a.example/",
            headers: [
                ("Signature-Input", #"s=("@method");created=1700000000;expires=1700000010"#),
                ("Signature", "s=:hh2r0OQYdtErW1+XTvTg4NTI6gRzrnCDWYdqC1aRhy8=:"),
            ])
        let receiver = try WebhookReceiver(preset: preset, secrets: [secret])

        #expect(receiver.receive(request, now: 1_700_000_010).acceptance != nil)
        #expect(receiver.receive(request, now: 1_700_000_011).failure == .expired(bySeconds: 1))
    }
}
