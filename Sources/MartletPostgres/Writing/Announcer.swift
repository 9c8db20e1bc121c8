import MartletCore
import MartletStore
import Synchronization

/// Tells the other nodes of what was stored for endpoints whose leases they hold.
///
/// Not within the transactions that store it: PostgreSQL commits those that notify one after the other. What comes while a
/// notification is under way goes out together with the next.
final class Announcer: Sendable {
    private struct State {
        var waiting: Set<EndpointID> = []
        var isBusy = false
    }

    private let state = Mutex(State())
    private let send: @Sendable (@escaping @Sendable () -> Set<EndpointID>) -> Bool

    /// - Parameter send: has a thread notify of what the given closure returns once it gets to it, until that is nothing. `false` where
    ///   no thread can: nobody is told then, and the others find it by themselves, later.
    init(send: @escaping @Sendable (@escaping @Sendable () -> Set<EndpointID>) -> Bool) { self.send = send }

    func announce(_ endpoints: [EndpointID]) {
        let starts = state.withLock { state in
            state.waiting.formUnion(endpoints)
            defer { state.isBusy = true }
            return !state.isBusy
        }
        if starts, !send({ [self] in take() }) { state.withLock { $0 = State() } }
    }

    private func take() -> Set<EndpointID> {
        state.withLock { state in
            defer { state.waiting = [] }
            state.isBusy = !state.waiting.isEmpty
            return state.waiting
        }
    }
}
