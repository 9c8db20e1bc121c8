import MartletCore
import MartletDelivery

/// An endpoint: what the store, the process and the dispatcher know of its settings, and what its receiver sees.
struct Receiver {
    /// What a user can change.
    struct Settings: Equatable {
        var rules: LaneRules
        var isOrdered: Bool
        var isDeleted = false
    }

    /// As the store has it.
    var stored: Settings
    /// As the process's directory has it; `nil` where it has not heard of it.
    var known: Settings?
    /// As the dispatcher was last told; `nil` before it was told anything.
    var told: Settings?

    /// The share of attempts that it acknowledges while things go wrong.
    var health: Double
    /// Whether what it does not acknowledge it does not answer at all.
    var isSilent = false
    /// Until when, in elapsed milliseconds, it wants the old secret still.
    var takesNewSecretAt = 0
    /// Until when the old secret is worth a try.
    var overlapEndsAt = 0

    /// Attempts under way, those of test events left out; and those that are over but not recorded.
    var inFlight = 0
    var unrecorded = 0
    /// When the last attempts under the rate limit at hand started, by a clock that nobody sets.
    var starts: [Int] = []
    var checkedLimit: RateLimit?
    /// Attempts in a row that got no answer.
    var silentRun = 0
    /// Since when its breaker must be open, or the last probe failed.
    var silentSince: Int?
    /// Whether somebody or something gave reason to probe sooner than after the pause.
    var isEncouraged = false
    /// Probes under way.
    var probes: Set<DeliveryID> = []
    /// Since when something of it has been due while nothing of it was under way.
    var stalledSince: Int?
    /// When it began to be let back step by step, in elapsed milliseconds, and the attempts that started since.
    var returnedAt: Int?
    var startsSinceReturn: [Int] = []
    /// The longest retry schedule that it ever had.
    var mostDelays = 0

    /// From now on it is let back step by step.
    mutating func comesBack(at elapsed: Int) {
        returnedAt = elapsed
        startsSinceReturn = []
    }

    var isActive: Bool { known.map { $0.rules.isActive && !$0.isDeleted } ?? false }
}
