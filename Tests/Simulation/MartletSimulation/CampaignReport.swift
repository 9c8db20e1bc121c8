import MartletCore

/// What came of a campaign.
public struct CampaignReport: Sendable {
    public let seed: UInt64
    public let mutant: Mutant?
    public var tally = Tally()
    /// The invariants that were broken, at most one a history.
    public var failures: [Violation] = []

    init(seed: UInt64, mutant: Mutant?) {
        self.seed = seed
        self.mutant = mutant
    }

    /// The report as a table.
    ///
    /// - Parameter duration: how long the campaign took.
    public func table(took duration: Duration) -> String {
        let seconds = Double(duration.wholeMilliseconds) / 1000
        let rows: [(String, Int)] = [
            ("histories", tally.histories), ("steps", tally.steps), ("deliveries", tally.deliveries),
            ("attempts", tally.attempts), ("attempts repeated after a crash", tally.repeats),
            ("calls of the store", tally.storeCalls), ("of which failed or were not answered", tally.storeFaults),
            ("reads of what is due", tally.reads), ("crashes", tally.crashes), ("stops", tally.stops),
            ("times the clock was set", tally.jumps), ("changes of endpoints", tally.changes),
            ("retries and cancellations by hand", tally.movesByHand),
        ]
        var lines = ["seed \(seed)" + (mutant.map { ", mutant \($0.rawValue)" } ?? "")]
        lines += rows.map { Self.row($0, $1.grouped) }
        let rate = Int(Double(tally.histories) * 60 / max(seconds, 0.001))
        lines.append(Self.row("histories a minute", rate.grouped))
        lines += ["", Self.row("invariant", "checks", "failures")]
        for invariant in Invariant.allCases {
            let failed = failures.count { $0.invariant == invariant }
            lines.append(Self.row(invariant.name, tally.checks(of: invariant).grouped, failed.grouped))
        }
        guard !failures.isEmpty else { return (lines + ["", "Every invariant held."]).joined(separator: "\n") }
        lines.append("")
        for failure in failures {
            lines.append("\(failure)")
            let mutant = mutant.map { " MUTANT=\($0.rawValue)" } ?? ""
            lines.append("  repeat it: make simulate SEED=\(failure.seed) HISTORIES=1 TRACE=1\(mutant)")
        }
        return lines.joined(separator: "\n")
    }

    private static func row(_ name: String, _ values: String...) -> String {
        let padding = String(repeating: " ", count: max(1, 38 - name.count))
        return "  " + name + padding
            + values.map { String(repeating: " ", count: max(1, 14 - $0.count)) + $0 }.joined()
    }
}

extension Int {
    /// With a comma for each three digits.
    fileprivate var grouped: String {
        var text = ""
        for (place, digit) in String(self).reversed().enumerated() {
            if place > 0, place.isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
