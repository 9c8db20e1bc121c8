import WebhookSigning

extension ReceiverRecipe {
    /// The library that signs verifies as well; the server may be any.
    var swift: String {
        """
        // \(ReceiverLanguage.swift.fileName): with the product WebhookSigning of the package martlet, in a server of your choice
        import WebhookSigning

        struct WebhookCheck {
            let verifier: WebhookVerifier

            /// - Parameter secret: that of the webhook, as the dashboard shows it.
            init(secret: String, profile: SignatureProfile = \(swiftProfile)) throws {
                verifier = try WebhookVerifier(profile: profile, secrets: [SigningSecret(secret)])
            }

            /// The status to answer with: call it with the bytes as they came, and parse them when it says \(status).
            func status(headers: [(name: String, value: String)], body: [UInt8], now: Int64) -> Int {
                switch verifier.verify(headers: headers, body: body, now: now) {
                case .valid: return \(status)
                case .invalid(let failure):
                    print("Refused: \\(failure.description)")  // why, for your log; the caller is told nothing
                    return 401
                }
            }
        }

        """
    }

    private var swiftProfile: String {
        if let known = SignatureProfile.builtIn.first(where: { $0.profile == signature }) {
            let member =
                switch known.name {
                case "standard-ed25519": "standardEd25519"
                case "real-estate": "realEstate"
                default: known.name
                }
            return ".\(member)"
        }
        var arguments = [
            "scheme: .\(swiftScheme)", "signatureHeader: \(Self.quoted(signature.signatureHeader, "\""))",
        ]
        if let header = signature.timestampHeader { arguments.append("timestampHeader: \(Self.quoted(header, "\""))") }
        if let header = signature.idHeader { arguments.append("idHeader: \(Self.quoted(header, "\""))") }
        if !signature.prefix.isEmpty { arguments.append("prefix: \(Self.quoted(signature.prefix, "\""))") }
        if signature.hash != .sha256 { arguments.append("hash: .\(signature.hash.rawValue)") }
        arguments.append("encoding: .\(signature.encoding.rawValue)")
        switch signature.keyDerivation {
        case .utf8: break
        case .hex: arguments.append("keyDerivation: .hex")
        case .base64: arguments.append("keyDerivation: .base64")
        case .base64AfterPrefix(let prefix):
            arguments.append("keyDerivation: .base64AfterPrefix(\(Self.quoted(prefix, "\"")))")
        }
        if toleranceSeconds != 300 { arguments.append("tolerance: .seconds(\(toleranceSeconds))") }
        return "SignatureProfile(\n" + arguments.map { "        \($0)" }.joined(separator: ",\n") + ")"
    }

    private var swiftScheme: String {
        switch signature.scheme {
        case .body: "body"
        case .timestampBody: "timestampBody"
        case .tV1: "tV1"
        case .standard: "standard"
        case .standardEd25519: "standardEd25519"
        }
    }
}
