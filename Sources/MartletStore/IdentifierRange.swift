public import MartletCore

/// The identifiers that a page of a listing may hold: from `lower` up to, not including, `upper`.
public struct IdentifierRange<Kind: IdentifierKind>: Sendable, Hashable {
    public var lower: Identifier<Kind>
    public var upper: Identifier<Kind>

    /// The range that a listing's bounds in time and its cursor make together.
    public init(since: Timestamp?, until: Timestamp?, before: Identifier<Kind>?) {
        lower = since.map(Self.first) ?? Identifier(high: 0, low: 0)
        let end = until.map(Self.first) ?? Identifier(high: .max, low: .max)
        upper = before.map { min($0, end) } ?? end
    }

    /// The range of a run through the oldest first, that has got as far as `after`.
    public init(since: Timestamp?, until: Timestamp?, after: Identifier<Kind>?) {
        self.init(since: since, until: until, before: nil)
        guard let after else { return }
        let low = after.low &+ 1
        lower = max(lower, Identifier(high: low == 0 ? after.high &+ 1 : after.high, low: low))
    }

    public func contains(_ id: Identifier<Kind>) -> Bool { lower <= id && id < upper }

    /// The smallest identifier that an instant has.
    private static func first(_ instant: Timestamp) -> Identifier<Kind> {
        // 48 bits hold the years up to 10889; what lies outside counts as the nearest that they hold.
        Identifier(high: min(UInt64(clamping: instant.milliseconds), 0xFFFF_FFFF_FFFF) << 16, low: 0)
    }
}
