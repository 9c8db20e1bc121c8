/// A range of IP addresses in CIDR notation (RFC 4632, RFC 4291 section 2.3): `192.0.2.0/24`, `2001:db8::/32`, or one
/// address.
public struct AddressRange: Sendable, Hashable, CustomStringConvertible {
    private let prefix: [UInt8]
    private let bits: Int

    /// The range as it was written.
    public let description: String

    /// Reads a range; `nil` when the text is none, or has bits beyond its prefix.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = Self.bytes(of: parts[0]) else { return nil }
        let offset = parts[0].contains(":") ? 0 : 96
        var bits = 128
        if parts.count == 2 {
            guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy(\.isASCIIDigit),
                let length = Int(parts[1]), length + offset <= 128
            else { return nil }
            bits = length + offset
        }
        self.prefix = address
        self.bits = bits
        self.description = text
        guard address.indices.allSatisfy({ address[$0] & ~mask(at: $0) == 0 }) else { return nil }
    }

    /// Whether an address is in the range. An IPv4 address and its IPv4-mapped form are one (RFC 4291 section 2.5.5.2);
    /// a text that is no address is in none.
    public func contains(_ address: String) -> Bool {
        guard let address = Self.bytes(of: address[...]) else { return false }
        return address.indices.allSatisfy { (address[$0] ^ prefix[$0]) & mask(at: $0) == 0 }
    }

    private func mask(at index: Int) -> UInt8 {
        let inside = min(8, max(0, bits - index * 8))
        return inside == 0 ? 0 : 0xFF << UInt8(8 - inside)
    }

    /// The 16 bytes of an address, IPv4 in its mapped form.
    private static func bytes(of text: Substring) -> [UInt8]? {
        if !text.contains(":") {
            return quad(text).map { [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + $0 }
        }
        // A zone (`fe80::1%eth0`) names the link, not the address.
        let text = text.prefix { $0 != "%" }
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        guard halves.count <= 2, let head = groups(halves[0]) else { return nil }
        guard halves.count == 2 else { return head.count == 16 ? head : nil }
        guard let tail = groups(halves[1]), head.count + tail.count <= 14 else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    private static func groups(_ text: Substring) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        var bytes: [UInt8] = []
        let groups = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, group) in groups.enumerated() {
            if index == groups.count - 1, group.contains(".") {
                guard let quad = quad(group) else { return nil }
                bytes.append(contentsOf: quad)
                continue
            }
            guard (1...4).contains(group.utf8.count), group.utf8.allSatisfy({ $0.hexDigitValue != nil }),
                let value = UInt16(group, radix: 16)
            else { return nil }
            bytes.append(UInt8(value >> 8))
            bytes.append(UInt8(value & 0xFF))
        }
        return bytes.count <= 16 ? bytes : nil
    }

    // Decimal without leading zeros: `010` is eight to some programs and ten to others.
    private static func quad(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy(\.isASCIIDigit),
                part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0"), let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }
}
