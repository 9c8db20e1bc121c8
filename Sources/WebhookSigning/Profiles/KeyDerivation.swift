/// How the text of a secret becomes the key of an HMAC.
///
/// The raw value is the name used in configuration: `utf8`, `hex`, `base64`, or `base64-after:` and the prefix.
public enum KeyDerivation: Sendable, Hashable, RawRepresentable {
    /// The string itself, as UTF-8. A `whsec_` in front is part of the key.
    case utf8

    /// Base64 behind a fixed prefix, `whsec_` in Standard Webhooks. The prefix may be left out, as the reference
    /// libraries allow.
    case base64AfterPrefix(String)

    /// The whole string is hexadecimal.
    case hex

    /// The whole string is padded base64.
    case base64

    private static let prefixedName = "base64-after:"

    /// Reads a derivation's name as configuration writes it; `nil` when there is no such derivation.
    public init?(rawValue: String) {
        switch rawValue {
        case "utf8": self = .utf8
        case "hex": self = .hex
        case "base64": self = .base64
        default:
            guard rawValue.hasPrefix(Self.prefixedName) else { return nil }
            self = .base64AfterPrefix(String(rawValue.dropFirst(Self.prefixedName.count)))
        }
    }

    /// The name that configuration uses.
    public var rawValue: String {
        switch self {
        case .utf8: "utf8"
        case .hex: "hex"
        case .base64: "base64"
        case .base64AfterPrefix(let prefix): Self.prefixedName + prefix
        }
    }
}
