/// An endpoint's signing secrets as they rest in a store: encrypted, never in the clear.
public struct SealedSecrets: Sendable, Hashable {
    /// The secret in force once any rotation is over.
    public var current: [UInt8]
    /// The one before it, while a rotation lasts.
    public var previous: [UInt8]?
    /// When the rotation is over. Until then, a scheme that carries several signatures signs with both, and one that
    /// carries one signs with ``previous``.
    public var rotationEndsAt: Timestamp?

    public init(current: [UInt8], previous: [UInt8]? = nil, rotationEndsAt: Timestamp? = nil) {
        self.current = current
        self.previous = previous
        self.rotationEndsAt = rotationEndsAt
    }
}
