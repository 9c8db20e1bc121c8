import Synchronization

/// Many histories, played on every core.
public struct Campaign: Sendable {
    private let seed: UInt64
    private let histories: Int
    private let mutant: Mutant?
    private let isTraced: Bool

    /// - Parameters:
    ///   - seed: the first history's; each further one's is one more.
    ///   - isTraced: whether everything that happens is printed, one history after the other.
    public init(seed: UInt64, histories: Int, mutant: Mutant? = nil, isTraced: Bool = false) {
        self.seed = seed
        self.histories = histories
        self.mutant = mutant
        self.isTraced = isTraced
    }

    /// Plays them all; fewer where a few failures have said enough.
    public func run() async -> CampaignReport {
        let board = Board(CampaignReport(seed: seed, mutant: mutant))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<(isTraced ? 1 : 8) {
                group.addTask { while let index = board.next(of: histories) { play(index, on: board) } }
            }
        }
        return board.report.withLock { $0 }
    }

    private func play(_ index: Int, on board: Board) {
        let simulation = Simulation(seed: seed &+ UInt64(index), mutant: mutant)
        if isTraced { simulation.trace = { print($0) } }
        var violation: Violation?
        do throws(Violation) { try simulation.run() } catch { violation = error }
        let tally = simulation.tally
        board.report.withLock { report in
            report.tally += tally
            if let violation { report.failures.append(violation) }
        }
    }

    /// What the tasks of a campaign share.
    private final class Board: Sendable {
        /// How many failures are enough.
        private static let mostFailures = 10

        let report: Mutex<CampaignReport>
        private let taken = Atomic<Int>(0)

        init(_ report: CampaignReport) { self.report = Mutex(report) }

        /// The next history to play, where there is one.
        func next(of count: Int) -> Int? {
            guard report.withLock({ $0.failures.count }) < Self.mostFailures else { return nil }
            let index = taken.wrappingAdd(1, ordering: .relaxed).oldValue
            return index < count ? index : nil
        }
    }
}
