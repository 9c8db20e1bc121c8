import Foundation
import Testing
import WebhookSigning

/// Every reason with a case that produces it and a near miss that does not.
@Suite struct VerificationFailureTests {
    private func failure(
        _ profile: SignatureProfile,
        _ headers: [WebhookSigner.Header],
        body: [UInt8] = Samples.body,
        secret: SigningSecret? = nil,
        previous: [SigningSecret] = [],
        now: Int64 = Samples.timestamp
    ) throws -> VerificationFailure? {
        try Samples.verifier(profile, secret: secret, previous: previous)
            .verify(headers: headers, body: body, now: now).failure
    }

    /// The headers of `profile` with another value for its signature.
    private func headers(
        _ profile: SignatureProfile, signature change: (String) -> String
    ) throws -> [WebhookSigner.Header] {
        var headers = try Samples.headers(profile)
        headers[profile.signatureHeader] = change(try #require(headers[profile.signatureHeader]))
        return headers
    }

    /// The headers of a message that was signed over `content` instead of what `profile` signs.
    private func headers(_ profile: SignatureProfile, signedOver content: String) throws -> [WebhookSigner.Header] {
        let plain = SignatureProfile(
            scheme: .body, signatureHeader: "x-s", encoding: profile.encoding, keyDerivation: profile.keyDerivation)
        let signature = try #require(
            try Samples.headers(plain, secret: Samples.secret(for: profile), body: Array(content.utf8))["x-s"])
        return try headers(profile) { right in
            switch profile.scheme {
            case .tV1: "\(right.prefix(while: { $0 != "," })),v1=\(signature)"
            case .standard: "v1,\(signature)"
            default: signature
            }
        }
    }

    // MARK: Headers

    @Test(arguments: [
        (SignatureProfile.standard, "webhook-signature"), (.standard, "webhook-id"), (.standard, "webhook-timestamp"),
        (.realEstate, "x-webhook-timestamp"), (.sharmo, "Sharmo-Signature"), (.fractio, "x-fractio-signature"),
    ])
    func aMissingHeaderIsNamed(profile: SignatureProfile, name: String) throws {
        var headers = try Samples.headers(profile)
        headers[name] = nil

        #expect(try failure(profile, headers) == .headerMissing(name: name))
    }

    @Test func aHeaderThatTheProfileDoesNotNeedMayBeMissing() throws {
        var headers = try Samples.headers(.fractio)
        headers["webhook-id"] = nil
        headers["webhook-timestamp"] = nil

        #expect(try failure(.fractio, headers) == nil)
    }

