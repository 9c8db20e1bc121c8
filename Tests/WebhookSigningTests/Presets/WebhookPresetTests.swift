import Testing
import WebhookSigning

@Suite struct WebhookPresetTests {
    @Test func everySenderOfTheListHasAPreset() {
        let due = [
            "fractio", "real-estate", "sharmo", "getequity", "rapture", "standard", "svix", "stripe", "github",
            "gitlab",
            "shopify", "woocommerce", "slack", "zoom", "twilio", "sendgrid", "square", "paddle", "paypal", "discord",
            "linear", "hubspot", "box", "adyen", "notion", "twitch", "dropbox", "x", "xero", "pagerduty", "zendesk",
            "meta", "mailgun", "okta", "intercom", "bitbucket", "gitea", "cloudevents", "http-signature", "hmac",
            "token", "basic", "ip",
        ]

        #expect(Set(due).isSubset(of: Set(WebhookPreset.names)))
        #expect(Set(WebhookPreset.names).count == WebhookPreset.names.count)
    }

    @Test func anUnknownPresetIsNamedWithThoseThereAre() {
        let error = #expect(throws: PresetError.self) { try WebhookPreset.named("githab") }

        #expect(error?.code == "preset_unknown")
        #expect(error?.description.contains("github") == true)
    }

    @Test(arguments: [
        ("github", ["header": "x"], "preset_parameter_unknown", "header"),
        ("paypal", [:], "preset_parameter_missing", "webhook_id"),
        ("hmac", [:], "preset_parameter_missing", "header"),
        ("hmac", ["header": "a b"], "preset_parameter_invalid", "header"),
        ("hmac", ["header": "x", "hash": "md5"], "preset_parameter_invalid", "hash"),
        ("hmac", ["header": "x", "encoding": "base32"], "preset_parameter_invalid", "encoding"),
        ("hmac", ["header": "x", "key": "rot13"], "preset_parameter_invalid", "key"),
        ("hmac", ["header": "x", "content": "{timestamp}"], "preset_parameter_invalid", "content"),
        ("hmac", ["header": "x", "content": "{body"], "preset_parameter_invalid", "content"),
        ("hmac", ["header": "x", "content": "{nobody}{body}"], "preset_parameter_invalid", "content"),
        ("hmac", ["header": "x", "content": "{timestamp}{body}"], "preset_parameter_invalid", "timestamp_header"),
        ("hmac", ["header": "x", "timestamp_header": "t"], "preset_parameter_invalid", "timestamp_header"),
        ("hmac", ["header": "x", "event_id": "id"], "preset_parameter_invalid", "event_id"),
        ("hmac", ["header": "x", "event_type": "payload:x"], "preset_parameter_invalid", "event_type"),
        ("ip", ["ranges": ""], "preset_parameter_invalid", "ranges"),
        ("ip", ["ranges": "10.0.0.1/8"], "preset_parameter_invalid", "ranges"),
        ("rapture", ["token": "token"], "preset_parameter_invalid", "token"),
        ("rapture", ["token": ""], "preset_parameter_invalid", "token"),
        ("rapture", ["checksum_kind": "md5"], "preset_parameter_invalid", "checksum_kind"),
        ("http-signature", ["algorithm": "none"], "preset_parameter_invalid", "algorithm"),
        ("cloudevents", ["rate": "-1"], "preset_parameter_invalid", "rate"),
        ("token", ["header": String(repeating: "x", count: 2049)], "preset_parameter_invalid", "header"),
    ])
    func aParameterThatCannotBeIsNamed(
        name: String, parameters: [String: String], code: String, parameter: String
    ) {
        let error = #expect(throws: PresetError.self) {
            try WebhookPreset.named(name, parameters: parameters)
        }

