/// Whoever can tell how much room a store has left.
public protocol StorageProbe: Sendable {
    /// The room there is now.
    ///
    /// - Throws: where it cannot be told.
    func room() async throws -> StorageRoom
}
