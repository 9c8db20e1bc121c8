import Foundation
import Testing
import WebhookSigning

/// Requests that senders published themselves, through the whole receiver.
@Suite struct PresetVectorTests {
    private func reception(
        _ preset: String, _ parameters: [String: String] = [:], secrets: [String], headers: [WebhookSigner.Header],
        body: String, method: String = "POST", url: String = "https://receiver.example/", now: Int64
    ) throws -> Reception {
        let preset = try WebhookPreset.named(preset, parameters: parameters)
        let receiver = try WebhookReceiver(preset: preset, secrets: secrets.map { try SigningSecret($0, for: preset) })
        return receiver.receive(
            WebhookRequest(method: method, url: url, headers: headers, body: Array(body.utf8)), now: now)
    }

    @Test(arguments: ["standard-webhooks v1", "standard-webhooks v1 (svix docs)"], ["standard", "svix", "gitlab"])
    func standardWebhooks(vector: String, preset: String) throws {
        let vector = try Vectors.published(vector)
        let timestamp = try #require(vector.timestamp)

        let reception = try reception(
            preset, secrets: [#require(vector.secret)],
            headers: [
                ("webhook-id", #require(vector.id)), ("webhook-timestamp", timestamp),
                ("webhook-signature", vector.signature),
            ], body: #require(vector.body), now: #require(vector.seconds))

        #expect(reception.acceptance?.timestamp == vector.seconds)
        #expect(reception.acceptance?.eventID == vector.id)
    }

    @Test func svixHeadersAreTakenToo() throws {
        let vector = try Vectors.published("standard-webhooks v1 (svix docs)")

        let reception = try reception(
            "svix", secrets: [#require(vector.secret)],
            headers: [
                ("svix-id", #require(vector.id)), ("svix-timestamp", #require(vector.timestamp)),
                ("svix-signature", vector.signature),
            ], body: #require(vector.body), now: #require(vector.seconds))

        #expect(reception.acceptance?.eventID == vector.id)
        #expect(reception.acceptance?.eventType == "ping")
    }

    @Test func standardWebhooksWithAKeyPair() throws {
        let vector = try Vectors.published("standard-webhooks v1a")

        let reception = try reception(
            "standard-ed25519", secrets: [#require(vector.public)],
            headers: [
                ("webhook-id", #require(vector.id)), ("webhook-timestamp", #require(vector.timestamp)),
                ("webhook-signature", vector.signature),
            ], body: #require(vector.body), now: #require(vector.seconds))

        #expect(reception.acceptance != nil, "\(reception)")
    }

    @Test func gitHub() throws {
        let vector = try Vectors.published("github")

        let reception = try reception(
            "github", secrets: [#require(vector.secret)],
            headers: [
                ("X-Hub-Signature-256", vector.signature),
                ("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"),
                ("X-GitHub-Event", "issues"),
            ], body: #require(vector.body), now: 0)

        #expect(
            reception
                == .accepted(
                    Acceptance(
                        matchedSecret: 0, eventID: "72d3162e-cc78-11e3-81ab-4c9367dc0958", eventType: "issues")))
    }

    @Test func slack() throws {
        let vector = try Vectors.published("slack")

        let reception = try reception(
            "slack", secrets: [#require(vector.secret)],
            headers: [
                ("X-Slack-Signature", vector.signature), ("X-Slack-Request-Timestamp", #require(vector.timestamp)),
                ("Content-Type", "application/x-www-form-urlencoded"),
            ], body: #require(vector.body), now: #require(vector.seconds) + 300)

        #expect(
            reception
                == .accepted(
                    Acceptance(
                        matchedSecret: 0, timestamp: vector.seconds,
                        eventID: "398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
                        eventType: "/webhook-collect")))
    }

    @Test func twilio() throws {
        let vectors = try Vectors.allPublished("twilio")
        #expect(vectors.count == 2)
        for vector in vectors {
            let body = try #require(vector.form).sorted { $0.key > $1.key }
                .map { "\($0.key)=\($0.value.replacingOccurrences(of: "+", with: "%2B"))" }.joined(separator: "&")
            for url in [vector.url, vector.url?.replacingOccurrences(of: ".com/", with: ".com:443/")] {
                let reception = try reception(
                    "twilio", secrets: [#require(vector.secret)],
                    headers: [
                        ("X-Twilio-Signature", vector.signature),
                        ("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"),
                    ], body: body, url: #require(url), now: 0)

                #expect(reception.acceptance != nil, "\(reception)")
            }
        }
    }

    @Test func square() throws {
        let vector = try Vectors.published("square")

        let reception = try reception(
            "square", secrets: [#require(vector.secret)],
            headers: [("x-square-hmacsha256-signature", vector.signature)], body: #require(vector.body),
            url: #require(vector.url), now: 0)

        #expect(reception.acceptance != nil, "\(reception)")
    }

    @Test func paddleWithTheSignatureOfARotatedKeyBesideIt() throws {
        let vector = try Vectors.published("paddle")

        let reception = try reception(
            "paddle", secrets: [#require(vector.secret)], headers: [("Paddle-Signature", vector.signature)],
            body: #require(vector.body), now: #require(vector.seconds))

        #expect(reception.acceptance?.timestamp == vector.seconds)
    }

    @Test func boxByEitherKeyInEitherHeader() throws {
        let vector = try Vectors.published("box")
        let headers = [
            (name: "BOX-SIGNATURE-PRIMARY", value: vector.signature),
            (name: "BOX-SIGNATURE-SECONDARY", value: try #require(vector.signatureSecondary)),
            (name: "BOX-DELIVERY-TIMESTAMP", value: try #require(vector.timestamp)),
            (name: "BOX-SIGNATURE-VERSION", value: "1"), (name: "BOX-SIGNATURE-ALGORITHM", value: "HmacSHA256"),
        ]
        let primary = try #require(vector.primary)
        let secondary = try #require(vector.secondary)
        let time: Int64 = 1_577_862_000

        for (secrets, dropped) in [
            ([primary], nil), ([secondary], nil), ([primary, secondary], nil), ([primary], headers[1].name),
            ([secondary], headers[0].name),
        ] {
            let reception = try reception(
                "box", secrets: secrets, headers: headers.filter { $0.name != dropped }, body: #require(vector.body),
                now: time)

            #expect(reception.acceptance?.timestamp == time, "\(reception)")
            #expect(reception.acceptance?.eventType == "FILE.UPLOADED")
        }
    }

    @Test func hubSpot() throws {
        let vector = try Vectors.published("hubspot v3")

        let reception = try reception(
            "hubspot", secrets: [#require(vector.secret)],
            headers: [
                ("X-HubSpot-Signature-v3", vector.signature),
                ("X-HubSpot-Request-Timestamp", #require(vector.timestamp)),
            ], body: #require(vector.body), url: #require(vector.url), now: 1_752_613_922)

        #expect(
            reception
                == .accepted(
                    Acceptance(
                        matchedSecret: 0, timestamp: 1_752_613_922, eventID: "531833541-3923621-1752613920733",
                        eventType: "contact.creation")))
    }

    @Test func notion() throws {
        let vector = try Vectors.published("notion")

        let reception = try reception(
            "notion", secrets: [#require(vector.secret)], headers: [("X-Notion-Signature", vector.signature)],
            body: #require(vector.body), now: 0)

        #expect(reception.acceptance != nil, "\(reception)")
    }

    @Test func adyen() throws {
        let vector = try Vectors.published("adyen")
        let item = """
            {"NotificationRequestItem":{"additionalData":{"hmacSignature":"\(vector.signature)"},"amount":{"currency":"EUR",\
            "value":1130},"pspReference":"7914073381342284","originalReference":null,"eventCode":"AUTHORISATION",\
            "merchantAccountCode":"TestMerchant","merchantReference":"TestPayment-1407325143704","success":"true"}}
            """
        let secret = try #require(vector.secretHex)

        let one = try reception(
            "adyen", secrets: [secret], headers: [], body: #"{"notificationItems":[\#(item)]}"#, now: 0)
        let two = try reception(
            "adyen", secrets: [secret], headers: [], body: #"{"notificationItems":[\#(item),\#(item)]}"#, now: 0)
        let forged = try reception(
            "adyen", secrets: [secret], headers: [],
            body: #"{"notificationItems":[\#(item),\#(item.replacingOccurrences(of: "1130", with: "1"))]}"#, now: 0)

        #expect(
            one
                == .accepted(
                    Acceptance(
                        matchedSecret: 0, eventID: "AUTHORISATION 7914073381342284", eventType: "AUTHORISATION")))
        #expect(two.acceptance != nil)
        #expect(forged.failure == .wrongSecret)
    }

    @Test func sendGrid() throws {
        let vector = try Vectors.published("sendgrid")

        let reception = try reception(
            "sendgrid", secrets: [#require(vector.public)],
            headers: [
                ("X-Twilio-Email-Event-Webhook-Signature", vector.signature),
                ("X-Twilio-Email-Event-Webhook-Timestamp", #require(vector.timestamp)),
            ], body: #require(vector.body), now: #require(vector.seconds))

        #expect(reception.acceptance?.eventType == "dropped", "\(reception)")
    }

    private static let rfc9421Headers: [WebhookSigner.Header] = [
        ("Host", "example.com"), ("Date", "Tue, 20 Apr 2021 02:07:55 GMT"), ("Content-Type", "application/json"),
        ("Content-Length", "18"),
        (
            "Content-Digest",
            "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
        ),
    ]

    @Test func httpSignaturesWithASharedSecret() throws {
        let vector = try Vectors.published("rfc9421 hmac-sha256 (B.2.5)")

        let reception = try reception(
            "http-signature", ["key": "base64", "components": "", "label": "sig-b25"],
            secrets: [#require(vector.secretB64)],
            headers: Self.rfc9421Headers + [
                (
                    "Signature-Input",
                    #"sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret""#
                ),
                ("Signature", "sig-b25=:\(vector.signature):"),
            ], body: #"{"hello": "world"}"#, url: "https://example.com/foo?param=Value&Pet=dog", now: 1_618_884_473)

        #expect(reception.acceptance?.timestamp == 1_618_884_473, "\(reception)")
    }

    @Test func httpSignaturesWithAKeyPair() throws {
        let vector = try Vectors.published("rfc9421 ed25519 (B.2.6)")
        let seed = try #require(vector.privateJwkD).replacingOccurrences(of: "-", with: "+")
            .replacingOccurrences(of: "_", with: "/")
        let key = try SigningSecret("whsk_\(seed)=").publicKey()

        let reception = try reception(
            "http-signature", ["algorithm": "ed25519", "components": "@method, @path"], secrets: [key.revealed],
            headers: Self.rfc9421Headers + [
                (
                    "Signature-Input",
                    #"sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")"#
                        + #";created=1618884473;keyid="test-key-ed25519""#
                ),
                ("Signature", "sig-b26=:\(vector.signature):"),
            ], body: #"{"hello": "world"}"#, url: "https://example.com/foo?param=Value&Pet=dog", now: 1_618_884_473)

        #expect(reception.acceptance != nil, "\(reception)")
    }

    @Test func theContentDigestOfRFC9530() throws {
        let vector = try Vectors.published("rfc9530 content-digest")
        let signer = try PresetSigner(preset: .named("http-signature"), secret: SigningSecret("secret"))

        let request = try signer.sign(
            WebhookRequest(url: "https://example.com/", body: Array(#require(vector.body).utf8)), now: 0)

        #expect(request.values(of: "content-digest") == [vector.signature])
    }
}
