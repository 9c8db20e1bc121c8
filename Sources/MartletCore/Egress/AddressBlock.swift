/// A block of addresses that share their first bits, in CIDR notation (RFC 4632): `10.0.0.0/8`, `fd00::/8`.
public struct AddressBlock: Hashable, Sendable, CustomStringConvertible {
    /// The first address; its bits beyond the prefix are 0.
    public let network: IPAddress
    /// How many first bits the addresses share: 0 to 32, or 0 to 128.
    public let prefixLength: Int

    /// Why a text is no block.
    public struct Malformed: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong and how to mend it.
        public var message: String
        /// The sentence.
        public var description: String { message }
    }

    /// Creates the block of `length` bits around an address.
    public init(around address: IPAddress, prefixLength length: Int) {
        precondition((0...address.width).contains(length), "A prefix has 0 to \(address.width) bits")
        network = address.prefix(length)
        prefixLength = length
    }

    /// Parses `ADDRESS/BITS`, or a single address.
    public init(parsing text: String) throws(Malformed) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else {
            throw Malformed(message: "'\(text)' does not begin with an IP address. Write 10.1.0.0/16 or fd00::/8.")
        }
        guard parts.count == 2 else {
            self.init(around: address, prefixLength: address.width)
            return
        }
        guard let length = Int(parts[1]), String(length) == parts[1], (0...address.width).contains(length) else {
            throw Malformed(
                message: "'\(text)' does not end with a number of bits from 0 to \(address.width) after the slash.")
        }
        self.init(around: address, prefixLength: length)
        guard network == address else {
            throw Malformed(message: "'\(text)' has bits beyond its prefix. Write \(self).")
        }
    }

    /// Whether an address is in the block. A mapped IPv6 address is not in a block of IPv4 addresses.
    public func contains(_ address: IPAddress) -> Bool {
        address.family == network.family && address.prefix(prefixLength) == network
    }

    /// The last address.
    public var last: IPAddress {
        switch network.family {
        case .v4:
            let rest: UInt32 = prefixLength == 32 ? 0 : ~0 >> UInt32(prefixLength)
            return IPAddress(v4: UInt32(truncatingIfNeeded: network.low) | rest)
        case .v6:
            let upper: UInt64 = prefixLength >= 64 ? 0 : ~0 >> UInt64(prefixLength)
            let lower: UInt64 = prefixLength <= 64 ? ~0 : (prefixLength == 128 ? 0 : ~0 >> UInt64(prefixLength - 64))
            return IPAddress(v6: network.high | upper, network.low | lower)
        }
    }

    /// The CIDR notation.
    public var description: String { "\(network)/\(prefixLength)" }
}
