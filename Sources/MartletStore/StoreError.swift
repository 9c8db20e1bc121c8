/// Why a store did not do what was asked, in terms of what its caller may do about it.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    private enum Kind: Sendable { case conflict, unavailable, full, lapsed, corrupt }

    private let kind: Kind
    /// What happened. For logs and operators; may name files, never secrets or payloads.
    public let description: String

    /// Something with that name is there already, or what was to be changed has changed meanwhile.
    public static func conflict(_ what: String) -> Self { Self(kind: .conflict, description: what) }
    /// The store cannot do it now: nothing was changed, and trying again later may work.
    public static func unavailable(_ why: String) -> Self { Self(kind: .unavailable, description: why) }
    /// The store has no room left, nothing was changed: a kind of ``unavailable(_:)`` that somebody making room mends.
    public static func full(_ why: String) -> Self { Self(kind: .full, description: why) }
    /// The store is shared, and took this node for dead: nothing was changed, and nothing will be before it joins again. A
    /// kind of ``unavailable(_:)`` that ``NodeStore/join(as:lease:)`` mends.
    public static func lapsed(_ why: String) -> Self { Self(kind: .lapsed, description: why) }
    /// What was read cannot be right: trying again will not help.
    public static func corrupt(_ what: String) -> Self { Self(kind: .corrupt, description: what) }

    public var isConflict: Bool { kind == .conflict }
    public var isUnavailable: Bool { kind == .unavailable || kind == .full || kind == .lapsed }
    public var isFull: Bool { kind == .full }
    public var isLapsed: Bool { kind == .lapsed }
    public var isCorrupt: Bool { kind == .corrupt }
}