        #expect(error?.code == code)
        #expect(error?.parameter == parameter)
    }

    @Test func aPresetThatNeedsASecretIsNotMadeWithoutOne() {
        let error = #expect(throws: WebhookSigningError.self) { try WebhookReceiver(preset: .named("github")) }

        #expect(error?.code == "secret_missing")
    }

    @Test(arguments: [
        ("standard", "whsec_%%%", "secret_not_base64"), ("adyen", "xyz", "secret_not_hex"),
        ("basic", "sesame", "secret_not_credentials"), ("discord", "abc", "secret_not_a_key"),
        ("sendgrid", "MFkw", "secret_not_a_key"), ("standard-ed25519", "whpk_AAAA", "secret_key_length"),
    ])
    func aSecretThatDoesNotFitIsNamedWithoutBeingShown(name: String, secret: String, code: String) throws {
        let error = #expect(throws: WebhookSigningError.self) {
            try WebhookReceiver(preset: .named(name), secrets: [SigningSecret(secret)])
        }

        #expect(error?.code == code)
        #expect(error?.description.contains(secret) == false)
    }

    @Test(arguments: ["ed25519Public", "ed25519Private"])
    func discordsKeyIsTakenInPEMToo(key: String) throws {
        let preset = try WebhookPreset.named("discord")
        let signer = try PresetSigner(preset: preset, secret: SigningSecret(Vectors.key("ed25519Private"), for: preset))
        let receiver = try WebhookReceiver(preset: preset, secrets: [SigningSecret(Vectors.key(key), for: preset)])

        let request = try signer.sign(signer.sample(url: PresetCase.url), now: PresetCase.now)

        #expect(receiver.receive(request, now: PresetCase.now).acceptance != nil)
    }

    @Test func aPublicKeyDoesNotSign() throws {
        let preset = try WebhookPreset.named("sendgrid")
        let signer = try PresetSigner(preset: preset, secret: SigningSecret(Vectors.key("p256Public"), for: preset))

        let error = #expect(throws: WebhookSigningError.self) {
            try signer.sign(signer.sample(url: PresetCase.url), now: 0)
        }

        #expect(error?.code == "key_cannot_sign")
    }

    @Test func aKeyInPEMIsNoSecretOfAnHMAC() throws {
        let error = #expect(throws: SigningSecretError.self) {
            try SigningSecret(Vectors.key("p256Public"), for: .named("github"))
        }

        #expect(error?.code == "secret_invisible_character")
    }

    @Test func idAndTypeGoWhereTheSenderHasThem() throws {
        let github = try PresetSigner(preset: .named("github"), secret: SigningSecret("s"))
        let stripe = try PresetSigner(preset: .named("stripe"), secret: SigningSecret("s"))

        let inHeaders = try github.sign(github.sample(url: ""), id: "d-1", type: "push", now: 0)
        let inPayload = try stripe.sign(stripe.sample(url: ""), id: "evt_9", type: "a.b", now: 0)

        #expect(inHeaders.values(of: "x-github-delivery") == ["d-1"])
        #expect(inHeaders.values(of: "x-github-event") == ["push"])
        #expect(
            String(decoding: inPayload.body, as: UTF8.self)
                == #"{"id":"evt_9","object":"event","type":"a.b","data":{"object":{}}}"#)
    }

    @Test(arguments: WebhookPreset.names) func aSampleSaysWhatItTellsOfAsItsSenderWould(name: String) throws {
        let preset = try WebhookPreset.named(
            name,
            parameters: ["paypal": ["webhook_id": "1"], "ip": ["ranges": "192.0.2.0/24"], "hmac": ["header": "X-A"]][
                name] ?? [:])
        // Those of one's own know no sender, and two senders say nothing.
        guard !["hmac", "token", "basic", "ip", "http-signature"].contains(name), !preset.eventType.isEmpty else {
            return
        }
        let secret = try #require(SigningSecret.generate(for: preset))

        let signer = try PresetSigner(preset: preset, secret: secret)
        let request = try signer.sign(signer.sample(url: "https://hooks.example.com/in/x"), now: 1_700_000_000)
        let reception = try WebhookReceiver(preset: preset, secrets: [secret]).receive(request, now: 1_700_000_000)

        #expect(reception.acceptance?.eventType != nil, "\(reception)")
    }

    @Test func aBodyThatCannotCarryASignatureIsNotSigned() throws {
        let signer = try PresetSigner(preset: .named("rapture"), secret: SigningSecret("s"))

        for body in ["", "[]", "1", "{", #"{"token":"#] {
            let error = #expect(throws: WebhookSigningError.self) {
                try signer.sign(WebhookRequest(body: Array(body.utf8)), now: 0)
            }
            #expect(error?.code == "body_cannot_carry_signature")
        }
    }

    @Test func anIDThatIsLongOrNotASCIIIsNone() throws {
        let receiver = try WebhookReceiver(preset: .named("github"), secrets: [SigningSecret("s")])
        let signer = try PresetSigner(preset: .named("github"), secret: SigningSecret("s"))
        for id in [String(repeating: "x", count: 257), "é", "a\u{7}", ""] {
            let request = try signer.sign(signer.sample(url: ""), id: id, now: 0)

            let acceptance = try #require(receiver.receive(request, now: 0).acceptance)

            #expect(acceptance.eventID == nil)
        }
    }

    @Test(arguments: ["sendgrid", "hubspot", "event-grid"])
    func severalEventsInOneRequestAreKnownByTheirBody(name: String) throws {
        let sample = PresetCase(name: name)
        let signer = try PresetSigner(preset: sample.preset(), secret: sample.signingSecret())
        func id(_ body: String) throws -> String? {
            let request = try signer.sign(
                WebhookRequest(url: PresetCase.url, body: Array(body.utf8)), now: PresetCase.now)
            return try sample.receiver().receive(request, now: PresetCase.now).acceptance?.eventID
        }
        let one = try sample.preset().sample
        let two = "[\(one.dropFirst().dropLast()),\(one.dropFirst().dropLast())]"

        let alone = try id(one)
        let first = try id(two)
        let again = try id(two)
        let others = try id("[\(one.dropFirst().dropLast()),{}]")

        #expect(alone != nil && alone?.utf8.count ?? 99 < 30)
        #expect(first != nil && first == again)
        #expect(Set([alone, first, others]).count == 3)
    }

    @Test func mailgunsSubaccountsAreVerifiedByTheAccountsKey() throws {
        let body =
            #"{"signature":{"timestamp":"1700000000","token":"t","signature":"SUB","parent-signature":"PARENT"},"#
            + #""event-data":{"id":"1","event":"delivered"}}"#
        // echo -n 1700000000t | openssl dgst -sha256 -hmac parent
        let signed = body.replacing("PARENT", with: "ae66832dcc66e0185e23f7966880b077ad04b9ecfa917bf9ee59d3c26e70938c")
            .replacing("SUB", with: String(repeating: "0", count: 64))
        let receiver = try WebhookReceiver(preset: .named("mailgun"), secrets: [SigningSecret("parent")])

        let right = receiver.receive(WebhookRequest(body: Array(signed.utf8)), now: 1_700_000_000 + 28_800)
        let wrong = receiver.receive(WebhookRequest(body: Array(body.utf8)), now: 1_700_000_000)

        #expect(right.acceptance?.eventID == "1")
        #expect(wrong.failure != nil)
    }

    @Test func nothingDescribesASecret() throws {
        let receiver = try WebhookReceiver(preset: .named("github"), secrets: [SigningSecret("sesame")])
        let signer = try PresetSigner(preset: .named("github"), secret: SigningSecret("sesame"))

        for value in [receiver as Any, signer as Any] {
            var text = ""
            dump(value, to: &text)
            #expect(!text.contains("sesame"))
            #expect(!"\(value) \(String(reflecting: value))".contains("sesame"))
        }
    }
}