    @Test(arguments: ["webhook-signature", "webhook-id", "webhook-timestamp"])
    func aHeaderThatStandsTwiceIsRefusedEvenWhenBothAgree(name: String) throws {
        var headers = try Samples.headers(.standard)
        headers.append((name.uppercased(), try #require(headers[name])))

        #expect(try failure(.standard, headers) == .headerDuplicated(name: name, count: 2))
    }

    @Test func aHeaderThatTheProfileDoesNotNeedMayStandTwice() throws {
        let headers = try Samples.headers(.fractio) + [(name: "webhook-id", value: "other")]

        #expect(try failure(.fractio, headers) == nil)
    }

    @Test(arguments: ["", " ", "\t"])
    func anEmptyHeaderIsMalformed(value: String) throws {
        let headers = try headers(.fractio) { _ in value }

        #expect(try failure(.fractio, headers) == .headerMalformed(name: "x-fractio-signature", why: "is empty"))
    }

    @Test(arguments: ["abc", "zz", "é", "0"])
    func aSignatureOfAnotherLengthIsMalformed(value: String) throws {
        let failure = try failure(.fractio, headers(.fractio) { _ in value })

        #expect(failure?.code == "header_malformed")
        #expect(failure?.description.contains("\(value.utf8.count) characters where 64 of hex were due") == true)
    }

    @Test(arguments: [
        ("v1=00", "no t="), ("t=1700000000", "no v1="), ("t=1,t=2,v1=00", "2 t="), ("t=1700000000,v1=", "0 characters"),
        ("t=1700000000,v1=00", "2 characters"),
    ])
    func aTaggedHeaderWithoutItsPartsIsMalformed(value: String, why: String) throws {
        let failure = try failure(.sharmo, headers(.sharmo) { _ in value })

        #expect(failure?.code == "header_malformed")
        #expect(failure?.description.contains(why) == true)
    }

    @Test func tooManySignaturesAreMalformed() throws {
        let sixteen = try headers(.standard) { String(repeating: "v1,AAAA ", count: 15) + $0 }
        let seventeen = try headers(.standard) { String(repeating: "v1,AAAA ", count: 16) + $0 }

        #expect(try failure(.standard, sixteen) == nil)
        #expect(try failure(.standard, seventeen)?.code == "header_malformed")
    }

    // MARK: Prefix and version

    static let github = SignatureProfile(scheme: .body, signatureHeader: "X-Hub-Signature-256", prefix: "sha256=")

    @Test func aMissingPrefixIsNamed() throws {
        let headers = try headers(Self.github) { String($0.dropFirst(7)) }

        #expect(try failure(Self.github, headers) == .prefixMissing(expected: "sha256="))
    }

    @Test func aPrefixWithNothingBehindItIsMalformed() throws {
        let failure = try failure(Self.github, headers(Self.github) { _ in "sha256=" })

        #expect(failure?.code == "header_malformed")
    }

    @Test(arguments: [(SignatureProfile.standard, "v1,"), (.standardEd25519, "v1a,")])
    func aStandardSignatureWithoutItsVersionLacksItsPrefix(profile: SignatureProfile, prefix: String) throws {
        let headers = try headers(profile) { String($0.dropFirst(prefix.count)) }

        #expect(try failure(profile, headers) == .prefixMissing(expected: prefix))
    }

    @Test func aBareSignatureUnderATaggedSchemeLacksItsPrefix() throws {
        let headers = try headers(.sharmo) { String($0.suffix(64)) }

        #expect(try failure(.sharmo, headers) == .prefixMissing(expected: "t=…,v1="))
    }

    @Test func aPrefixThatTheProfileDoesNotHaveIsNamedWhereTheRestIsRight() throws {
        let right = try headers(.fractio) { "sha256=" + $0 }
        let wrong = try headers(.fractio) { "sha256=" + $0.reversed() }

        #expect(try failure(.fractio, right) == .prefixUnexpected(found: "sha256="))
        #expect(try failure(.fractio, wrong)?.code == "header_malformed")
    }

    @Test func signaturesOfOtherVersionsAloneAreNamed() throws {
        let asymmetric = try headers(.standard) { $0.replacing("v1,", with: "v1a,") + " v2,x" }
        let hostile = try headers(.standard) { _ in "<script>,x \u{1b}[31m,y" }
        let old = try headers(.sharmo) { $0.replacing("v1=", with: "v0=") }

        #expect(try failure(.standard, asymmetric) == .versionMissing(expected: "v1", found: ["v1a", "v2"]))
        #expect(try failure(.standard, hostile)?.code == "header_malformed")
        #expect(try failure(.sharmo, old) == .versionMissing(expected: "v1", found: ["v0"]))
    }

    // MARK: Timestamp

    @Test(arguments: [
        "2023-11-14T22:13:20Z", "-1700000000", "+1700000000", "1700000000.5", "0x6553f100", "1.7e9", "١٧٠٠٠٠٠٠٠٠",
        "1700000000000", "99999999999999999999999999",
    ])
    func aTimestampThatIsNotSecondsIsMalformed(value: String) throws {
        var separate = try Samples.headers(.realEstate)
        separate["x-webhook-timestamp"] = value
        let tagged = try headers(.sharmo) { "t=\(value),\($0.suffix(67))" }

        #expect(try failure(.realEstate, separate)?.code == "timestamp_malformed")
        #expect(try failure(.sharmo, tagged)?.code == "timestamp_malformed")
    }

    @Test func aTimestampOfElevenDigitsIsOnlyFarAhead() throws {
        let headers = try Samples.headers(.realEstate, timestamp: 99_999_999_999)

        #expect(try failure(.realEstate, headers)?.code == "early")
    }

    @Test func aStaleTimestampIsToldOnlyWhereTheSignatureIsRight() throws {
        let headers = try Samples.headers(.sharmo)
        let later = Samples.timestamp + 400

        let stale = try failure(.sharmo, headers, now: later)
        let changed = try failure(.sharmo, headers, body: Array("{}".utf8), now: later)

        #expect(stale == .stale(bySeconds: 400, toleranceSeconds: 300))
        #expect(stale?.description.contains("400 s") == true)
        #expect(changed == .wrongSecret)
    }

    @Test func anEarlyTimestampIsTold() throws {
        let headers = try Samples.headers(.standard)

        let early = try failure(.standard, headers, now: Samples.timestamp - 302)

        #expect(early == .early(bySeconds: 302, toleranceSeconds: 300))
    }

    // MARK: Secret

    @Test(arguments: SignatureProfile.builtIn.map(\.profile))
    func anotherSecretIsAWrongSecret(profile: SignatureProfile) throws {
        let other: SigningSecret = profile.scheme == .standardEd25519 ? .generateEd25519() : .generate()

        #expect(try failure(profile, Samples.headers(profile), secret: other) == .wrongSecret)
    }

    @Test(arguments: SignatureProfile.builtIn.map(\.profile))
    func aPreviousSecretIsRecognised(profile: SignatureProfile) throws {
        let isPair = profile.scheme == .standardEd25519
        let current: SigningSecret = isPair ? .generateEd25519() : .generate()
        let stranger: SigningSecret = isPair ? .generateEd25519() : .generate()
        let old = try Samples.secret(for: profile)
        let headers = try Samples.headers(profile)

        let recognised = try failure(profile, headers, secret: current, previous: [stranger, old])
        let strange = try failure(profile, headers, secret: current, previous: [stranger])

        #expect(recognised == .matchesPreviousSecret(index: 1))
        #expect(strange == .wrongSecret)
    }

    @Test func aSecretThatIsBothCurrentAndPreviousIsValid() throws {
        let secret = try Samples.secret(for: .sharmo)

        #expect(try failure(.sharmo, Samples.headers(.sharmo), previous: [secret]) == nil)
    }

    // MARK: Encoding

    @Test func hexWhereBase64WasDueIsTold() throws {
        let hex = try #require(try Samples.headers(.fractio)["x-fractio-signature"])
        let right = try headers(.getequity) { _ in hex }
        let wrong = try headers(.getequity) { _ in String(hex.reversed()) }
        let short = try headers(.getequity) { _ in String(hex.dropLast()) }

        #expect(try failure(.getequity, right) == .hexWhereBase64WasDue(otherwiseRight: true))
        #expect(try failure(.getequity, wrong) == .hexWhereBase64WasDue(otherwiseRight: false))
        #expect(try failure(.getequity, short)?.code == "header_malformed")
    }

    @Test func base64WhereHexWasDueIsTold() throws {
        let inBase64 = SignatureProfile(scheme: .body, signatureHeader: "x-fractio-signature", encoding: .base64)
        let right = try Samples.headers(inBase64)
        let wrong = try headers(.fractio) { _ in String(repeating: "A", count: 43) + "=" }
        let short = try headers(.fractio) { _ in String(repeating: "Z", count: 40) }

        #expect(try failure(.fractio, right) == .base64WhereHexWasDue(otherwiseRight: true))
        #expect(try failure(.fractio, wrong) == .base64WhereHexWasDue(otherwiseRight: false))
        #expect(try failure(.fractio, short)?.code == "header_malformed")
    }

    @Test func upperCaseHexIsTold() throws {
        let right = try headers(.realEstate) { $0.uppercased() }
        let wrong = try headers(.realEstate) { String($0.uppercased().reversed()) }

        #expect(try failure(.realEstate, right) == .hexUpperCase(otherwiseRight: true))
        #expect(try failure(.realEstate, wrong) == .hexUpperCase(otherwiseRight: false))
    }

    @Test func irregularBase64IsTold() throws {
        let unpadded = try headers(.getequity) { $0.replacing("=", with: "") }
        let urlSafe = try headers(.standard) {
            "v1," + $0.dropFirst(3).replacing("+", with: "-").replacing("/", with: "_")
        }
        // The last character before the padding carries two bits of no byte: A and B spell the same byte there.
        let strayBits = try headers(.getequity) { signature in
            let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
            let last = signature.dropLast().last.flatMap { alphabet.firstIndex(of: $0) } ?? 0
            return signature.dropLast(2) + String(alphabet[last + 1]) + "="
        }
        let wrong = try headers(.getequity) { String($0.replacing("=", with: "").reversed()) }

        #expect(try failure(.getequity, unpadded) == .base64Irregular(otherwiseRight: true))
        #expect(try failure(.standard, urlSafe) == .base64Irregular(otherwiseRight: true))
        #expect(try failure(.getequity, strayBits) == .base64Irregular(otherwiseRight: true))
        #expect(try failure(.getequity, wrong) == .base64Irregular(otherwiseRight: false))
    }

    @Test func theBase64OfHexIsTold() throws {
        let hex = try #require(try Samples.headers(.fractio)["x-fractio-signature"])
        let right = try headers(.getequity) { _ in Data(hex.utf8).base64EncodedString() }
        let wrong = try headers(.getequity) { _ in Data(hex.utf8.reversed()).base64EncodedString() }
        // "zzz…", 64 characters that are no hex.
        let noHex = String(repeating: "enp6", count: 21) + "eg=="

        #expect(try failure(.getequity, right) == .base64OfHex(otherwiseRight: true))
        #expect(try failure(.getequity, wrong) == .base64OfHex(otherwiseRight: false))
        #expect(try failure(.getequity, headers(.getequity) { _ in noHex })?.code == "wrong_hash")
    }

    @Test(arguments: [(40, "sha1"), (96, "sha384"), (128, "sha512")])
    func theLengthOfAnotherHashIsTold(digits: Int, name: String) throws {
        let headers = try headers(.fractio) { _ in String(repeating: "a", count: digits) }

        #expect(try failure(.fractio, headers) == .wrongHash(found: name, expected: "sha256"))
        #expect(
            try failure(.fractio, self.headers(.fractio) { _ in String(repeating: "a", count: digits + 2) })?.code
                == "header_malformed")
    }

    // MARK: Signed content

    @Test(arguments: [
        (SignatureProfile.fractio, "1700000000.%", SignedContent.timestampDotBody),
        (.fractio, "1700000000%", .timestampBody),
        (.realEstate, "%", .body), (.realEstate, "1700000000.%", .timestampDotBody), (.sharmo, "%", .body),
        (.sharmo, "1700000000%", .timestampBody), (.standard, "%", .body),
        (.standard, "1700000000.%", .timestampDotBody),
        (.standard, "evt_01h455vb4pex5vsknk084sn02q.%", .idDotBody),
        (.sharmo, "evt_01h455vb4pex5vsknk084sn02q.1700000000.%", .idDotTimestampDotBody),
    ])
    func otherSignedContentIsTold(profile: SignatureProfile, pattern: String, found: SignedContent) throws {
        let body = String(decoding: Samples.body, as: UTF8.self)
        let right = try headers(profile, signedOver: pattern.replacing("%", with: body))
        let wrong = try headers(profile, signedOver: pattern.replacing("%", with: body + "x"))

        #expect(
            try failure(profile, right) == .wrongSignedContent(found: found, expected: profile.scheme.signedContent))
        #expect(try failure(profile, wrong) == .wrongSecret)
    }

