/// Base64 of RFC 4648: written padded with the standard alphabet, read as strictly as the caller asks.
enum Base64 {
    /// How exactly a text must keep to the standard alphabet with padding.
    enum Reading {
        /// The standard alphabet, padded (section 4).
        case standard
        /// Either alphabet, padded or not (sections 4 and 5).
        case anyVariant
    }

    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    /// Writes `bytes` and returns the number of characters. The caller has made room for four every three bytes.
    static func encode(_ bytes: UnsafeRawBufferPointer, to output: UnsafeMutablePointer<UInt8>) -> Int {
        let alphabet = Self.alphabet.utf8Start
        var next = output
        var index = 0
        while index + 3 <= bytes.count {
            let group = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
            next.initialize(to: alphabet[Int(group >> 18)])
            (next + 1).initialize(to: alphabet[Int(group >> 12 & 63)])
            (next + 2).initialize(to: alphabet[Int(group >> 6 & 63)])
            (next + 3).initialize(to: alphabet[Int(group & 63)])
            next += 4
            index += 3
        }
        if index < bytes.count {
            let isPair = index + 1 < bytes.count
            let group = UInt32(bytes[index]) << 16 | (isPair ? UInt32(bytes[index + 1]) << 8 : 0)
            next.initialize(to: alphabet[Int(group >> 18)])
            (next + 1).initialize(to: alphabet[Int(group >> 12 & 63)])
            (next + 2).initialize(to: isPair ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
            (next + 3).initialize(to: UInt8(ascii: "="))
            next += 4
        }
        return next - output
    }

    static func encode(_ bytes: [UInt8]) -> String {
        guard !bytes.isEmpty else { return "" }
        let characters = SignatureEncoding.base64.characterCount(forByteCount: bytes.count)
        return String(unsafeUninitializedCapacity: characters) { buffer in
            var writer = ASCIIWriter(buffer)
            bytes.withUnsafeBytes { writer.append($0, as: .base64) }
            return writer.count
        }
    }

    /// The bytes that `text` spells; `nil` when it is not base64. Bits left over in the last character are ignored, as
    /// the decoders of most languages do.
    static func decode(_ text: some Collection<UInt8>, _ reading: Reading = .standard) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3 + 3)
        var group: UInt32 = 0
        var characters = 0
        var padding = 0
        for character in text {
            if character == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            guard padding == 0, let value = value(of: character, reading) else { return nil }
            group = group << 6 | UInt32(value)
            characters += 1
            if characters.isMultiple(of: 4) {
                bytes.append(UInt8(truncatingIfNeeded: group >> 16))
                bytes.append(UInt8(truncatingIfNeeded: group >> 8))
                bytes.append(UInt8(truncatingIfNeeded: group))
                group = 0
            }
        }
        let paddingDue = (4 - characters % 4) % 4
        guard paddingDue < 3, padding == paddingDue || reading == .anyVariant && padding == 0 else { return nil }
        switch paddingDue {
        case 1:
            bytes.append(UInt8(truncatingIfNeeded: group >> 10))
            bytes.append(UInt8(truncatingIfNeeded: group >> 2))
        case 2:
            bytes.append(UInt8(truncatingIfNeeded: group >> 4))
        default:
            break
        }
        return bytes
    }

    private static func value(of character: UInt8, _ reading: Reading) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        case UInt8(ascii: "-"): reading == .anyVariant ? 62 : nil
        case UInt8(ascii: "_"): reading == .anyVariant ? 63 : nil
        default: nil
        }
    }
}
