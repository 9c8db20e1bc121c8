import Synchronization

/// What a sink has seen so far.
final class SinkLedger: Sendable {
    struct Counts: Sendable, Hashable {
        var requests = 0
        var verified = 0
        var refused = 0
    }

    private let state = Mutex(Counts())

    /// The number of a request that came in, from 1.
    func next() -> Int {
        state.withLock { counts in
            counts.requests += 1
            return counts.requests
        }
    }

    /// A signature was checked.
    func checked(isValid: Bool) {
        state.withLock { counts in
            if isValid { counts.verified += 1 } else { counts.refused += 1 }
        }
    }

    var counts: Counts { state.withLock { $0 } }
}
