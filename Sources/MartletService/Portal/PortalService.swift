import MartletCore
import MartletStore

/// Links with which an application's people get to its own portal, and nothing else.
public struct PortalService: Sendable {
    /// How long a link may open a portal.
    public static let lifetimes = Duration.seconds(60)...Duration.seconds(7 * 86_400)
    /// How long one does where nobody says otherwise: an hour.
    public static let usualLifetime = Duration.seconds(3600)

    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    /// A link that was made.
    public struct Link: Sendable {
        public var pass: PortalPass
        /// What proves it: shown this once.
        public var token: String
    }

    /// Makes a link to an application's portal.
    ///
    /// - Parameter name: the application's id or uid.
    public func open(
        _ name: String, lifetime: Duration?, by principal: Principal
    ) throws(ServiceError) -> Link {
        let application = try find(name, principal)
        let lifetime = lifetime ?? Self.usualLifetime
        guard Self.lifetimes.contains(lifetime) else {
            throw .invalid(
                "expires_in", "Give \(Self.lifetimes.lowerBound.text) to \(Self.lifetimes.upperBound.text).")
        }
        let now = context.time.now()
        let pass = PortalPass(
            link: context.identifiers.next(at: now), application: application.id, environment: application.environment,
            expiresAt: now + lifetime)
        return Link(pass: pass, token: pass.token(context.vault))
    }

    /// Takes links back, at once: one of them by its id, or with `nil` all that were made so far.
    public func withdraw(_ name: String, link: String?, by principal: Principal) async throws(ServiceError) {
        try await context.directory.changes.withLock { () async throws(ServiceError) in
            var application = try find(name, principal)
            let now = context.time.now()
            if let link {
                // Whether there ever was such a link, nobody knows; that it opens nothing is what was asked for.
                guard let link = PortalLinkID(link) else { throw .notFound("portal link") }
                let latest = link.instant + Self.lifetimes.upperBound
                guard latest > now else { return }
                guard application.portal.withdraw(link, expiresAt: latest, now: now) else {
                    throw ServiceError(
                        .conflict, "too_many_withdrawals",
                        "\(PortalAccess.mostWithdrawals) links of this application are withdrawn singly already. "
                            + "Withdraw all of them.")
                }
            } else {
                application.portal.withdrawAll(now: now)
            }
            try await context.apply([.putApplication(application)])
        }
    }

    /// What a token that somebody presents turns out to be.
    public enum Presented: Sendable, Hashable {
        case open(PortalPass)
        /// Its time is over, or it was withdrawn, singly or with its application.
        case ended(PortalPass)
        /// None that was made here, or one that was changed since.
        case unknown
    }

    /// Judges a token, by its own proof and by what was withdrawn up to now.
    public func present(_ token: String) -> Presented {
        guard let pass = PortalPass(token: token, context.vault) else { return .unknown }
        guard pass.expiresAt > context.time.now(),
            let application = context.directory.application(pass.application, in: pass.environment),
            application.portal.admits(pass.link)
        else { return .ended(pass) }
        return .open(pass)
    }

    private func find(_ name: String, _ principal: Principal) throws(ServiceError) -> Application {
        try principal.require(.changeApplications)
        guard let application = context.directory.application(named: name, in: principal.environment) else {
            throw .notFound("application")
        }
        return application
    }
}
