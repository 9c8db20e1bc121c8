import WebhookSigning

/// What most tests need: one message, one secret a profile.
enum Samples {
    static let id = "evt_01h455vb4pex5vsknk084sn02q"
    static let timestamp: Int64 = 1_700_000_000
    static let body = Array(#"{"id":"evt_1","type":"property.created","data":{"url":"https://a.example/é"}}"#.utf8)
    static let sharedSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let ownSecret = "your_webhook_secret"

    static func secret(for profile: SignatureProfile) throws -> SigningSecret {
        switch profile.scheme {
        case .standard: try SigningSecret(sharedSecret)
        case .standardEd25519: try SigningSecret(try Vectors.published("standard-webhooks v1a").private ?? "")
        case .body, .timestampBody, .tV1: try SigningSecret(ownSecret)
        }
    }

    static func headers(
        _ profile: SignatureProfile,
        secret: SigningSecret? = nil,
        id: String = id,
        timestamp: Int64 = timestamp,
        body: [UInt8] = body
    ) throws -> [WebhookSigner.Header] {
        let signer = try WebhookSigner(profile: profile, secret: secret ?? Self.secret(for: profile))
        return try signer.sign(id: id, timestamp: timestamp, body: body)
    }

    static func verifier(
        _ profile: SignatureProfile, secret: SigningSecret? = nil, previous: [SigningSecret] = []
    ) throws -> WebhookVerifier {
        try WebhookVerifier(profile: profile, secrets: [secret ?? Self.secret(for: profile)], previous: previous)
    }
}

extension [WebhookSigner.Header] {
    /// The value of the first header of that exact name.
    subscript(name: String) -> String? {
        get { first { $0.name == name }?.value }
        set {
            guard let index = firstIndex(where: { $0.name == name }) else {
                if let newValue { append((name, newValue)) }
                return
            }
            if let newValue { self[index].value = newValue } else { remove(at: index) }
        }
    }

    var names: [String] { map(\.name) }
}

/// SplitMix64: the same numbers for the same seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
