public import WebhookSigning

/// The URL of a request as people may see it, apart from the whole one where that has a secret in its query.
public struct MaskedURL: Sendable, Hashable {
    /// The URL, the values of secret parameters masked.
    public let shown: String
    /// The URL as it arrived, for a store to encrypt; `nil` where nothing is masked.
    public let withheld: String?

    /// Parameters that are secrets whatever the preset, in lower case: OAuth's (RFC 6750 section 2.3), Meta's.
    static let secretNames: Set<String> = [
        "access_token", "token", "secret", "password", "api_key", "apikey", "key", "code", "sig", "hub.verify_token",
    ]

    /// Masks a URL.
    ///
    /// - Parameters:
    ///   - url: The URL as the sender wrote it.
    ///   - preset: Whose tokens are secrets besides.
    public init(_ url: String, preset: WebhookPreset?) {
        guard let mark = url.firstIndex(of: "?") else {
            shown = url
            withheld = nil
            return
        }
        let names = Self.secretNames.union(preset?.tokenParameters.map { $0.lowercased() } ?? [])
        let fields = url[url.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false).map {
            field -> String in
            let name = field.prefix { $0 != "=" }
            // An escape could spell any of them.
            let isSecret = names.contains(name.lowercased()) || name.utf8.contains(UInt8(ascii: "%"))
            return isSecret && name.endIndex < field.endIndex ? "\(name)=\(MaskedHeaders.mask)" : String(field)
        }
        let masked = url[...mark] + fields.joined(separator: "&")
        shown = String(masked)
        withheld = shown == url ? nil : url
    }

    /// Puts together what a store kept apart.
    public init(shown: String, withheld: String?) {
        self.shown = shown
        self.withheld = withheld
    }

    /// The URL as it arrived.
    public var whole: String { withheld ?? shown }
}
