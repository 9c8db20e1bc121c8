import MartletCore
import WebhookSigning

/// A request as this profile makes it, signed with a secret that is no secret: readers hold their code against it.
struct SampleDelivery: Sendable {
    let secret: String
    /// As sent: request line, headers, an empty line, the body.
    let head: String
    let body: String
    /// What the signature is computed over.
    let signed: String

    /// The instant of the seeds' own examples.
    private static let instant = Timestamp(milliseconds: 1_686_825_000_000)
    static let id = "evt_123456"

    /// The envelope of an event whose payload is this JSON.
    static func envelope(_ type: String, _ data: String, laidOut: Bool = false) -> String {
        let compact = (try? JSONNormaliser.normalise(Array(data.utf8)))?.bytes ?? Array(data.utf8)
        var writer = JSONWriter(capacity: compact.count + 200)
        writer.object { writer in
            writer.field("id", id)
            writer.field("type", type)
            writer.field("created", "2023-06-15T10:30:00Z")
            writer.field("data", raw: compact)
        }
        return laidOut ? JSONMarkup.plain(writer.bytes[...]) : writer.text
    }

    /// - Returns: `nil` where the profile cannot sign.
    init?(_ profile: Profile, type: String, data: String, url: String = "https://your-app.example.com/webhook") {
        let signature = profile.signature
        guard let key = Self.secret(for: signature), let secret = try? SigningSecret(key),
            let signer = try? WebhookSigner(profile: signature, secret: secret)
        else { return nil }
        let body =
            profile.envelope == .event
            ? Self.envelope(type, data)
            : String(
                decoding: (try? JSONNormaliser.normalise(Array(data.utf8)))?.bytes ?? Array(data.utf8), as: UTF8.self)
        let bytes = Array(body.utf8)
        guard let headers = try? signer.sign(id: Self.id, timestamp: Self.instant.seconds, body: bytes) else {
            return nil
        }
        let parts = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        let rest = parts.count == 3 ? parts[2] : "your-app.example.com/webhook"
        let host = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(host.count)
        var lines = [
            "POST \(path.isEmpty ? "/" : path) HTTP/1.1", "Host: \(host)", "Content-Type: application/json",
            "Content-Length: \(bytes.count)",
        ]
        lines += headers.map { "\($0.name): \($0.value)" }
        self.secret = key
        head = lines.joined(separator: "\n")
        self.body = body
        signed = String(
            decoding: signature.signedContent(id: Self.id, timestamp: Self.instant.seconds, body: bytes[...]),
            as: UTF8.self)
    }

    /// A key that each derivation understands; published here, so good for nothing else.
    private static func secret(for signature: SignatureProfile) -> String? {
        guard signature.scheme != .standardEd25519 else {
            // RFC 8032, section 7.1, test 1: seed and public key.
            return "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg=="
        }
        let base64 = "bWFydGxldC1leGFtcGxlLWtleS1ub3QtYS1zZWNyZXQ="
        switch signature.keyDerivation {
        case .utf8: return "your_webhook_secret"
        case .hex: return "6d6172746c65742d6578616d706c652d6b65792d6e6f742d612d736563726574"
        case .base64: return base64
        case .base64AfterPrefix(let prefix): return prefix + base64
        }
    }
}
