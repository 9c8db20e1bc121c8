import Testing
import WebhookSigning

@Suite struct SigningSecretsTests {
    let old = SigningSecret.generate()
    let new = SigningSecret.generate()
    let newest = SigningSecret.generate()

    @Test func anUnrotatedSecretSignsAloneAtAnyTime() {
        let secrets = SigningSecrets(current: old)

        for now in [Int64.min, 0, .max] {
            #expect(secrets.secretsInForce(at: now, scheme: .standard) == [old])
            #expect(secrets.secretsInForce(at: now, scheme: .body) == [old])
            #expect(secrets.other(at: now, scheme: .body) == nil)
        }
    }

    @Test(arguments: [SignatureScheme.standard, .standardEd25519])
    func bothSecretsSignUntilTheOverlapEndsWhereTheSchemeCarriesSeveral(scheme: SignatureScheme) {
        let secrets = SigningSecrets(current: old)
            .rotated(to: new, at: 1000, overlapEnds: 2000, cutOverAt: 1500, scheme: scheme)

        #expect(secrets.secretsInForce(at: 1000, scheme: scheme) == [new, old])
        #expect(secrets.secretsInForce(at: 1999, scheme: scheme) == [new, old])
        #expect(secrets.secretsInForce(at: 2000, scheme: scheme) == [new])
        #expect(secrets.other(at: 1200, scheme: scheme) == nil)
    }

    @Test(arguments: [SignatureScheme.body, .timestampBody, .tV1])
    func theOldSecretSignsUntilTheCutOverWhereTheSchemeCarriesOne(scheme: SignatureScheme) {
        let secrets = SigningSecrets(current: old)
            .rotated(to: new, at: 1000, overlapEnds: 2000, cutOverAt: 1500, scheme: scheme)

        #expect(secrets.secretsInForce(at: 1000, scheme: scheme) == [old])
        #expect(secrets.secretsInForce(at: 1499, scheme: scheme) == [old])
        #expect(secrets.secretsInForce(at: 1500, scheme: scheme) == [new])
        #expect(secrets.secretsInForce(at: 2500, scheme: scheme) == [new])
    }

    @Test func theOtherSecretIsTriedDuringTheOverlapOnBothSidesOfTheCutOver() {
        let secrets = SigningSecrets(current: new, previous: old, overlapEnds: 2000, cutOverAt: 1500)

        #expect(secrets.other(at: 1499, scheme: .tV1) == new)
        #expect(secrets.other(at: 1500, scheme: .tV1) == old)
        #expect(secrets.other(at: 1999, scheme: .tV1) == old)
        #expect(secrets.other(at: 2000, scheme: .tV1) == nil)
    }

    @Test func theCutOverIsAtOnceUnlessSaidOtherwise() {
        let secrets = SigningSecrets(current: old).rotated(to: new, at: 1000, overlapEnds: 2000, scheme: .body)

        #expect(secrets.secretsInForce(at: 1000, scheme: .body) == [new])
        #expect(secrets.other(at: 1000, scheme: .body) == old)
    }

    @Test func aCutOverAfterTheOverlapProlongsIt() {
        let secrets = SigningSecrets(current: new, previous: old, overlapEnds: 2000, cutOverAt: 3000)

        #expect(secrets.overlapEnds == 3000)
        #expect(secrets.secretsInForce(at: 2999, scheme: .body) == [old])
        #expect(secrets.secretsInForce(at: 3000, scheme: .body) == [new])
    }

    @Test func aSecondRotationBeforeTheCutOverKeepsTheSecretThatReceiversKnow() {
        let secrets = SigningSecrets(current: old)
            .rotated(to: new, at: 1000, overlapEnds: 2000, cutOverAt: 1500, scheme: .body)
            .rotated(to: newest, at: 1200, overlapEnds: 2200, cutOverAt: 1700, scheme: .body)

        #expect(secrets.secretsInForce(at: 1300, scheme: .body) == [old])
        #expect(secrets.secretsInForce(at: 1700, scheme: .body) == [newest])
    }

    @Test func aSecondRotationDuringAnOverlapDropsTheOldest() {
        let secrets = SigningSecrets(current: old)
            .rotated(to: new, at: 1000, overlapEnds: 2000, scheme: .standard)
            .rotated(to: newest, at: 1200, overlapEnds: 2200, scheme: .standard)

        #expect(secrets.secretsInForce(at: 1300, scheme: .standard) == [newest, new])
    }

    @Test func everySecretInForceMakesAWorkingSigner() throws {
        let secrets = SigningSecrets(current: new, previous: old, overlapEnds: 2000, cutOverAt: 1500)
        for profile in [SignatureProfile.standard, .sharmo] {
            for now in [Int64(1400), 1600, 2600] {
                let inForce = secrets.secretsInForce(at: now, scheme: profile.scheme)

                let headers = try WebhookSigner(profile: profile, secrets: inForce)
                    .sign(id: Samples.id, timestamp: now, body: Samples.body)

                let verifier = try WebhookVerifier(profile: profile, secrets: [new, old])
                let expected = inForce[0] == new ? 0 : 1
                #expect(
                    verifier.verify(headers: headers, body: Samples.body, now: now)
                        == .valid(matchedSecret: expected, timestamp: now))
            }
        }
    }
}
