public import WebhookSigning

/// The headers of a request as people may see them, apart from what they may not.
///
/// What is a secret by itself (a token, a password, a cookie) is masked. A signature is none: it shows that its maker had
/// the secret, and is what people look at when it does not fit. The masked values are kept apart, for a store to encrypt:
/// a request can be verified again only with all of its headers.
public struct MaskedHeaders: Sendable, Hashable {
    /// Every header in order, secrets masked.
    public let shown: [HeaderField]
    /// What the masked ones hold.
    public let withheld: [Withheld]

    /// The value of a header that is masked.
    public struct Withheld: Sendable, Hashable {
        /// The header's place in ``MaskedHeaders/shown``.
        public let index: Int
        /// Its value as it arrived.
        public let value: String

        public init(index: Int, value: String) {
            self.index = index
            self.value = value
        }
    }

    /// What stands for a secret.
    public static let mask = "•••"

    /// Names whose values are secrets by what HTTP or custom takes them for, in lower case.
    static let secretNames: Set<String> = [
        "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "apikey",
        "x-auth-token",
        "x-access-token", "x-csrf-token", "x-gitlab-token", "x-amz-security-token", "x-forwarded-client-cert",
    ]

    /// Masks a request's headers.
    ///
    /// - Parameters:
    ///   - headers: Every header in order.
    ///   - preset: Whose tokens are secrets besides.
    public init(_ headers: [HeaderField], preset: WebhookPreset?) {
        let names = Self.secretNames.union(preset?.tokenHeaders ?? [])
        var shown: [HeaderField] = []
        var withheld: [Withheld] = []
        shown.reserveCapacity(headers.count)
        for header in headers {
            let name = header.name.lowercased()
            guard names.contains(name) || Self.isTelling(name) else {
                shown.append(header)
                continue
            }
            withheld.append(Withheld(index: shown.count, value: header.value))
            shown.append(HeaderField(name: header.name, value: Self.masked(header.value)))
        }
        self.shown = shown
        self.withheld = withheld
    }

    /// Puts together what a store kept apart.
    public init(shown: [HeaderField], withheld: [Withheld]) {
        self.shown = shown
        self.withheld = withheld
    }

    /// Every header as it arrived.
    public var whole: [HeaderField] {
        var whole = shown
        for held in withheld where whole.indices.contains(held.index) { whole[held.index].value = held.value }
        return whole
    }

    /// A name that says itself that its value is a secret. `X-Hub-Signature` does not.
    private static func isTelling(_ name: String) -> Bool {
        ["-token", "-secret", "-password", "-apikey", "-api-key"].contains { name.hasSuffix($0) }
    }

    /// An authentication scheme in front of the secret says what went wrong and is none.
    private static func masked(_ value: String) -> String {
        for scheme in ["Bearer ", "Basic ", "Digest ", "Token "]
        where value.prefix(scheme.count).lowercased() == scheme.lowercased() {
            return value.prefix(scheme.count) + mask
        }
        return mask
    }
}
