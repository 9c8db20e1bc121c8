/// What one presented signature turned out to be.
enum SignatureReading: Sendable, Hashable {
    /// Written as it is due.
    case due([UInt8])
    /// The right number of bytes, written in another way.
    case odd([UInt8], Oddity)
    /// As long as a code of another hash.
    case otherHash(name: String)
    /// Nothing of the kind.
    case unreadable(characters: Int)

    /// The signature's bytes, where it is written as it is due.
    var dueBytes: [UInt8]? {
        if case .due(let bytes) = self { bytes } else { nil }
    }

    enum Oddity: Sendable, Hashable {
        case hexForBase64, base64ForHex, upperCaseHex, irregularBase64, base64OfHex

        func failure(otherwiseRight: Bool) -> VerificationFailure {
            switch self {
            case .hexForBase64: .hexWhereBase64WasDue(otherwiseRight: otherwiseRight)
            case .base64ForHex: .base64WhereHexWasDue(otherwiseRight: otherwiseRight)
            case .upperCaseHex: .hexUpperCase(otherwiseRight: otherwiseRight)
            case .irregularBase64: .base64Irregular(otherwiseRight: otherwiseRight)
            case .base64OfHex: .base64OfHex(otherwiseRight: otherwiseRight)
            }
        }
    }

    /// Reads an encoded signature, without prefix or version, as `form` would have it.
    init(_ text: ArraySlice<UInt8>, form: SignatureForm) {
        switch form.encoding {
        case .hex: self = Self.readAsHex(text, form)
        case .base64: self = Self.readAsBase64(text, form)
        }
    }

    private static func readAsHex(_ text: ArraySlice<UInt8>, _ form: SignatureForm) -> SignatureReading {
        if let bytes = Hex.decode(text) {
            if form.allows(bytes.count) {
                let hasUpperCase = text.contains { (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0) }
                return hasUpperCase ? .odd(bytes, .upperCaseHex) : .due(bytes)
            }
            if let other = otherHash(bytes, form) { return other }
        }
        if let bytes = Base64.decode(text, .anyVariant), form.allows(bytes.count) { return .odd(bytes, .base64ForHex) }
        return .unreadable(characters: text.count)
    }

    private static func readAsBase64(_ text: ArraySlice<UInt8>, _ form: SignatureForm) -> SignatureReading {
        if let bytes = Base64.decode(text), form.allows(bytes.count), isCanonical(text, bytes) { return .due(bytes) }
        // Hex first: its characters are base64's too.
        if let bytes = Hex.decode(text), form.allows(bytes.count) { return .odd(bytes, .hexForBase64) }
        guard let bytes = Base64.decode(text, .anyVariant) else { return .unreadable(characters: text.count) }
        if form.allows(bytes.count) { return .odd(bytes, .irregularBase64) }
        if let inner = Hex.decode(bytes), form.allows(inner.count) { return .odd(inner, .base64OfHex) }
        return otherHash(bytes, form) ?? .unreadable(characters: text.count)
    }

    // The last character of unpadded text may carry bits that no byte uses: only one spelling is the one that was due.
    private static func isCanonical(_ text: ArraySlice<UInt8>, _ bytes: [UInt8]) -> Bool {
        Base64.encode(bytes).utf8.elementsEqual(text)
    }

    private static func otherHash(_ bytes: [UInt8], _ form: SignatureForm) -> SignatureReading? {
        guard let own = form.hashName,
            let other = HMACHash.allCases.first(where: { $0.byteCount == bytes.count }), other.rawValue != own
        else { return nil }
        return .otherHash(name: other.rawValue)
    }
}
