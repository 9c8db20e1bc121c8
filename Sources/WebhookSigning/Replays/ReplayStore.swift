/// Where a ``ReplayGuard`` remembers what it has seen: memory for one process (``MemoryReplayStore``), a table or a cache
/// that several share for more.
public protocol ReplayStore: Sendable {
    /// Remembers a key, in one step: of two callers with one key exactly one is told that it is new.
    ///
    /// - Parameters:
    ///   - key: At most 512 bytes of ASCII.
    ///   - expiry: From when it may be forgotten, in Unix seconds.
    ///   - now: The clock, in Unix seconds.
    /// - Returns: Whether it was new.
    func remember(_ key: String, until expiry: Int64, now: Int64) async throws -> Bool

    /// Forgets a key, so that the sender's next try is new.
    func forget(_ key: String) async throws
}

/// Remembers in memory: for one process, and as long as it lives.
public actor MemoryReplayStore: ReplayStore {
    private var keys: RecentKeys

    /// Remembers nothing yet.
    ///
    /// - Parameter capacity: The most keys that are held; past that the one remembered longest is forgotten. Some 200
    ///   bytes each.
    public init(capacity: Int = 100_000) {
        keys = RecentKeys(capacity: capacity)
    }

    public func remember(_ key: String, until expiry: Int64, now: Int64) -> Bool {
        keys.remember(key, until: expiry, now: now)
    }

    public func forget(_ key: String) {
        keys.forget(key)
    }
}
