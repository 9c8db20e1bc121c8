import Testing
import WebhookSigning

@Suite struct PublishedVectorTests {
    @Test func theExampleOfTheStandardWebhooksSpecificationIsReproducedAndVerified() throws {
        let vector = try Vectors.published("standard-webhooks v1")
        let secret = try SigningSecret(#require(vector.secret), for: .standard)
        let id = try #require(vector.id)
        let timestamp = try #require(vector.seconds)
        let body = Array(try #require(vector.body).utf8)

        let headers = try Samples.headers(.standard, secret: secret, id: id, timestamp: timestamp, body: body)
        let result = try Samples.verifier(.standard, secret: secret).verify(
            headers: headers, body: body, now: timestamp)

        #expect(headers["webhook-signature"] == vector.signature)
        #expect(result == .valid(matchedSecret: 0, timestamp: timestamp))
    }

    @Test func aKeyShorterThanTheSpecificationAllowsIsVerifiedButNotSignedWith() throws {
        let vector = try Vectors.published("standard-webhooks v1 (svix docs)")
        let secret = try SigningSecret(#require(vector.secret))
        let timestamp = try #require(vector.seconds)
        let headers = [
            (name: "webhook-id", value: try #require(vector.id)),
            (name: "webhook-timestamp", value: String(timestamp)),
            (name: "webhook-signature", value: vector.signature),
        ]
        let body = Array(try #require(vector.body).utf8)

        let result = try Samples.verifier(.standard, secret: secret).verify(
            headers: headers, body: body, now: timestamp)
        let error = #expect(throws: WebhookSigningError.self) {
            try WebhookSigner(profile: .standard, secret: secret)
        }

        #expect(result == .valid(matchedSecret: 0, timestamp: timestamp))
        #expect(error?.code == "secret_key_length")
    }

    @Test func standardWebhooksKeyPairVectorIsVerifiedWithThePublicKeyAlone() throws {
        let vector = try Vectors.published("standard-webhooks v1a")
        let timestamp = try #require(vector.seconds)
        let headers = [
            (name: "webhook-id", value: try #require(vector.id)),
            (name: "webhook-timestamp", value: String(timestamp)),
            (name: "webhook-signature", value: vector.signature),
        ]
        let body = Array(try #require(vector.body).utf8)
        let verifier = try Samples.verifier(.standardEd25519, secret: SigningSecret(#require(vector.public)))

        let result = verifier.verify(headers: headers, body: body, now: timestamp)

        #expect(result == .valid(matchedSecret: 0, timestamp: timestamp))
    }

    @Test func standardWebhooksKeyPairVectorIsReproduced() throws {
        let vector = try Vectors.published("standard-webhooks v1a")
        let secret = try SigningSecret(#require(vector.private))

        let headers = try Samples.headers(
            .standardEd25519, secret: secret, id: #require(vector.id),
            timestamp: #require(vector.seconds), body: Array(#require(vector.body).utf8))

        // Apple's own implementation signs with randomness; everywhere else the signature is that of RFC 8032.
        #if !canImport(Darwin)
        #expect(headers["webhook-signature"] == vector.signature)
        #endif
        #expect(try secret.publicKey().revealed == vector.public)
    }

    @Test(arguments: [
        ("github", SignatureProfile(scheme: .body, signatureHeader: "X-Hub-Signature-256", prefix: "sha256=")),
        ("notion", SignatureProfile(scheme: .body, signatureHeader: "X-Notion-Signature", prefix: "sha256=")),
        (
            "adyen",
            SignatureProfile(scheme: .body, signatureHeader: "hmacsignature", encoding: .base64, keyDerivation: .hex)
        ),
        (
            "rfc9421 hmac-sha256 (B.2.5)",
            SignatureProfile(scheme: .body, signatureHeader: "x-signature", encoding: .base64, keyDerivation: .base64)
        ),
    ])
    func otherSendersVectorsAreReproducedByAProfile(preset: String, profile: SignatureProfile) throws {
        let vector = try Vectors.published(preset)
        let secret = try SigningSecret(#require(vector.secret ?? vector.secretHex ?? vector.secretB64), for: profile)
        let body = Array(try #require(vector.body ?? vector.signed).utf8)

        let headers = try Samples.headers(profile, secret: secret, body: body)

        #expect(headers[profile.signatureHeader] == vector.signature)
    }

    @Test func everyProfileGivesTheHeadersThatAnotherImplementationGives() throws {
        let vectors = try Vectors.load("profiles", as: Vectors.Profiles.self)

        for vector in vectors.cases {
            let profile = try #require(SignatureProfile.named(vector.profile))
            let headers = try Samples.headers(
                profile, secret: SigningSecret(vector.secret), id: vector.id, timestamp: vector.timestamp,
                body: Array(vector.body.utf8))

            #expect(Dictionary(headers.map { ($0.name, $0.value) }) { _, _ in "twice" } == vector.headers)
        }
        #expect(vectors.cases.count == 50)
    }

    @Test func theHMACOfRFC4231IsWhatTheSchemesCompute() throws {
        for vector in try Vectors.load("rfc4231", as: [Vectors.RFC4231].self) {
            let secret = try SigningSecret(vector.key)
            let data = try bytes(ofHex: vector.data)
            for (hash, code) in [(SignatureHash.sha256, vector.sha256), (.sha512, vector.sha512)] {
                let profile = SignatureProfile(
                    scheme: .body, signatureHeader: "x-signature", hash: hash, keyDerivation: .hex)

                let headers = try Samples.headers(profile, secret: secret, body: data)

                #expect(headers["x-signature"] == code, "\(vector.name), \(hash)")
            }
        }
    }

    private func bytes(ofHex text: String) throws -> [UInt8] {
        try stride(from: 0, to: text.utf8.count, by: 2).map { offset in
            try #require(UInt8(text.dropFirst(offset).prefix(2), radix: 16))
        }
    }
}
