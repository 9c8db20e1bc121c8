/// A way of making a key of a secret's text, as a mistaken program might.
public enum KeyReading: String, Sendable, Hashable, CaseIterable {
    /// The text as it is, with its prefix.
    case wholeText = "whole-text"
    /// The text without its prefix.
    case textAfterPrefix = "text-after-prefix"
    /// The text with `whsec_` put in front.
    case textWithPrefix = "text-with-prefix"
    /// The text and a line feed, as a file gives it.
    case textWithNewline = "text-with-newline"
    /// The bytes that the text, without its prefix, spells in base64.
    case base64
    /// The bytes that the text, without its prefix, spells in hex.
    case hex

    /// How the key was made, to follow "the key is".
    var phrase: String {
        switch self {
        case .wholeText: "the secret's whole text"
        case .textAfterPrefix: "the secret's text without its prefix, not decoded"
        case .textWithPrefix: "the secret's text with whsec_ in front"
        case .textWithNewline: "the secret's text with a line feed at its end"
        case .base64: "the secret decoded from base64"
        case .hex: "the secret decoded from hex"
        }
    }

    /// The key that this reading makes of a secret; `nil` where it makes none.
    func key(of secret: SigningSecret, under derivation: KeyDerivation) -> [UInt8]? {
        let text = secret.revealed
        var prefix = SigningSecret.sharedPrefix
        if case .base64AfterPrefix(let own) = derivation { prefix = own }
        let hasPrefix = text.hasPrefix(prefix)
        let bare = hasPrefix ? text.utf8.dropFirst(prefix.utf8.count) : text.utf8[...]
        let key: [UInt8]? =
            switch self {
            case .wholeText: Array(text.utf8)
            case .textAfterPrefix: hasPrefix ? Array(bare) : nil
            case .textWithPrefix: hasPrefix ? nil : Array(prefix.utf8) + bare
            case .textWithNewline: Array(text.utf8) + [UInt8(ascii: "\n")]
            case .base64: Base64.decode(bare, .anyVariant)
            case .hex: Hex.decode(bare)
            }
        guard let key, !key.isEmpty else { return nil }
        return key
    }
}
