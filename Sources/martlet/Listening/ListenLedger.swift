/// What a listener knows of the attempts that it was handed: a decision each time that it hears of one, so that none is
/// forwarded twice and no answer is forgotten.
///
/// ```
///              handed                forwarded            acknowledged
///   (unknown) ────────► forwarding ────────────► owed ───────────────────► done
///                                                │  ▲                       │
///                              not awaited now   ▼  │ handed again          │ handed again
///                                                kept ◄─────────────────────┘
/// ```
struct ListenLedger: Sendable {
    typealias Key = ListenedAttempt.Key

    /// What is to be done about an attempt that was handed out.
    enum Duty: Sendable, Hashable {
        case forward
        /// It was forwarded before: this came of it.
        case answer(ForwardResult)
        /// It is being forwarded, or its answer is under way.
        case nothing
    }

    private enum Standing {
        case forwarding
        /// Its answer is being given.
        case owed(ForwardResult)
        /// The server did not wait for its answer when it was given. It hands the attempt out again, unless it has
        /// recorded it.
        case kept(ForwardResult)
        /// The server has recorded it. It may have handed it out once more just before.
        case done(ForwardResult)
    }

    /// How many bytes of answers that the server has recorded are remembered.
    private static let mostDone = 8 << 20

    private var standings: [Key: Standing] = [:]
    /// What is done, the longest ago first.
    private var done: [Key] = []
    private var doneBytes = 0

    /// Begins with what an earlier run has kept.
    init(kept: [ForwardResult] = []) {
        for result in kept { standings[result.key] = .owed(result) }
    }

    /// How many are being forwarded, or have an answer under way.
    var inHand: Int {
        standings.values.count { standing in
            switch standing {
            case .forwarding, .owed: true
            case .kept, .done: false
            }
        }
    }

    /// The server handed an attempt out.
    mutating func handed(_ key: Key) -> Duty {
        switch standings[key] {
        case nil:
            standings[key] = .forwarding
            return .forward
        case .forwarding, .owed: return .nothing
        case .kept(let result):
            standings[key] = .owed(result)
            return .answer(result)
        case .done(let result):
            forgetDone(key, result)
            standings[key] = .owed(result)
            return .answer(result)
        }
    }

    /// The receiver answered, or did not.
    mutating func forwarded(_ result: ForwardResult) { standings[result.key] = .owed(result) }

    /// The server has recorded an answer, or has no use for it any more.
    mutating func acknowledged(_ result: ForwardResult) {
        standings[result.key] = .done(result)
        done.append(result.key)
        doneBytes += result.answer.count
        while doneBytes > Self.mostDone, let oldest = done.first, case .done(let result) = standings[oldest] {
            forgetDone(oldest, result)
            standings[oldest] = nil
        }
    }

    /// The server does not wait for an answer now, and has not recorded it.
    mutating func notAwaited(_ result: ForwardResult) { standings[result.key] = .kept(result) }

    private mutating func forgetDone(_ key: Key, _ result: ForwardResult) {
        done.removeAll { $0 == key }
        doneBytes -= result.answer.count
    }
}
