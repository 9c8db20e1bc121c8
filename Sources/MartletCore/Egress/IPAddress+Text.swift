extension IPAddress: CustomStringConvertible, LosslessStringConvertible {
    /// Parses an address; `nil` for everything but the strict forms.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        if bytes.contains(0x3A) {
            self.init(parsingV6: bytes[...])
        } else {
            guard let bits = Self.dottedQuad(bytes[...]) else { return nil }
            self.init(v4: bits)
        }
    }

    /// Parses an address; `nil` for everything but the strict forms.
    public init?(_ text: String) {
        self.init(text[...])
    }

    /// The canonical text: RFC 5952 for IPv6, with the embedded IPv4 address spelled out in a mapped one.
    public var description: String {
        switch family {
        case .v4: Self.dottedQuad(UInt32(truncatingIfNeeded: low))
        case .v6: v6Description
        }
    }

    private static func dottedQuad(_ bits: UInt32) -> String {
        "\(bits >> 24).\(bits >> 16 & 0xFF).\(bits >> 8 & 0xFF).\(bits & 0xFF)"
    }

    private static func dottedQuad(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != 0x30 else { return nil }
            var value: UInt32 = 0
            for byte in part {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + UInt32(byte - 0x30)
            }
            guard value <= 255 else { return nil }
            bits = bits << 8 | value
        }
        return bits
    }

    private init?(parsingV6 text: ArraySlice<UInt8>) {
        var groups: [UInt16] = []
        /// How many groups stand before the `::`.
        var gap: Int?
        var rest = text
        if rest.starts(with: [0x3A, 0x3A]) {
            gap = 0
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let end = rest.firstIndex(of: 0x3A) ?? rest.endIndex
            let part = rest[..<end]
            if part.contains(0x2E) {
                guard end == rest.endIndex, let bits = Self.dottedQuad(part) else { return nil }
                groups.append(UInt16(bits >> 16))
                groups.append(UInt16(truncatingIfNeeded: bits))
                break
            }
            guard let group = Self.group(part) else { return nil }
            groups.append(group)
            guard groups.count <= 8 else { return nil }
            if end == rest.endIndex { break }
            rest = rest[(end + 1)...]
            if rest.first == 0x3A {
                guard gap == nil else { return nil }
                gap = groups.count
                rest = rest.dropFirst()
            } else if rest.isEmpty {
                return nil
            }
        }
        if let gap {
            // The `::` stands for at least one group.
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        let high = groups[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        let low = groups[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        self.init(v6: high, low)
    }

    private static func group(_ text: ArraySlice<UInt8>) -> UInt16? {
        guard (1...4).contains(text.count) else { return nil }
        var value: UInt16 = 0
        for byte in text {
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt16(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt16(byte - 0x37)
            case 0x61...0x66: value = value << 4 | UInt16(byte - 0x57)
            default: return nil
            }
        }
        return value
    }

    private var v6Description: String {
        if high == 0 && low >> 32 == 0xFFFF {
            return "::ffff:" + Self.dottedQuad(UInt32(truncatingIfNeeded: low))
        }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: ($0 < 4 ? high : low) >> UInt64(48 - 16 * ($0 & 3))) }
        // The longest run of zero groups, the first of equals, and never a single one (RFC 5952 section 4.2).
        var longest = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8 && groups[end] == 0 { end += 1 }
            if end - start > max(longest.count, 1) { longest = start..<end }
            start = max(end, start + 1)
        }
        func text(_ range: some Sequence<Int>) -> String {
            range.map { String(groups[$0], radix: 16) }.joined(separator: ":")
        }
        guard !longest.isEmpty else { return text(0..<8) }
        return text(0..<longest.lowerBound) + "::" + text(longest.upperBound..<8)
    }
}
