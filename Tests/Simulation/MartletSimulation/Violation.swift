/// An invariant that a history broke.
public struct Violation: Error, Sendable, CustomStringConvertible {
    public let invariant: Invariant
    public let seed: UInt64
    /// How many things had happened.
    public let step: Int
    /// When it was, by a clock that nobody sets: milliseconds since the history began.
    public let elapsed: Int
    public let what: String

    public var description: String {
        "\(invariant.name): \(what) [seed \(seed), step \(step), after \(Double(elapsed) / 1000) s]"
    }
}
