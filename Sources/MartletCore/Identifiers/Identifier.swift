/// A 128-bit identifier of one kind of thing: `evt_01j9…`.
///
/// The value is a UUIDv7 (RFC 9562, section 5.7), so identifiers sort by the time they were made. The text is the
/// kind's prefix and 26 lower-case Crockford base32 characters, most significant first.
public struct Identifier<Kind: IdentifierKind>: Hashable, Sendable {
    /// The upper 64 bits: 48 of Unix milliseconds, the version, 12 of the counter.
    public let high: UInt64
    /// The lower 64 bits: the variant and 62 random bits.
    public let low: UInt64

    /// Makes an identifier from its two halves, as a store keeps them.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The instant the identifier was made, to the millisecond.
    public var instant: Timestamp { Timestamp(milliseconds: Int64(high >> 16)) }
}

/// What an ``Identifier`` names, and the prefix its text carries.
public protocol IdentifierKind: Sendable {
    /// The text before the 26 characters, underscore included: `evt_`.
    static var prefix: StaticString { get }
}

extension Identifier: Comparable {
    public static func < (left: Self, right: Self) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}
