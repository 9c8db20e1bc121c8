import Foundation
import Testing
import WebhookSigning

/// Senders' own libraries judge the requests that the presets make, and make requests for the presets to judge.
@Suite struct PresetPeerTests {
    private static let script = Repository.receivers.appending(path: "preset_peers.py").path

    private func key(_ name: String) throws -> String {
        let file = Repository.root.appending(path: "Tests/WebhookSigningTests/Vectors/keys.json")
        let keys = try JSONDecoder().decode([String: String].self, from: Data(contentsOf: file))
        return try #require(keys[name])
    }

    private struct Peer {
        let preset: String
        var parameters: [String: String] = [:]
        /// What signs, and what verifies.
        let secrets: (String, String)
        /// How many libraries judge it.
        var judges = 1
    }

    private func peers() throws -> [Peer] {
        let shared = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let pair = SigningSecret.generateEd25519()
        let keys = (pair.revealed, try pair.publicKey().revealed)
        return [
            Peer(preset: "standard", secrets: (shared, shared), judges: 2),
            Peer(preset: "svix", secrets: (shared, shared)), Peer(preset: "stripe", secrets: (shared, shared)),
            Peer(preset: "slack", secrets: ("8f742231b10e8888", "8f742231b10e8888")),
            Peer(preset: "twilio", secrets: ("12345", "12345")), Peer(preset: "square", secrets: ("asdf", "asdf")),
            Peer(preset: "discord", secrets: keys),
            Peer(preset: "sendgrid", secrets: (try key("p256Private"), try key("p256Public"))),
            Peer(preset: "http-signature", secrets: ("sesame", "sesame")),
            Peer(preset: "http-signature", parameters: ["algorithm": "ed25519"], secrets: keys),
            Peer(
                preset: "http-signature", parameters: ["algorithm": "ecdsa-p256-sha256"],
                secrets: (try key("p256Private"), try key("p256Public"))),
            Peer(
                preset: "http-signature", parameters: ["algorithm": "rsa-v1_5-sha256"],
                secrets: (try key("rsaPrivate"), try key("rsaPublic"))),
            Peer(
                preset: "http-signature", parameters: ["algorithm": "rsa-pss-sha512"],
                secrets: (try key("rsaPrivate"), try key("rsaPublic"))),
        ]
    }

    @Test func theirLibrariesAcceptWhatThePresetsMakeAndRefuseItTampered() async throws {
        try await withStage { stage in
            let now = Int64(Date().timeIntervalSince1970)
            let bodies = [#"{"id":"1","type":"order.created"}"#, #"{"n": 1, "é": "\u00e9 😀"}"# + "\n", "[1]"]
            var lines = ""
            var checks = 0
            for peer in try peers() {
                let preset = try WebhookPreset.named(peer.preset, parameters: peer.parameters)
                let signer = try PresetSigner(preset: preset, secret: SigningSecret(peer.secrets.0, for: preset))
                for body in bodies + [preset.sample] {
                    let type = body == preset.sample ? preset.sampleContentType : "application/json"
                    let request = try signer.sign(
                        WebhookRequest(
                            url: "https://hooks.example.com/in/abc?tenant=1", headers: [("content-type", type)],
                            body: Array(body.utf8)), now: now)
                    // Without a 1 nothing in it is changed.
                    guard body.contains("1") else { continue }
                    let line: JSON = [
                        "preset": .string(peer.preset), "secret": .string(peer.secrets.1),
                        "parameters": .object(
                            peer.parameters.map { JSON.Member(name: $0.key, value: .string($0.value)) }),
                        "method": .string(request.method), "url": .string(request.url),
                        "headers": .array(request.headers.map { .array([.string($0.name), .string($0.value)]) }),
                        "body": .string(Data(request.body).base64EncodedString()),
                    ]
                    lines += line.text + "\n"
                    checks += peer.judges
                }
            }
            let file = stage.directory.path("requests.ndjson")
            try lines.write(toFile: file, atomically: true, encoding: .utf8)

            let verdicts = try await stage.run(
                try Repository.python(), [Self.script, "verify", file], name: "preset_peers")

            #expect(verdicts.split(separator: "\n").last == "\(checks) of \(checks) checks passed")
        }
    }

    private struct Made: Decodable {
        let preset: String
        let parameters: [String: String]
        let secret: String
        let method: String
        let url: String
        let headers: [[String]]
        let body: Data
    }

    @Test func thePresetsAcceptWhatTheirLibrariesMakeAndRefuseItTampered() async throws {
        try await withStage { stage in
            let now: Int64 = 1_700_000_000
            let made = try await stage.run(
                try Repository.python(), [Self.script, "make", "\(now)"], name: "preset_peers")

            let lines = made.split(separator: "\n")
            for line in lines {
                let record = try JSONDecoder().decode(Made.self, from: Data(line.utf8))
                let preset = try WebhookPreset.named(record.preset, parameters: record.parameters)
                let receiver = try WebhookReceiver(
                    preset: preset, secrets: [SigningSecret(record.secret, for: preset)])
                var request = WebhookRequest(
                    method: record.method, url: record.url, headers: record.headers.map { ($0[0], $0[1]) },
                    body: Array(record.body), remoteAddress: nil)

                let whole = receiver.receive(request, now: now)
                request.body.append(UInt8(ascii: "1"))
                let tampered = receiver.receive(request, now: now)

                #expect(whole.acceptance?.matchedSecret == 0, "\(record.preset): \(whole)")
                #expect(tampered.failure != nil, "\(record.preset)")
            }
            #expect(lines.count == 4 * 14 + 2)
        }
    }
}