    // MARK: Key

    @Test func aSharedSecretUsedAsTextIsTold() throws {
        let text = try SigningSecret(Samples.sharedSecret)
        let bare = try SigningSecret(String(Samples.sharedSecret.dropFirst(6)))
        var asText = SignatureProfile.standard
        asText.keyDerivation = .utf8

        let whole = try Samples.headers(asText, secret: text)
        let stripped = try Samples.headers(asText, secret: bare)

        #expect(try failure(.standard, whole) == .keyDecodedWrongly(.wholeText))
        #expect(try failure(.standard, stripped) == .keyDecodedWrongly(.textAfterPrefix))
    }

    @Test func aTextUsedAsBase64IsTold() throws {
        let secret = try SigningSecret(Samples.sharedSecret)
        var decoded = SignatureProfile.sharmo
        decoded.keyDerivation = .base64AfterPrefix("whsec_")

        let headers = try Samples.headers(decoded, secret: secret)

        #expect(try failure(.sharmo, headers, secret: secret) == .keyDecodedWrongly(.base64))
        #expect(try failure(.sharmo, headers, secret: .generate()) == .wrongSecret)
    }

    @Test func aSecretWithOrWithoutItsPrefixIsTold() throws {
        let whole = try SigningSecret(Samples.sharedSecret)
        let bare = try SigningSecret(String(Samples.sharedSecret.dropFirst(6)))

        let signedBare = try Samples.headers(.sharmo, secret: bare)
        let signedWhole = try Samples.headers(.sharmo, secret: whole)

        #expect(try failure(.sharmo, signedBare, secret: whole) == .keyDecodedWrongly(.textAfterPrefix))
        #expect(try failure(.sharmo, signedWhole, secret: bare) == .keyDecodedWrongly(.textWithPrefix))
    }

