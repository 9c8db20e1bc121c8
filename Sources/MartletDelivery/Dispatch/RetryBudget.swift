import MartletCore

/// How many retries one destination host gets while it fails, over all endpoints that live there: a floor of ten a second,
/// and one for every five attempts that it acknowledges. A retry that succeeds costs nothing. A class, since the lanes of
/// one host share it; it never leaves the dispatcher.
final class RetryBudget {
    private static let most = 100.0
    private static let perSecond = 10.0
    private static let perSuccess = 0.2

    /// How many lanes share it.
    var lanes = 0
    private var tokens = most
    private var filledAt: Timestamp?

    /// Whether a retry may start.
    func allows(now: Timestamp) -> Bool {
        fill(now: now)
        return tokens >= 1
    }

    /// When the next retry may start, now or later.
    func next(now: Timestamp) -> Timestamp {
        fill(now: now)
        guard tokens < 1 else { return now }
        return now + .milliseconds(Int64(((1 - tokens) / Self.perSecond * 1000).rounded(.up)))
    }

    /// It fills from now on.
    func clockWasSetBack(to now: Timestamp) { filledAt = filledAt.map { min($0, now) } }

    func take() { tokens -= 1 }

    func acknowledged(isRetry: Bool) { tokens = min(Self.most, tokens + Self.perSuccess + (isRetry ? 1 : 0)) }

    private func fill(now: Timestamp) {
        if let filledAt, now > filledAt {
            let seconds = Double(now.milliseconds - filledAt.milliseconds) / 1000
            tokens = min(Self.most, tokens + seconds * Self.perSecond)
        }
        filledAt = max(filledAt ?? now, now)
    }
}
