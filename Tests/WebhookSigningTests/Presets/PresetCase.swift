import Testing
import WebhookSigning

/// A preset with what it takes to sign and to verify by it.
struct PresetCase: Sendable, CustomTestStringConvertible {
    let name: String
    var parameters: [String: String] = [:]
    /// Overrides the kind of secret that the name tells.
    var secret: String?

    var testDescription: String {
        parameters.isEmpty ? name : "\(name) \(parameters.sorted { $0.key < $1.key }.map { "\($0)=\($1)" })"
    }

    static let url = "https://hooks.example.com/in/abc?tenant=1"
    static let now: Int64 = 1_700_000_000

    /// Every preset, and every way that those with parameters differ in.
    static let all: [PresetCase] =
        WebhookPreset.names.filter { !["hmac", "ip", "paypal"].contains($0) }.map { PresetCase(name: $0) } + [
            PresetCase(name: "paypal", parameters: ["webhook_id": "1JE4291016473214C"]),
            PresetCase(name: "ip", parameters: ["ranges": "203.0.113.0/24, 2001:db8::/32"]),
            PresetCase(name: "hmac", parameters: ["header": "X-Acme-Signature"]),
            PresetCase(
                name: "hmac",
                parameters: [
                    "header": "X-Acme-Signature", "prefix": "sha512=", "hash": "sha512", "encoding": "base64",
                    "key": "hex", "content": "{method} {url} {header:X-Acme-Id}:{timestamp}.{body}",
                    "timestamp_header": "X-Acme-Time", "timestamp_form": "rfc3339", "event_id": "header:X-Acme-Id",
                ], secret: "00112233445566778899aabbccddeeff"),
            PresetCase(
                name: "hmac",
                parameters: [
                    "header": "X-Acme-Signature", "hash": "sha384", "content": "{timestamp}{payload:/test}{body}",
                    "timestamp_header": "X-Acme-Time", "timestamp_form": "milliseconds",
                ]),
            PresetCase(name: "token", parameters: ["header": "X-Token", "prefix": "Token "]),
            PresetCase(name: "rapture", parameters: ["token": "/auth/token", "checksum": "/checksum"]),
            PresetCase(
                name: "rapture",
                parameters: ["token": "", "checksum": "/meta/signature", "checksum_of": "body", "encoding": "base64"]),
            PresetCase(
                name: "rapture", parameters: ["checksum": "/checksum", "checksum_kind": "plain", "hash": "sha512"]),
            PresetCase(name: "http-signature", parameters: ["algorithm": "ed25519"]),
            PresetCase(name: "http-signature", parameters: ["algorithm": "ecdsa-p256-sha256", "label": "acme"]),
            PresetCase(name: "http-signature", parameters: ["algorithm": "ecdsa-p384-sha384"]),
            PresetCase(name: "http-signature", parameters: ["algorithm": "rsa-v1_5-sha256"]),
            PresetCase(
                name: "http-signature",
                parameters: ["algorithm": "rsa-pss-sha512", "components": "content-digest, @query, @authority"]),
        ]

    func preset() throws -> WebhookPreset {
        try .named(name, parameters: parameters)
    }

    /// The side of the secret that signs; another one for another `generation`.
    func signingSecret(_ generation: Int = 0) throws -> SigningSecret? {
        let preset = try preset()
        guard preset.needsSecret else { return nil }
        if let secret { return try SigningSecret(secret.dropLast() + String(generation)) }
        switch (name, parameters["algorithm"]) {
        case ("standard-ed25519", _), ("discord", _), ("http-signature", "ed25519"):
            var generator = SeededGenerator(seed: UInt64(generation))
            return .generateEd25519(using: &generator)
        case ("sendgrid", _), ("http-signature", "ecdsa-p256-sha256"):
            return try SigningSecret(Vectors.key("p256Private"), for: preset)
        case ("http-signature", "ecdsa-p384-sha384"): return try SigningSecret(Vectors.key("p384Private"), for: preset)
        case ("paypal", _), ("http-signature", "rsa-v1_5-sha256"), ("http-signature", "rsa-pss-sha512"):
            return try SigningSecret(Vectors.key("rsaPrivate"), for: preset)
        case ("standard", _), ("svix", _):
            var generator = SeededGenerator(seed: UInt64(generation))
            return .generate(using: &generator)
        case ("adyen", _), ("adyen-platform", _):
            return try SigningSecret("44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA05\(generation)")
        case ("basic", _): return try SigningSecret("user:pässword\(generation)")
        default: return try SigningSecret("your_webhook_secret\(generation)")
        }
    }

    /// The side of the secret that verifies.
    func verifyingSecret(_ generation: Int = 0) throws -> SigningSecret? {
        switch (name, parameters["algorithm"]) {
        case ("standard-ed25519", _), ("discord", _), ("http-signature", "ed25519"):
            return try signingSecret(generation)?.publicKey()
        case ("sendgrid", _), ("http-signature", "ecdsa-p256-sha256"):
            return try SigningSecret(Vectors.key("p256Public"), for: preset())
        case ("http-signature", "ecdsa-p384-sha384"): return try SigningSecret(Vectors.key("p384Public"), for: preset())
        case ("paypal", _): return try SigningSecret(Vectors.key("rsaCertificate"), for: preset())
        case ("http-signature", "rsa-v1_5-sha256"), ("http-signature", "rsa-pss-sha512"):
            return try SigningSecret(Vectors.key("rsaPublic"), for: preset())
        default: return try signingSecret(generation)
        }
    }

    /// Whether there is more than one key for it here.
    var hasOtherSecrets: Bool {
        get throws {
            let keys = ["sendgrid", "paypal"]
            let isFixed =
                keys.contains(name) || name == "http-signature" && !["ed25519", nil].contains(parameters["algorithm"])
            return try preset().needsSecret && !isFixed
        }
    }

    /// The preset's tolerance. GitLab's tokens have none; its signatures are those of `standard`.
    var tolerance: Duration? {
        get throws { name == "gitlab" ? nil : try preset().tolerance }
    }

    func signed(_ generation: Int = 0, now: Int64 = now) throws -> WebhookRequest {
        let signer = try PresetSigner(preset: preset(), secret: signingSecret(generation))
        var request = try signer.sign(signer.sample(url: Self.url), now: now)
        request.remoteAddress = "203.0.113.7"
        return request
    }

    func receiver(previous: [SigningSecret] = [], tolerance: Duration? = nil) throws -> WebhookReceiver {
        try WebhookReceiver(
            preset: preset(), secrets: [verifyingSecret()].compactMap { $0 }, previous: previous, tolerance: tolerance)
    }
}
