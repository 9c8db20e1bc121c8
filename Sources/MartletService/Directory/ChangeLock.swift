import Synchronization

/// One change of the configuration at a time: reading what is there, deciding and storing must not be cut in two by
/// another that does the same. Waiters take turns in the order they came.
///
/// Where other nodes change the configuration too, what they did is taken first.
public final class ChangeLock: Sendable {
    private struct State {
        var isHeld = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var catchUp: (@Sendable () async -> Bool)?
    }

    private let state = Mutex(State())

    init() {}

    /// Has everybody who takes the lock run `catchUp` first, which says whether it could.
    func follow(_ catchUp: @escaping @Sendable () async -> Bool) { state.withLock { $0.catchUp = catchUp } }

    /// Runs `body` while nobody else's runs.
    public func withLock<Value, Failure: Error>(
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        try await withLockAsItIs { () async throws(Failure) in
            _ = await catchUp()
            return try await body()
        }
    }

    /// Takes what other nodes did. Returns whether it could.
    func isUpToDate() async -> Bool { await withLockAsItIs { await catchUp() } }

    private func catchUp() async -> Bool {
        guard let catchUp = state.withLock(\.catchUp) else { return true }
        return await catchUp()
    }

    /// As ``withLock(_:)``, without a look at what other nodes did.
    func withLockAsItIs<Value, Failure: Error>(
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        await acquire()
        defer { release() }
        return try await body()
    }

    private func acquire() async {
        await withCheckedContinuation { (turn: CheckedContinuation<Void, Never>) in
            let isMine = state.withLock { state in
                if state.isHeld {
                    state.waiting.append(turn)
                    return false
                }
                state.isHeld = true
                return true
            }
            if isMine { turn.resume() }
        }
    }

    private func release() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.waiting.isEmpty else {
                state.isHeld = false
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
