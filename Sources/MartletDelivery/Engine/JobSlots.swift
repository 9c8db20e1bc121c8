import Synchronization

/// So many jobs at once, and no more: whoever takes a slot when none is free waits for one to be given back.
final class JobSlots: Sendable {
    private struct State {
        var free: Int
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: count)) }

    /// Takes a slot. One caller at a time.
    func take() async {
        await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
            let isFree = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                precondition(state.waiting == nil, "one caller at a time takes slots")
                state.waiting = waiter
                return false
            }
            if isFree { waiter.resume() }
        }
    }

    func give() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let waiter = state.waiting else {
                state.free += 1
                return nil
            }
            state.waiting = nil
            return waiter
        }
        waiter?.resume()
    }
}
