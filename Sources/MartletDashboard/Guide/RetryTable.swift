import MartletCore

/// A retry policy as a table of times.
struct RetryTable: Sendable {
    struct Row: Sendable {
        /// `First retry`.
        var name: String
        /// `5 minutes after the initial attempt`.
        var when: String
        /// Since the first attempt, where every attempt failed at once.
        var total: String
    }

    /// More rows than this would not be read: the rest is told in a sentence.
    private static let most = 40

    let rows: [Row]
    /// Whether there are more retries than rows.
    let isCut: Bool

    init(_ policy: RetryPolicy) {
        let start = Timestamp(milliseconds: 0)
        var rows: [Row] = []
        var last = start
        // Half-way through the jitter, which is the delay as it was meant.
        while let next = policy.nextAttempt(
            after: rows.count + 1, failedAt: last, firstAttemptAt: start, random: 0.5)
        {
            guard rows.count < Self.most else { break }
            let before =
                rows.isEmpty ? "the initial attempt" : "the \(GuideWords.ordinal(rows.count).lowercased()) retry"
            rows.append(
                Row(
                    name: "\(GuideWords.ordinal(rows.count + 1)) retry",
                    when:
                        "\(GuideWords.duration(.milliseconds(next.milliseconds - last.milliseconds))) after \(before)",
                    total: GuideWords.duration(.milliseconds(next.milliseconds))))
            last = next
        }
        self.rows = rows
        isCut = rows.count == Self.most
    }
}
