import Testing
import WebhookSigning

@Suite struct WebhookVerifierTests {
    @Test(arguments: SignatureProfile.builtIn.map(\.profile))
    func everyProfileVerifiesWhatItSigned(profile: SignatureProfile) throws {
        let verifier = try Samples.verifier(profile)
        for body in [Samples.body, [], [0], Array(repeating: 0xFF, count: 100_000)] {
            let headers = try Samples.headers(profile, body: body)

            let result = verifier.verify(headers: headers, body: body, now: Samples.timestamp)

            let timestamp = profile.scheme.signsTimestamp ? Samples.timestamp : nil
            #expect(result == .valid(matchedSecret: 0, timestamp: timestamp))
        }
    }

    @Test(arguments: SignatureProfile.builtIn.map(\.profile))
    func everyChangedByteOfTheBodyIsRefused(profile: SignatureProfile) throws {
        let verifier = try Samples.verifier(profile)
        let headers = try Samples.headers(profile)
        for index in Samples.body.indices {
            var body = Samples.body
            body[index] ^= 1

            let result = verifier.verify(headers: headers, body: body, now: Samples.timestamp)

            #expect(!result.isValid)
        }
    }

    @Test(arguments: SignatureProfile.builtIn.map(\.profile))
    func everyChangedCharacterOfTheSignatureIsRefused(profile: SignatureProfile) throws {
        let verifier = try Samples.verifier(profile)
        let headers = try Samples.headers(profile)
        let value = Array(try #require(headers[profile.signatureHeader]).utf8)
        for index in value.indices {
            var changed = value
            changed[index] = changed[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
            var headers = headers
            headers[profile.signatureHeader] = String(decoding: changed, as: UTF8.self)

            let result = verifier.verify(headers: headers, body: Samples.body, now: Samples.timestamp)

            #expect(!result.isValid, "at \(index)")
        }
    }

    @Test(arguments: [SignatureProfile.realEstate, .sharmo, .standard, .standardEd25519])
    func aTimestampExactlyAtTheToleranceStillPasses(profile: SignatureProfile) throws {
        let verifier = try Samples.verifier(profile)
        let headers = try Samples.headers(profile)
        func verdict(_ offset: Int64) -> VerificationResult {
            verifier.verify(headers: headers, body: Samples.body, now: Samples.timestamp + offset)
        }

        #expect(verdict(300).isValid)
        #expect(verdict(-300).isValid)
        #expect(verdict(301) == .invalid(.stale(bySeconds: 301, toleranceSeconds: 300)))
        #expect(verdict(-301) == .invalid(.early(bySeconds: 301, toleranceSeconds: 300)))
    }

    @Test func theToleranceCanBeSetForOneVerifier() throws {
        let headers = try Samples.headers(.sharmo)
        let secret = try SigningSecret(Samples.ownSecret)
        let verifier = try WebhookVerifier(profile: .sharmo, secrets: [secret], tolerance: .seconds(10))

        #expect(verifier.verify(headers: headers, body: Samples.body, now: Samples.timestamp + 10).isValid)
        #expect(
            verifier.verify(headers: headers, body: Samples.body, now: Samples.timestamp + 11)
                == .invalid(.stale(bySeconds: 11, toleranceSeconds: 10)))
    }

    @Test(arguments: [Int64.min, Int64.max])
    func aClockAtTheEndOfTimeOverflowsNothing(now: Int64) throws {
        let headers = try Samples.headers(.sharmo)

        let result = try Samples.verifier(.sharmo).verify(headers: headers, body: Samples.body, now: now)

        #expect(["stale", "early"].contains(result.failure?.code))
    }

    @Test func aSchemeWithoutATimestampIsNeverStale() throws {
        let headers = try Samples.headers(.fractio)

        let result = try Samples.verifier(.fractio)
            .verify(headers: headers, body: Samples.body, now: Samples.timestamp + 1_000_000)

        #expect(result == .valid(matchedSecret: 0, timestamp: nil))
    }

    @Test func theIndexOfTheMatchingSecretIsTold() throws {
        let secrets = (0..<3).map { _ in SigningSecret.generate() }
        let verifier = try WebhookVerifier(profile: .standard, secrets: secrets)
        for (index, secret) in secrets.enumerated() {
            let headers = try Samples.headers(.standard, secret: secret)

            let result = verifier.verify(headers: headers, body: Samples.body, now: Samples.timestamp)

            #expect(result == .valid(matchedSecret: index, timestamp: Samples.timestamp))
        }
    }

    @Test(arguments: ["v1,AAAA ", "v2,AAAA ", "v1a,AAAA ", ", ", "  ", "v1, ", "garbage ", "v1,é "])
    func whatElseStandsInASignatureListIsSkipped(before: String) throws {
        var headers = try Samples.headers(.standard)
        headers["webhook-signature"] = before + (headers["webhook-signature"] ?? "") + " v9,zzz"

        let result = try Samples.verifier(.standard)
            .verify(headers: headers, body: Samples.body, now: Samples.timestamp)

        #expect(result.isValid)
    }

    @Test(arguments: ["t=1700000000,v0=aa,%", "%,t=1700000000", " t=1700000000 , % ", "t=1700000000,v1=00,%,v1=11"])
    func taggedSignaturesAreReadInAnyOrderAndNumber(pattern: String) throws {
        var headers = try Samples.headers(.sharmo)
        let signature = try #require(headers["Sharmo-Signature"]?.split(separator: ",").last.map { String($0) })
        headers["Sharmo-Signature"] = pattern.split(separator: "%", omittingEmptySubsequences: false)
            .joined(separator: signature)

        let result = try Samples.verifier(.sharmo)
            .verify(headers: headers, body: Samples.body, now: Samples.timestamp)

        #expect(result.isValid)
    }

    @Test func headerNamesAreFoundInAnyCase() throws {
        let headers = try Samples.headers(.sharmo).map { (name: $0.name.uppercased(), value: " \($0.value)\t") }

        let result = try Samples.verifier(.sharmo)
            .verify(headers: headers, body: Samples.body, now: Samples.timestamp)

        #expect(result.isValid)
    }

    @Test func headersCanBeLookedUpByAClosure() throws {
        let headers = try Samples.headers(.standard)
        var asked: [String] = []

        let result = try Samples.verifier(.standard).verify(
            headers: { name in
                asked.append(name)
                return headers[name].map { [$0] } ?? []
            }, body: Samples.body, now: Samples.timestamp)

        #expect(result.isValid)
        #expect(Set(asked) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
    }

    @Test func aTimestampIsVerifiedAsItWasWritten() throws {
        let secret = try SigningSecret(Samples.ownSecret)
        let byBody = SignatureProfile(scheme: .body, signatureHeader: "x-webhook-signature")
        var headers = try Samples.headers(byBody, secret: secret, body: Array("01700000000{}".utf8))
        headers["x-webhook-timestamp"] = "01700000000"

        let result = try Samples.verifier(.realEstate)
            .verify(headers: headers, body: Array("{}".utf8), now: Samples.timestamp)

        #expect(result == .valid(matchedSecret: 0, timestamp: Samples.timestamp))
    }

    @Test func aVerifierNeedsASecretAndTakesNoMoreThanItCanTry() throws {
        let secret = SigningSecret.generate()

        let none = #expect(throws: WebhookSigningError.self) { try WebhookVerifier(profile: .standard, secrets: []) }
        let many = #expect(throws: WebhookSigningError.self) {
            try WebhookVerifier(
                profile: .standard, secrets: Array(repeating: secret, count: 5),
                previous: Array(repeating: secret, count: 4))
        }

        #expect(none?.code == "secret_missing")
        #expect(many?.code == "secrets_too_many")
    }

    @Test func aSecretThatTheProfileCannotUseIsNamedByTheVerifier() throws {
        let error = #expect(throws: WebhookSigningError.self) {
            try WebhookVerifier(profile: .standard, secrets: [SigningSecret("not base64")])
        }

        #expect(error?.code == "secret_not_base64")
        #expect(error?.secretError != nil)
    }
}
