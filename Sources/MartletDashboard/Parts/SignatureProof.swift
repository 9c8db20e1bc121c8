import MartletCore
import WebhookSigning

/// How anybody can check an attempt's signature by hand: the exact bytes that were signed, and a command that signs them
/// again.
struct SignatureProof {
    /// What was signed, as text.
    let base: String
    /// Commands for a shell; `SECRET` has to be set.
    let commands: String
    /// What the commands have to print.
    let expected: String
    /// What stands in the way of that, where something does.
    let note: String?

    /// Longer bodies are named by a file rather than put into a command line.
    private static let mostInline = 8 << 10

    /// - Returns: `nil` where the attempt was not signed by this profile, which may have changed since.
    init?(_ attempt: Attempt, body: ArraySlice<UInt8>, id: String, profile: Profile) {
        let signature = profile.signature
        func header(_ name: String?) -> String? {
            guard let name = name?.lowercased() else { return nil }
            return attempt.request.headers.first { $0.name.lowercased() == name }?.value
        }
        guard let signed = header(signature.signatureHeader) else { return nil }
        var timestamp = header(signature.timestampHeader).flatMap(Int64.init)
        if signature.scheme == .tV1 {
            timestamp = signed.split(separator: ",").first { $0.hasPrefix("t=") }.flatMap { Int64($0.dropFirst(2)) }
        }
        if signature.scheme.signsTimestamp, timestamp == nil { return nil }
        base =
            ByteText(
                signature.signedContent(id: id, timestamp: timestamp ?? 0, body: body)[...]
            ).text
        expected = signed
        let head = String(
            decoding: signature.signedContent(id: id, timestamp: timestamp ?? 0, body: []), as: UTF8.self)
        let isInline = body.count <= Self.mostInline && HTML.isPlain(body)
        let content =
            isInline
            ? "printf '%s' " + ShellText.quoted(head + String(decoding: body, as: UTF8.self))
            : "(printf '%s' \(ShellText.quoted(head)); cat payload.json)"
        note =
            isInline
            ? nil : "Save the exact bytes of the request as payload.json first."
        guard signature.scheme != .standardEd25519 else {
            commands = "MARTLET_SECRET=\"$SECRET\" martlet verify --profile \(profile.name) --body @payload.json"
            return
        }
        let key: String
        switch signature.keyDerivation {
        case .utf8: key = "-hmac \"$SECRET\""
        case .hex: key = "-mac HMAC -macopt hexkey:\"$SECRET\""
        case .base64: key = "-mac HMAC -macopt hexkey:$(printf %s \"$SECRET\" | base64 -d | xxd -p -c 999)"
        case .base64AfterPrefix(let prefix):
            key =
                "-mac HMAC -macopt hexkey:$(printf %s \"${SECRET#\(prefix)}\" | base64 -d | xxd -p -c 999)"
        }
        let encoding = signature.encoding == .hex ? "xxd -p -c 999" : "base64 -w 0"
        commands = "\(content) |\n  openssl dgst -\(signature.hash.rawValue) \(key) -binary | \(encoding)"
    }
}
