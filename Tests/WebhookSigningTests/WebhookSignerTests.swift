import Testing
import WebhookSigning

@Suite struct WebhookSignerTests {
    @Test func everyDeliveryCarriesItsIDAndTimestampAndTheProfilesHeaders() throws {
        let headers = try Samples.headers(.realEstate)

        #expect(
            headers.names == ["webhook-id", "webhook-timestamp", "x-webhook-timestamp", "x-webhook-signature"])
        #expect(headers["webhook-id"] == Samples.id)
        #expect(headers["webhook-timestamp"] == "1700000000")
        #expect(headers["x-webhook-timestamp"] == "1700000000")
    }

    @Test(arguments: [SignatureProfile.fractio, .realEstate, .sharmo, .getequity])
    func aSharedSecretAddsTheStandardSignatureBesideTheProfilesOwn(profile: SignatureProfile) throws {
        let secret = try SigningSecret(Samples.sharedSecret)

        let headers = try Samples.headers(profile, secret: secret)

        #expect(headers["webhook-signature"] == (try Samples.headers(.standard, secret: secret))["webhook-signature"])
        let standard = try Samples.verifier(.standard, secret: secret)
        #expect(standard.verify(headers: headers, body: Samples.body, now: Samples.timestamp).isValid)
    }

    @Test(arguments: [
        "your_webhook_secret", "whsec_not base64", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAA",
    ])
    func aSecretThatIsNoSharedSecretOfStandardWebhooksAddsNone(text: String) throws {
        let headers = try Samples.headers(.fractio, secret: SigningSecret(text))

        #expect(headers.names == ["webhook-id", "webhook-timestamp", "x-fractio-signature"])
    }

    @Test func theStandardProfileWritesEachHeaderOnce() throws {
        let headers = try Samples.headers(.standard)

        #expect(headers.names == ["webhook-id", "webhook-timestamp", "webhook-signature"])
    }

    @Test func aProfileThatSpellsTheStandardHeadersItsOwnWayDoesNotRepeatThem() throws {
        var profile = SignatureProfile.standard
        profile.idHeader = "Webhook-Id"
        profile.timestampHeader = "Webhook-Timestamp"
        profile.signatureHeader = "Webhook-Signature"

        let headers = try Samples.headers(profile)

        #expect(headers.names == ["webhook-id", "webhook-timestamp", "Webhook-Signature"])
    }

    @Test func standardHeadersUnderAnotherNameComeBesideTheStandardOnes() throws {
        var profile = SignatureProfile.standard
        profile.idHeader = "svix-id"
        profile.timestampHeader = "svix-timestamp"
        profile.signatureHeader = "svix-signature"

        let headers = try Samples.headers(profile)

        #expect(
            headers.names == [
                "webhook-id", "webhook-timestamp", "svix-id", "svix-timestamp", "svix-signature", "webhook-signature",
            ])
        #expect(headers["svix-signature"] == headers["webhook-signature"])
        #expect(headers["svix-id"] == Samples.id)
    }

    @Test func aBodyProfileThatOwnsTheStandardSignatureHeaderKeepsItToItself() throws {
        let profile = SignatureProfile(scheme: .body, signatureHeader: "Webhook-Signature")

        let headers = try Samples.headers(profile, secret: SigningSecret(Samples.sharedSecret))

        #expect(headers.names == ["webhook-id", "webhook-timestamp", "Webhook-Signature"])
        #expect(headers["Webhook-Signature"]?.utf8.count == 64)
    }

    @Test func severalSecretsGiveAListOfSignaturesInTheirOrder() throws {
        let first = SigningSecret.generate()
        let second = SigningSecret.generate(byteCount: 64)
        let signer = try WebhookSigner(profile: .standard, secrets: [first, second])

        let headers = try signer.sign(id: Samples.id, timestamp: Samples.timestamp, body: Samples.body)

        let alone = try [first, second].map { try Samples.headers(.standard, secret: $0)["webhook-signature"] }
            .compactMap { $0 }
        #expect(headers["webhook-signature"] == alone.joined(separator: " "))
        #expect(alone.allSatisfy { $0.hasPrefix("v1,") && $0.utf8.count == 47 })
    }

    @Test func severalKeyPairsGiveAListThatEachPublicKeyVerifies() throws {
        let pairs = [SigningSecret.generateEd25519(), .generateEd25519()]
        let signer = try WebhookSigner(profile: .standardEd25519, secrets: pairs)

        let headers = try signer.sign(id: Samples.id, timestamp: Samples.timestamp, body: Samples.body)

        #expect(headers["webhook-signature"]?.split(separator: " ").count == 2)
        for pair in pairs {
            let verifier = try Samples.verifier(.standardEd25519, secret: pair.publicKey())
            #expect(verifier.verify(headers: headers, body: Samples.body, now: Samples.timestamp).isValid)
        }
    }

    @Test func theSharmoHeaderIsWrittenAsItsGuideReadsIt() throws {
        let value = try #require(try Samples.headers(.sharmo)["Sharmo-Signature"])

        let parts = value.split(separator: ",")
        #expect(parts.count == 2)
        #expect(parts[0] == "t=1700000000")
        #expect(parts[1].hasPrefix("v1="))
        #expect(parts[1].dropFirst(3).allSatisfy { $0.isHexDigit && !$0.isUppercase })
        #expect(parts[1].utf8.count == 67)
    }

    @Test func thePrefixStandsInFrontOfTheSignature() throws {
        let profile = SignatureProfile(
            scheme: .timestampBody, signatureHeader: "x-signature", timestampHeader: "x-timestamp", prefix: "sha512=",
            hash: .sha512, encoding: .base64)

        let value = try #require(try Samples.headers(profile)["x-signature"])

        #expect(value.hasPrefix("sha512="))
        #expect(value.utf8.count == 7 + 88)
    }

    @Test func anIDHeaderIsSentAlongWhereTheSchemeDoesNotSignIt() throws {
        let profile = SignatureProfile(scheme: .body, signatureHeader: "X-Hub-Signature", idHeader: "X-GitHub-Delivery")

        #expect(try Samples.headers(profile)["X-GitHub-Delivery"] == Samples.id)
    }

    @Test func headersAreAppendedToThoseThatAreThere() throws {
        let signer = try WebhookSigner(profile: .fractio, secret: SigningSecret(Samples.ownSecret))
        var headers: [WebhookSigner.Header] = [("content-type", "application/json")]

        try Samples.body.withUnsafeBytes {
            try signer.sign(id: Samples.id, timestamp: Samples.timestamp, body: $0, into: &headers)
        }

        #expect(headers.names == ["content-type", "webhook-id", "webhook-timestamp", "x-fractio-signature"])
    }

    @Test func aBodyInPiecesIsSignedLikeOneInAPiece() throws {
        let signer = try WebhookSigner(profile: .sharmo, secret: SigningSecret(Samples.ownSecret))
        let scattered = Samples.body.lazy.map { $0 }

        let headers = try signer.sign(id: Samples.id, timestamp: Samples.timestamp, body: scattered)

        #expect(headers["Sharmo-Signature"] == (try Samples.headers(.sharmo))["Sharmo-Signature"])
    }

    @Test(arguments: [Int64.min, -1, 0, 1, Int64.max])
    func anyTimestampIsWrittenInFull(timestamp: Int64) throws {
        let headers = try Samples.headers(.realEstate, timestamp: timestamp)

        #expect(headers["x-webhook-timestamp"] == String(timestamp))
        #expect(
            SignatureProfile.realEstate.signatureBase(id: "", timestamp: timestamp, body: Array("{}".utf8))
                == "\(timestamp){}")
    }

    @Test(arguments: ["", "evt 1", "evt\r\nx-injected: 1", "é", "evt\u{7f}", String(repeating: "a", count: 257)])
    func anIDThatCannotStandInAHeaderIsRefusedAndNothingAppended(id: String) throws {
        let signer = try WebhookSigner(profile: .standard, secret: SigningSecret(Samples.sharedSecret))
        var headers: [WebhookSigner.Header] = []

        let error = #expect(throws: WebhookSigningError.self) {
            try Samples.body.withUnsafeBytes {
                try signer.sign(id: id, timestamp: Samples.timestamp, body: $0, into: &headers)
            }
        }

        #expect(error?.code == "message_id_invalid")
        #expect(headers.isEmpty)
    }

    @Test func theLongestIDIsSigned() throws {
        let id = String(repeating: "a", count: WebhookSigner.longestID)

        let headers = try Samples.headers(.standard, id: id)

        let verifier = try Samples.verifier(.standard)
        #expect(verifier.verify(headers: headers, body: Samples.body, now: Samples.timestamp).isValid)
    }

    @Test func aSchemeThatCarriesOneSignatureRefusesTwoSecrets() throws {
        let secrets = [SigningSecret.generate(), .generate()]

        let error = #expect(throws: WebhookSigningError.self) {
            try WebhookSigner(profile: .sharmo, secrets: secrets)
        }

        #expect(error?.code == "secrets_too_many")
        #expect(error?.description.contains("t-v1") == true)
    }

    @Test func noSecretIsRefused() throws {
        let error = #expect(throws: WebhookSigningError.self) {
            try WebhookSigner(profile: .standard, secrets: [])
        }

        #expect(error?.code == "secret_missing")
    }

    @Test func aPublicKeyIsRefusedForSigning() throws {
        let publicKey = try SigningSecret.generateEd25519().publicKey()

        let error = #expect(throws: WebhookSigningError.self) {
            try WebhookSigner(profile: .standardEd25519, secret: publicKey)
        }

        #expect(error?.code == "secret_is_public_key")
    }

    @Test func aProfileThatCannotBeUsedIsNamedByTheSigner() throws {
        let profile = SignatureProfile(scheme: .timestampBody, signatureHeader: "x-signature")

        let error = #expect(throws: WebhookSigningError.self) {
            try WebhookSigner(profile: profile, secret: SigningSecret(Samples.ownSecret))
        }

        #expect(error?.code == "profile_invalid")
        #expect(error?.profileError?.field == "timestamp_header")
    }
}
