/// One numbered step of the schema. A step that was released never changes: what follows is a step of its own.
///
/// Steps are such that the version before them still works on the result: several nodes are upgraded one by one.
public struct PostgresMigration: Sendable, Hashable, CustomStringConvertible {
    /// 1 for the first.
    public let number: Int
    /// What the step does, for whoever is asked to let it run: `adds the index …`.
    public let summary: String
    let sql: String

    public var description: String { "\(number): \(summary)" }
}
