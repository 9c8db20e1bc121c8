import MartletCore
import Testing
import WebhookSigning

/// Secrets of inbound requests are not shown, and not lost.
@Suite struct MaskingTests {
    private func preset(_ name: String, _ parameters: [String: String] = [:]) throws -> WebhookPreset {
        try .named(name, parameters: parameters)
    }

    @Test(arguments: [
        ("Authorization", "Bearer abc", "Bearer •••"), ("authorization", "basic dTpw", "basic •••"),
        ("Authorization", "abc", "•••"), ("Cookie", "a=b", "•••"), ("X-Gitlab-Token", "abc", "•••"),
        ("X-Acme-Secret", "abc", "•••"), ("X-Hub-Signature-256", "sha256=abc", "sha256=abc"),
        ("Content-Type", "application/json", "application/json"), ("X-Tokens-Left", "7", "7"),
    ])
    func whatIsASecretByItselfIsMasked(name: String, value: String, shown: String) {
        let headers = [HeaderField(name: name, value: value)]

        let masked = MaskedHeaders(headers, preset: nil)

        #expect(masked.shown == [HeaderField(name: name, value: shown)])
        #expect(masked.whole == headers)
    }

    @Test func thePresetsOwnHeaderIsMasked() throws {
        let preset = try preset("token", ["header": "X-Acme"])
        let headers = [
            HeaderField(name: "x-acme", value: "sesame"), HeaderField(name: "x-other", value: "•••"),
            HeaderField(name: "X-Acme", value: "again"),
        ]

        let masked = MaskedHeaders(headers, preset: preset)

        #expect(masked.shown.map(\.value) == ["•••", "•••", "•••"])
        #expect(masked.withheld.map(\.value) == ["sesame", "again"])
        #expect(masked.whole == headers)
    }

    @Test(arguments: [
        ("https://a.example/in/x", "https://a.example/in/x"), ("https://a.example/?a=1", "https://a.example/?a=1"),
        ("https://a.example/?code=x&a=1&access_token=y", "https://a.example/?code=•••&a=1&access_token=•••"),
        ("https://a.example/?Hub.Verify_Token=x&c%6fde=y", "https://a.example/?Hub.Verify_Token=•••&c%6fde=•••"),
        ("https://a.example/?code&own=z", "https://a.example/?code&own=•••"), ("?", "?"), ("", ""),
    ])
    func secretsInTheQueryAreMasked(url: String, shown: String) throws {
        let masked = MaskedURL(url, preset: try preset("event-grid", ["query": "own"]))

        #expect(masked.shown == shown)
        #expect(masked.whole == url)
        #expect((masked.withheld == nil) == (shown == url))
    }

    @Test func aTokenInThePayloadIsMasked() throws {
        let preset = try preset("rapture", ["token": "/auth/token"])

        let shown = preset.masking(Array(#"{"auth":{"token":"sesame"},"n":1}"#.utf8), by: "***")
        let other = preset.masking(Array(#"{"n":1}"#.utf8), by: "***")

        #expect(String(decoding: shown, as: UTF8.self) == #"{"auth":{"token":"***"},"n":1}"#)
        #expect(String(decoding: other, as: UTF8.self) == #"{"n":1}"#)
    }

    @Test func aRequestThatWasMaskedCanBeVerifiedAgain() throws {
        let preset = try preset("gitlab")
        let request = InboundRequest(
            id: RequestID(high: 1, low: 1), source: SourceID(high: 1, low: 2),
            environment: EnvironmentID(high: 1, low: 3), receivedAt: Timestamp(milliseconds: 0), method: "POST",
            url: MaskedURL("https://a.example/in/x", preset: preset), address: IPAddress("203.0.113.7"),
            headers: MaskedHeaders([HeaderField(name: "X-Gitlab-Token", value: "sesame")], preset: preset),
            body: Array("{}".utf8), verdict: .refused(.wrongToken(place: "header X-Gitlab-Token")))

        let receiver = try WebhookReceiver(preset: preset, secrets: [SigningSecret("sesame")])

        #expect(receiver.receive(request.received, now: 0).acceptance != nil)
        #expect(request.received.remoteAddress == "203.0.113.7")
    }
}
