import Testing
import WebhookSigning

@Suite struct SigningSecretTests {
    @Test(arguments: [
        ("", "secret_empty"), ("a\nb", "secret_invisible_character"), ("a\u{0}", "secret_invisible_character"),
        ("secret\n", "secret_invisible_character"), ("\u{FEFF}secret", "secret_invisible_character"),
        ("a\u{200B}b", "secret_invisible_character"), (" secret", "secret_surrounding_space"),
        ("secret\u{A0}", "secret_surrounding_space"), (" ", "secret_surrounding_space"),
        (String(repeating: "a", count: 513), "secret_too_long"),
        (String(repeating: "é", count: 257), "secret_too_long"),
    ])
    func aTextThatNoProfileCouldUseIsRefused(text: String, code: String) {
        let error = #expect(throws: SigningSecretError.self) { try SigningSecret(text) }

        #expect(error?.code == code)
    }

    @Test(arguments: ["a", "It's a Secret to Everybody", "pässwörd", String(repeating: "a", count: 512)])
    func aStringOfOnesOwnIsTakenAsItIs(text: String) throws {
        let secret = try SigningSecret(text, for: .fractio)

        #expect(secret.revealed == text)
    }

    @Test(arguments: [
        ("whsec_", SignatureProfile.standard, "secret_key_missing"),
        ("whsec_not base64!", .standard, "secret_not_base64"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAA", .standard, "secret_not_base64"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS-", .standard, "secret_not_base64"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", .standard, "secret_not_base64"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==", .standard, "secret_key_length"),
        ("whsec_" + String(repeating: "A", count: 86) + "A=", .standard, "secret_key_length"),
        ("whsk_AAAA", .standard, "secret_is_key_pair"),
        ("your_webhook_secret", .standard, "secret_not_base64"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .standardEd25519, "secret_not_key_pair"),
        ("whsk_", .standardEd25519, "secret_key_missing"),
        ("whsk_AAAA", .standardEd25519, "secret_key_length"),
        ("whpk_AAAA", .standardEd25519, "secret_key_length"),
        ("whpk_####", .standardEd25519, "secret_not_base64"),
        ("whsk_" + String(repeating: "A", count: 86) + "==", .standardEd25519, "secret_key_pair_mismatch"),
        ("abc", SignatureProfile(scheme: .body, signatureHeader: "x", keyDerivation: .hex), "secret_not_hex"),
        ("zz", SignatureProfile(scheme: .body, signatureHeader: "x", keyDerivation: .hex), "secret_not_hex"),
        ("abc", SignatureProfile(scheme: .body, signatureHeader: "x", keyDerivation: .base64), "secret_not_base64"),
    ])
    func aSecretThatAProfileCannotUseIsRefusedWithoutRepeatingIt(
        text: String, profile: SignatureProfile, code: String
    ) throws {
        let secret = try SigningSecret(text)

        let error = #expect(throws: SigningSecretError.self) { try secret.validate(for: profile) }

        #expect(error?.code == code)
        #expect(error?.description.hasSuffix(".") == true)
        #expect(text.utf8.count < 8 || error?.description.contains(text) == false)
    }

    @Test(arguments: [24, 64])
    func theShortestAndTheLongestStandardKeysAreAccepted(byteCount: Int) throws {
        let secret = SigningSecret.generate(byteCount: byteCount)

        #expect(throws: Never.self) { try secret.validate(for: .standard) }
    }

    @Test func aStandardSecretMayLackItsPrefix() throws {
        let bare = try SigningSecret(String(Samples.sharedSecret.dropFirst(6)), for: .standard)

        let headers = try Samples.headers(.standard, secret: bare)

        #expect(headers["webhook-signature"] == (try Samples.headers(.standard))["webhook-signature"])
    }

    @Test func generatedSecretsAreTheBase64OfTheirBytes() {
        var generator = SeededGenerator(seed: 1)
        let secret = SigningSecret.generate(using: &generator, byteCount: 24)
        var same = SeededGenerator(seed: 1)
        let again = SigningSecret.generate(using: &same, byteCount: 24)
        let other = SigningSecret.generate(using: &generator, byteCount: 24)

        #expect(secret.revealed.hasPrefix("whsec_"))
        #expect(secret.revealed.utf8.count == 6 + 32)
        #expect(secret == again)
        #expect(secret != other)
    }

    @Test func aGeneratedKeyPairSignsForItsPublicKey() throws {
        var generator = SeededGenerator(seed: 2)
        let pair = SigningSecret.generateEd25519(using: &generator)

        let publicKey = try pair.publicKey()

        #expect(pair.revealed.hasPrefix("whsk_") && pair.revealed.utf8.count == 5 + 88)
        #expect(publicKey.revealed.hasPrefix("whpk_") && publicKey.revealed.utf8.count == 5 + 44)
        #expect(try publicKey.publicKey() == publicKey)
        let headers = try Samples.headers(.standardEd25519, secret: pair)
        let verifier = try Samples.verifier(.standardEd25519, secret: publicKey)
        #expect(verifier.verify(headers: headers, body: Samples.body, now: Samples.timestamp).isValid)
    }

    @Test func aPrivateKeyMayBeItsSeedAlone() throws {
        let vector = try #require(try Vectors.published("standard-webhooks v1a").private)
        // 32 bytes take 43 characters; what the last one carries of the byte that follows is ignored.
        let seed = try SigningSecret(String(vector.prefix(5 + 43)) + "=")

        #expect(try seed.publicKey() == (try SigningSecret(vector)).publicKey())
    }

    @Test func secretsAreEqualAsBytesAndNotAsText() throws {
        let composed = try SigningSecret("caf\u{e9}")
        let decomposed = try SigningSecret("cafe\u{301}")

        #expect(composed.revealed == decomposed.revealed)
        #expect(composed != decomposed)
        #expect(composed.hashValue == (try SigningSecret("caf\u{e9}")).hashValue)
        #expect(
            try Samples.headers(.fractio, secret: composed)["x-fractio-signature"]
                != Samples.headers(.fractio, secret: decomposed)["x-fractio-signature"])
    }
}
