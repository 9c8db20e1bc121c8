/// Addresses that a webhook has no business with: a block, what it is for, where that is written, why it is refused.
public struct SpecialRange: Hashable, Sendable {
    /// Whether the operator can open a range along with the private networks.
    public enum Access: Hashable, Sendable {
        /// Part of somebody's own network: opened by `--allow-private-networks`.
        case privateNetwork
        /// Never the address of a receiver: opened only by listing it.
        case never
    }

    /// The addresses.
    public let block: AddressBlock
    /// What they are for, as in "10.1.2.3 is in 10.0.0.0/8, private".
    public let use: String
    /// The document that says so: `RFC 1918`.
    public let reference: String
    /// What a request there could do, in a sentence.
    public let why: String
    /// Whether it opens with the private networks.
    public let access: Access

    /// The narrowest range that contains an address; `nil` for an ordinary public address.
    public static func containing(_ address: IPAddress) -> SpecialRange? {
        all.first { $0.block.contains(address) }
    }
}
