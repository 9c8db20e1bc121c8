/// An endpoint's signing secrets as they rest in a store: encrypted, never in the clear.
public struct SealedSecrets: Sendable, Hashable {
    /// The secret that stays once any rotation is over.
    public var current: [UInt8]
    /// The one before it, while a rotation lasts.
    public var previous: [UInt8]?
    /// When ``previous`` ceases to count for anything; set together with it.
    public var overlapEnds: Timestamp?
    /// From when ``current`` signs where the scheme carries one signature only; set together with ``previous``.
    public var cutOverAt: Timestamp?

    public init(
        current: [UInt8], previous: [UInt8]? = nil, overlapEnds: Timestamp? = nil, cutOverAt: Timestamp? = nil
    ) {
        self.current = current
        self.previous = previous
        self.overlapEnds = overlapEnds
        self.cutOverAt = cutOverAt
    }
}
