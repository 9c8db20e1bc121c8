import Foundation
import Testing
import WebhookSigning

/// `martlet listen --source`: an application on a laptop verifies what its senders signed, as if they had called it.
@Suite struct SourceListenTests {
    private static let secrets = (stripe: "whsec_5f2a91c0deadbeef", github: "It's a Secret to Everybody")
    /// Neither is spelt as anybody would write it again.
    private static let bodies = [
        #"{ "id" : "evt_1","object":"event", "type":"payment_intent.succeeded","amount":1.50, "né":"\u00e9" }"#
            + "\r\n",
        #"{"id":"evt_2","object":"event","type":"payment_intent.failed","data":{"object":{"id":"pi_1"}},"x":1e2}"#,
    ]

    private struct Sender {
        let martlet: MartletServer
        let stage: Stage
        let preset: String
        let secret: String
        let id: String
        let url: String

        init(_ preset: String, _ secret: String, on martlet: MartletServer, _ stage: Stage) async throws {
            let made = try await martlet.api.post(
                "/v1/sources", ["name": .string(preset), "preset": .string(preset), "secret": .string(secret)],
                expecting: 201)
            self.martlet = martlet
            self.stage = stage
            self.preset = preset
            self.secret = secret
            id = try #require(made["id"].string)
            url = try #require(made["url"].string)
        }

        /// Sends as the sender does, and gives what it was answered.
        func send(_ body: String, id: String, headers: [(name: String, value: String)] = []) async throws -> Int {
            let preset = try WebhookPreset.named(preset)
            let signed = try PresetSigner(preset: preset, secret: SigningSecret(secret, for: preset)).sign(
                WebhookRequest(
                    url: url, headers: [("content-type", "application/json; charset=utf-8")] + headers,
                    body: Array(body.utf8)), id: id, type: preset.name == "github" ? "push" : nil,
                now: Int64(Date().timeIntervalSince1970))
            let token = try #require(url.split(separator: "/").last)
            var request = HTTPRequest(method: "POST", path: "/in/\(token)?tenant=7")
            request.headers = signed.headers
            request.body = signed.body
            return try await stage.http.send(request, to: martlet.port).status
        }
    }

    @Test func theApplicationVerifiesTheSendersOwnSignatures() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let url = "http://127.0.0.1:\(martlet.port)"
            let stripe = try await Sender("stripe", Self.secrets.stripe, on: martlet, stage)
            let github = try await Sender("github", Self.secrets.github, on: martlet, stage)
            let port = try await stage.sourceReceiver(stripe: stripe.secret, github: github.secret)
            let capture = try await stage.capture()
            _ = try await martlet.api.register(capture.url())
            func listen(_ sender: Sender) async throws -> ListenProgram {
                let listener = try stage.listen(
                    url, key: martlet.keys.sandbox, to: "http://127.0.0.1:\(port)/\(sender.preset)",
                    flags: ["--source", sender.id, "--show-secret"])
                try await listener.news("connected", 1)
                return listener
            }
            let listeners = [try await listen(stripe), try await listen(github)]

            var answers: [Int] = []
            for (number, body) in Self.bodies.enumerated() {
                answers.append(try await stripe.send(body, id: "evt_s\(number)"))
                answers.append(
                    try await github.send(
                        body, id: "delivery-\(number)", headers: [("User-Agent", "GitHub-Hookshot/1")]))
            }
            let told = [try await listeners[0].news("recorded", 2), try await listeners[1].news("recorded", 2)]
            let passedOn = try await capture.requests(4)

            #expect(answers == [200, 200, 200, 200])
            for news in told.joined() { #expect(news["status"] == 200, "\(news.text)") }
            let introduction = try listeners[0].news("listening").first
            #expect(introduction?["secret"].string == stripe.secret)
            #expect(introduction?["source"].string == stripe.id)
            for request in passedOn {
                #expect(request["stripe-signature"] == nil && request["x-hub-signature-256"] == nil)
            }
            let webhook = try #require(introduction?["webhook"].string)
            let deliveries = try await martlet.api.list("/v1/deliveries?webhook=\(webhook)")
            #expect(deliveries.map(\.["status"]) == ["succeeded", "succeeded"])
            let delivery = try await martlet.api.get("/v1/deliveries/\(deliveries[0]["id"].string ?? "")")
            let sent = delivery["attempts"][0]["request"]["headers"].elements.compactMap { $0["name"].string }
            #expect(sent.contains { $0.lowercased() == "stripe-signature" }, "\(delivery.text)")
        }
    }

    @Test func anApplicationWithAnotherSecretRefusesAndTheEventIsSentAgain() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let github = try await Sender("github", Self.secrets.github, on: martlet, stage)
            let right = try await stage.sourceReceiver(stripe: "", github: github.secret)
            let wrong = try await stage.sourceReceiver(stripe: "", github: "mistyped", name: "mistaken")
            func listen(_ port: Int) throws -> ListenProgram {
                try stage.listen(
                    "http://127.0.0.1:\(martlet.port)", key: martlet.keys.sandbox,
                    to: "http://127.0.0.1:\(port)/github", flags: ["--source", github.id])
            }
            let first = try listen(wrong)
            try await first.news("connected", 1)

            _ = try await github.send(Self.bodies[0], id: "delivery-1")
            let refused = try await first.news("recorded", 1)[0]
            first.program.send(SIGTERM)
            _ = try await first.program.ended()
            let second = try listen(right)
            let taken = try await second.news("recorded", 1)[0]

            #expect(refused["status"] == 400)
            #expect(taken["status"] == 200)
            #expect(refused["delivery"] == taken["delivery"])
            #expect(taken["number"] == 2)
        }
    }

    @Test func whatIsNoSourceIsSaidAtOnce() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let url = "http://127.0.0.1:\(martlet.port)"

            let unknown = try stage.listen(
                url, key: martlet.keys.sandbox, to: "http://127.0.0.1:1/",
                flags: ["--source", "src_01jz0000000000000000000000"])
            let both = try stage.listen(
                url, key: martlet.keys.sandbox, to: "http://127.0.0.1:1/",
                flags: ["--source", "src_01jz0000000000000000000000", "--webhook", "ep_01jz0000000000000000000000"])
            let ends = [try await unknown.program.ended(), try await both.program.ended()]

            #expect(ends == [.status(1), .status(2)])
            #expect(both.program.errors.contains("Give one of the two"))
        }
    }
}
