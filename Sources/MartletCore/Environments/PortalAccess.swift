/// Which of the links that were given out to an application's portal no longer open it. A link proves itself; what is
/// kept is only what was taken back before its time.
public struct PortalAccess: Sendable, Hashable {
    /// One link that was taken back.
    public struct Withdrawal: Sendable, Hashable {
        public var link: PortalLinkID
        /// When the link would have ended by itself: from then on this need not be kept.
        public var expiresAt: Timestamp

        public init(link: PortalLinkID, expiresAt: Timestamp) {
            self.link = link
            self.expiresAt = expiresAt
        }
    }

    /// The most withdrawals of single links that are kept.
    public static let mostWithdrawals = 100

    /// Links that were made no later than this open nothing.
    public private(set) var withdrawnUpTo: Timestamp?
    public private(set) var withdrawals: [Withdrawal]

    public init(withdrawnUpTo: Timestamp? = nil, withdrawals: [Withdrawal] = []) {
        self.withdrawnUpTo = withdrawnUpTo
        self.withdrawals = withdrawals
    }

    /// Whether a link that has not expired still opens the portal.
    public func admits(_ link: PortalLinkID) -> Bool {
        if let withdrawnUpTo, link.instant <= withdrawnUpTo { return false }
        return !withdrawals.contains { $0.link == link }
    }

    /// Takes one link back.
    ///
    /// - Returns: `false` where too many are taken back singly already; take back all of them then.
    public mutating func withdraw(_ link: PortalLinkID, expiresAt: Timestamp, now: Timestamp) -> Bool {
        withdrawals.removeAll { $0.expiresAt <= now }
        if withdrawals.contains(where: { $0.link == link }) { return true }
        guard withdrawals.count < Self.mostWithdrawals else { return false }
        withdrawals.append(Withdrawal(link: link, expiresAt: expiresAt))
        return true
    }

    /// Takes back every link that was made up to now.
    public mutating func withdrawAll(now: Timestamp) {
        withdrawnUpTo = now
        withdrawals = []
    }
}
