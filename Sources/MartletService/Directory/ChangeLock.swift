import Synchronization

/// One change of the configuration at a time: reading what is there, deciding and storing must not be cut in two by
/// another that does the same. Waiters take turns in the order they came.
public final class ChangeLock: Sendable {
    private struct State {
        var isHeld = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    init() {}

    /// Runs `body` while nobody else's runs.
    public func withLock<Value, Failure: Error>(
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
