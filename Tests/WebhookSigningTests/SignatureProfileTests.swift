import Testing
import WebhookSigning

@Suite struct SignatureProfileTests {
    @Test func theBuiltInProfilesAreUsableAndFoundByName() throws {
        #expect(
            SignatureProfile.builtIn.map(\.name) == [
                "standard", "standard-ed25519", "fractio", "real-estate", "sharmo", "getequity",
            ])
        for (name, profile) in SignatureProfile.builtIn {
            #expect(throws: Never.self) { try profile.validate() }
            #expect(SignatureProfile.named(name) == profile)
        }
        #expect(SignatureProfile.named("Standard") == nil)
    }

    @Test(arguments: [
        ("utf8", KeyDerivation.utf8), ("hex", .hex), ("base64", .base64),
        ("base64-after:whsec_", .base64AfterPrefix("whsec_")),
    ])
    func keyDerivationsAreReadAndWrittenByName(name: String, derivation: KeyDerivation) {
        #expect(KeyDerivation(rawValue: name) == derivation)
        #expect(derivation.rawValue == name)
    }

    @Test func anUnknownKeyDerivationIsNone() {
        #expect(KeyDerivation(rawValue: "rot13") == nil)
    }

    @Test func schemesHaveTheNamesOfTheSpecification() {
        #expect(
            SignatureScheme.allCases.map(\.rawValue)
                == ["body", "timestamp-body", "t-v1", "standard", "standard-ed25519"])
        #expect(
            SignatureScheme.allCases.filter(\.carriesSeveralSignatures) == [.standard, .standardEd25519])
    }

    /// A profile that is sound, changed in one way.
    struct Flaw: Sendable, CustomTestStringConvertible {
        let field: String
        let problem: String
        let profile: SignatureProfile

        init(_ field: String, _ problem: String, of base: SignatureProfile, _ change: (inout SignatureProfile) -> Void)
        {
            var profile = base
            change(&profile)
            self.field = field
            self.problem = problem
            self.profile = profile
        }

        var testDescription: String { "\(field) \(problem)" }
    }

    static let flaws: [Flaw] = [
        Flaw("signature_header", "is empty", of: .fractio) { $0.signatureHeader = "" },
        Flaw("signature_header", "longer than 128", of: .fractio) {
            $0.signatureHeader = String(repeating: "x", count: 129)
        },
        Flaw("signature_header", "not a header name", of: .fractio) { $0.signatureHeader = "x signature" },
        Flaw("signature_header", "not a header name", of: .fractio) { $0.signatureHeader = "x-sig\r\nhost" },
        Flaw("signature_header", "not a header name", of: .fractio) { $0.signatureHeader = ":path" },
        Flaw("signature_header", "not a header name", of: .fractio) { $0.signatureHeader = "x-sígnature" },
        Flaw("signature_header", "HTTP itself needs", of: .fractio) { $0.signatureHeader = "Content-Type" },
        Flaw("signature_header", "HTTP itself needs", of: .fractio) { $0.signatureHeader = "HOST" },
        Flaw("signature_header", "HTTP itself needs", of: .fractio) { $0.signatureHeader = "content-length" },
        Flaw("signature_header", "HTTP itself needs", of: .fractio) { $0.signatureHeader = "connection" },
        Flaw("signature_header", "HTTP itself needs", of: .fractio) { $0.signatureHeader = "Transfer-Encoding" },
        Flaw("signature_header", "Standard Webhooks meaning", of: .fractio) { $0.signatureHeader = "Webhook-ID" },
        Flaw("timestamp_header", "is missing", of: .realEstate) { $0.timestampHeader = nil },
        Flaw("timestamp_header", "is missing", of: .standard) { $0.timestampHeader = nil },
        Flaw("timestamp_header", "signs no timestamp", of: .fractio) { $0.timestampHeader = "x-timestamp" },
        Flaw("timestamp_header", "as t=", of: .sharmo) { $0.timestampHeader = "x-timestamp" },
        Flaw("timestamp_header", "same header as signature_header", of: .realEstate) {
            $0.timestampHeader = "X-Webhook-Signature"
        },
        Flaw("timestamp_header", "Standard Webhooks meaning", of: .realEstate) { $0.timestampHeader = "webhook-id" },
        Flaw("id_header", "is missing", of: .standard) { $0.idHeader = nil },
        Flaw("id_header", "same header as timestamp_header", of: .realEstate) { $0.idHeader = "x-webhook-timestamp" },
        Flaw("id_header", "Standard Webhooks meaning", of: .fractio) { $0.idHeader = "webhook-signature" },
        Flaw("id_header", "HTTP itself needs", of: .fractio) { $0.idHeader = "host" },
        Flaw("prefix", "writes its own \"v1=\"", of: .sharmo) { $0.prefix = "sha256=" },
        Flaw("prefix", "writes its own \"v1,\"", of: .standard) { $0.prefix = "v1," },
        Flaw("prefix", "longer than 64", of: .fractio) { $0.prefix = String(repeating: "x", count: 65) },
        Flaw("prefix", "cannot carry", of: .fractio) { $0.prefix = "a\n" },
        Flaw("prefix", "cannot carry", of: .fractio) { $0.prefix = " a" },
        Flaw("encoding", "are base64", of: .standard) { $0.encoding = .hex },
        Flaw("hash", "HMAC-SHA256", of: .standard) { $0.hash = .sha512 },
        Flaw("key_derivation", "names no prefix", of: .standard) { $0.keyDerivation = .base64AfterPrefix("") },
        Flaw("key_derivation", "visible ASCII", of: .standard) { $0.keyDerivation = .base64AfterPrefix("a b") },
        Flaw("tolerance", "between", of: .standard) { $0.tolerance = .zero },
        Flaw("tolerance", "between", of: .standard) { $0.tolerance = .seconds(-300) },
        Flaw("tolerance", "between", of: .standard) { $0.tolerance = .seconds(7 * 86_400 + 1) },
    ]

    @Test(arguments: flaws)
    func aFlawIsNamedByItsFieldWithARemedy(flaw: Flaw) {
        let error = #expect(throws: SignatureProfileError.self) { try flaw.profile.validate() }

        #expect(error?.field == flaw.field)
        #expect(error?.problem.contains(flaw.problem) == true)
        #expect(error?.remedy.isEmpty == false)
        #expect(error?.description.hasPrefix("\(flaw.field) ") == true)
    }

    static let sound: [SignatureProfile] = [
        SignatureProfile(scheme: .body, signatureHeader: "!#$%&'*+-.^_`|~09azAZ"),
        SignatureProfile(scheme: .body, signatureHeader: "Webhook-Signature", idHeader: "webhook-id"),
        SignatureProfile(scheme: .body, signatureHeader: "authorization", prefix: "HMAC ", encoding: .base64),
        SignatureProfile(scheme: .timestampBody, signatureHeader: "x-s", timestampHeader: "webhook-timestamp"),
        SignatureProfile(scheme: .tV1, signatureHeader: "x-s", hash: .sha512, tolerance: .seconds(1)),
        SignatureProfile(scheme: .body, signatureHeader: "x-s", tolerance: .seconds(7 * 86_400)),
    ]

    @Test(arguments: sound)
    func aSoundProfileSignsWhatItVerifies(profile: SignatureProfile) throws {
        let secret = try SigningSecret(Samples.ownSecret)

        let headers = try Samples.headers(profile, secret: secret)

        let verifier = try Samples.verifier(profile, secret: secret)
        #expect(verifier.verify(headers: headers, body: Samples.body, now: Samples.timestamp).isValid)
    }
}
