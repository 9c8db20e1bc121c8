/// An IPv4 or IPv6 address: a value of its bits, without zone, port or prefix.
///
/// Text is read strictly. An IPv4 address has four decimal numbers without leading zeros, never the short, octal,
/// hexadecimal or single-number forms that `inet_aton` takes for the same address; an IPv6 address follows RFC 4291
/// section 2.2 without a zone. What two parsers could read differently is therefore no address here.
public struct IPAddress: Hashable, Sendable {
    /// The two families.
    public enum Family: Hashable, Sendable {
        /// IPv4, 32 bits.
        case v4
        /// IPv6, 128 bits.
        case v6
    }

    /// The family.
    public let family: Family
    /// The upper 64 bits of an IPv6 address; 0 for IPv4.
    let high: UInt64
    /// The lower 64 bits of an IPv6 address, or the 32 of an IPv4 address.
    let low: UInt64

    /// Creates an IPv4 address from its 32 bits in host order: `0x7F000001` is 127.0.0.1.
    public init(v4 bits: UInt32) {
        family = .v4
        high = 0
        low = UInt64(bits)
    }

    /// Creates an IPv6 address from its upper and lower 64 bits in host order.
    public init(v6 high: UInt64, _ low: UInt64) {
        family = .v6
        self.high = high
        self.low = low
    }

    /// Creates an address from 4 or 16 bytes in network order, as socket addresses hold them; `nil` for another count.
    public init?(bytes: some Collection<UInt8>) {
        var bits: (high: UInt64, low: UInt64) = (0, 0)
        for byte in bytes {
            bits.high = bits.high << 8 | bits.low >> 56
            bits.low = bits.low << 8 | UInt64(byte)
        }
        switch bytes.count {
        case 4: self.init(v4: UInt32(truncatingIfNeeded: bits.low))
        case 16: self.init(v6: bits.high, bits.low)
        default: return nil
        }
    }

    /// The 4 or 16 bytes in network order.
    public var bytes: [UInt8] {
        switch family {
        case .v4: (0..<4).map { UInt8(truncatingIfNeeded: low >> UInt64(24 - 8 * $0)) }
        case .v6: (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - 8 * ($0 & 7))) }
        }
    }

    /// The bits of an address: 32 or 128.
    var width: Int { family == .v4 ? 32 : 128 }

    /// The first `length` bits, the others 0.
    func prefix(_ length: Int) -> IPAddress {
        switch family {
        case .v4:
            return IPAddress(v4: UInt32(truncatingIfNeeded: low) & (length == 0 ? 0 : ~0 << UInt32(32 - length)))
        case .v6:
            let upper: UInt64 = length == 0 ? 0 : ~0 << UInt64(64 - min(length, 64))
            let lower: UInt64 = length <= 64 ? 0 : ~0 << UInt64(128 - length)
            return IPAddress(v6: high & upper, low & lower)
        }
    }
}
