import MartletCore

/// How many attempts at once a receiver has shown it can bear: grows with what it acknowledges, halves when no answer comes.
///
/// Grows by one an acknowledgement up to where it last went wrong, and from there by one a round, as TCP's window does (RFC 5681).
struct Allowance: Sendable, Hashable {
    /// Where every lane begins.
    static let first = 16.0

    private(set) var slots: Double
    /// Below this it grows by one each time, above it by one with each round.
    private var threshold = Double.infinity
    /// The last attempt that had started when it was last halved.
    private var lastBefore = 0

    init(slots: Double = first) { self.slots = slots }

    /// Whole slots, at least one.
    var whole: Int { max(1, Int(slots)) }

    /// The receiver acknowledged something.
    mutating func acknowledged(most: Int) {
        slots = min(Double(most), slots + (slots < threshold ? 1 : 1 / slots))
    }

    /// No answer, or one that asks for less. Attempts that were under way when it was last halved say nothing new.
    ///
    /// - Parameters:
    ///   - attempt: which of the receiver's attempts it was, in the order in which they started, from 1 on.
    ///   - last: which has started last.
    mutating func overwhelmed(by attempt: Int, last: Int) {
        guard attempt > lastBefore else { return }
        slots = max(1, slots / 2)
        threshold = slots
        lastBefore = last
    }
}