    @Test func aHexSecretUsedAsBytesIsTold() throws {
        let secret = try SigningSecret("00112233445566778899aabbccddeeff")
        var decoded = SignatureProfile.fractio
        decoded.keyDerivation = .hex

        let headers = try Samples.headers(decoded, secret: secret)

        #expect(try failure(.fractio, headers, secret: secret) == .keyDecodedWrongly(.hex))
    }

    @Test func aLineFeedAtTheEndOfTheSecretIsTold() throws {
        // No SigningSecret ends in one, but the hex of its bytes can.
        let signing = SignatureProfile(scheme: .body, signatureHeader: "x-fractio-signature", keyDerivation: .hex)
        let withLineFeed = Samples.ownSecret.utf8.map { String($0, radix: 16) }.joined() + "0a"

        let headers = try Samples.headers(signing, secret: SigningSecret(withLineFeed))

        #expect(try failure(.fractio, headers) == .keyDecodedWrongly(.textWithNewline))
    }

    // MARK: All of them

    @Test func withoutExplanationsAMismatchIsAWrongSecretAndTheRestStays() throws {
        let verifier = try WebhookVerifier(
            profile: .fractio, secrets: [Samples.secret(for: .fractio)], explainsFailures: false)
        let signed = Array("{\"a\": 1}".utf8)
        let headers = try Samples.headers(.fractio, body: signed)

        let reserialised = verifier.verify(headers: headers, body: Array("{\"a\":1}".utf8), now: 0)
        let upperCase = verifier.verify(
            headers: headers.map { ($0.name, $0.value.uppercased()) }, body: signed, now: 0)
        let missing = verifier.verify(headers: [WebhookSigner.Header](), body: signed, now: 0)

        #expect(verifier.verify(headers: headers, body: signed, now: 0).isValid)
        #expect(reserialised == .invalid(.wrongSecret))
        #expect(upperCase.failure?.code == "hex_upper_case")
        #expect(missing.failure?.code == "header_missing")
    }

