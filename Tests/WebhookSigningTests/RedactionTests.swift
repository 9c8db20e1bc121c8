import Testing
import WebhookSigning

@Suite struct RedactionTests {
    /// What every way of printing a value prints.
    private func printed(_ value: some Any) -> String {
        var text = "\(value) \(String(describing: value)) \(String(reflecting: value)) "
        dump(value, to: &text)
        dump([value], to: &text)
        dump(("label", value), to: &text)
        return text
    }

    @Test(arguments: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "your_webhook_secret"])
    func aSecretIsNeverPrinted(text: String) throws {
        let secret = try SigningSecret(text)
        let secrets = SigningSecrets(current: secret, previous: secret, overlapEnds: 2, cutOverAt: 1)
        let profile = SignatureProfile.sharmo
        let signer = try WebhookSigner(profile: profile, secret: secret)
        let verifier = try WebhookVerifier(profile: profile, secrets: [secret], previous: [secret])

        for printout in [printed(secret), printed(secrets), printed(signer), printed(verifier), printed([secret: 1])] {
            #expect(!printout.contains(text))
            #expect(!printout.contains(text.dropFirst(6)))
        }
        #expect(printed(secret).contains("redacted"))
    }

    @Test func theKeyedHashesOfASignerAndAVerifierAreNotDumped() throws {
        let secret = try SigningSecret(Samples.ownSecret)

        let signer = printed(try WebhookSigner(profile: .fractio, secret: secret))
        let verifier = printed(try WebhookVerifier(profile: .fractio, secrets: [secret]))

        #expect(!signer.contains("HMAC") && !signer.contains("asher"))
        #expect(!verifier.contains("HMAC") && !verifier.contains("asher"))
        #expect(signer.contains("x-fractio-signature") && verifier.contains("x-fractio-signature"))
    }

    @Test func aKeyPairIsNeverPrinted() throws {
        let pair = SigningSecret.generateEd25519()

        let printout = printed(pair) + printed(try WebhookSigner(profile: .standardEd25519, secret: pair))

        #expect(!printout.contains(pair.revealed.dropFirst(5)))
        #expect(!printout.contains("PrivateKey"))
    }
}
