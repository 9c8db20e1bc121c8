/// Whether several make use of something in turns, as far as can be told from who did last: after somebody else's use, the
/// next 256 count as shared. That is enough for one who comes a few times a second to be counted with.
public struct SharedUse<User: Equatable & Sendable>: Sendable {
    @usableFromInline var last: User?
    @usableFromInline var left = 0

    @inlinable public init() {}

    @inlinable public var isShared: Bool { left > 0 }

    /// Somebody makes use of it, or is about to.
    @inlinable
    public mutating func note(_ user: User) {
        guard user != last else { return }
        if last != nil { left = 256 }
        last = user
    }

    /// One use is over.
    @inlinable
    public mutating func pass() { left = max(0, left - 1) }
}