    static let all: [VerificationFailure] = [
        .headerMissing(name: "x"), .headerDuplicated(name: "x", count: 2), .headerMalformed(name: "x", why: "is empty"),
        .prefixMissing(expected: "v1,"), .prefixUnexpected(found: "v1,"),
        .versionMissing(expected: "v1", found: ["v2"]),
        .timestampMalformed(name: "x", why: "is empty"), .stale(bySeconds: 301, toleranceSeconds: 300),
        .early(bySeconds: 301, toleranceSeconds: 300), .wrongSecret, .matchesPreviousSecret(index: 0),
        .hexWhereBase64WasDue(otherwiseRight: true), .base64WhereHexWasDue(otherwiseRight: false),
        .hexUpperCase(otherwiseRight: true), .base64Irregular(otherwiseRight: true), .base64OfHex(otherwiseRight: true),
        .wrongHash(found: "sha1", expected: "sha256"), .bodyReserialised(.minified), .keyDecodedWrongly(.base64),
        .wrongSignedContent(found: .body, expected: .timestampBody),
    ]

    @Test func everyReasonHasACodeOfItsOwnAndASentence() {
        #expect(Set(Self.all.map(\.code)).count == Self.all.count)
        for failure in Self.all {
            #expect(failure.code.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" })
            #expect(failure.description.hasSuffix("."))
            #expect(failure.description.first?.isUppercase == true)
        }
    }
}
