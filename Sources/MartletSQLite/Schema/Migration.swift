/// One numbered step of the schema. A step that was released never changes: what follows is a step of its own.
public struct Migration: Sendable, Hashable, CustomStringConvertible {
    /// 1 for the first; a file that has had it says so in its `user_version`.
    public let number: Int
    /// What the step does, for whoever is asked to let it run: `adds the index …`.
    public let summary: String
    let sql: String

    public var description: String { "\(number): \(summary)" }
}
