public import MartletCore
import MartletStore

/// Signing in to the pages and out of them.
///
/// A session is a random text that its holder presents; the store keeps its hash, what it was opened with, and when it
/// ends, in one of a fixed number of places, so that sessions cannot pile up. What a session may do is asked anew each
/// time: a key that is withdrawn or expires takes its sessions with it.
public struct SessionService: Sendable {
    /// How long a session lasts: 7 days.
    public static let lifetime = Duration.seconds(7 * 86_400)
    /// How many there may be; one more takes the place of the one that ends first.
    static let places = 256
    /// How many keys one session may be opened with, for people who look after several environments.
    static let mostGrants = 20

    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    /// A session and the text that proves it, which is shown this once.
    public struct Opened: Sendable {
        public var session: Session
        public var text: String
    }

    // MARK: Opening

    /// Signs in with an API key.
    ///
    /// - Parameter session: the session of somebody who has signed in already, whose grants are kept beside the key.
    public func open(key text: String, joining session: Session? = nil) async throws(ServiceError) -> Opened {
        let trimmed = String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        let principal: Principal
        do throws(ServiceError) {
            principal = try KeyService(context).principal(presenting: trimmed)
        } catch {
            throw .invalid(
                "key",
                error.code == "expired_key"
                    ? "This key has expired. Ask for a new one."
                    : "No API key is like this one. It begins with mk_live_ or mk_test_ and may have been withdrawn.")
        }
        guard principal.role != .publisher, let key = principal.key else {
            throw .invalid(
                "key",
                "This key may publish and nothing else. Sign in with one of the role admin, reader or application."
            )
        }
        let grant = Session.Grant.key(key, in: principal.environment)
        // A second key of the same environment takes the place of the first.
        let kept = (session?.grants ?? []).filter { other in
            if case .key(_, principal.environment) = other { false } else { true }
        }
        return try await open(Array(kept.suffix(Self.mostGrants - 1)) + [grant], inPlaceOf: session)
    }

    /// Signs in with the token of a one-time link, which is used up.
    public func open(link token: String) async throws(ServiceError) -> Opened {
        let links = LoginLinks(store: context.store, time: context.time)
        let isGood = try await context.directory.changes.withLock { () async throws(ServiceError) in
            try await context.stored { () async throws(StoreError) in try await links.redeem(token) }
        }
        guard isGood else {
            throw .invalid(
                "token",
                "This link was used before, or has expired. Start the service again for a new one, or sign in "
                    + "with an API key.")
        }
        return try await open([.operating], inPlaceOf: nil)
    }

    private func open(_ grants: [Session.Grant], inPlaceOf session: Session?) async throws(ServiceError) -> Opened {
        try await context.directory.changes.withLock { () async throws(ServiceError) in
            let now = context.time.now()
            let place: Int
            if let session { place = session.place } else { place = try await freePlace(at: now) }
            let opened = Session(createdAt: now, expiresAt: now + Self.lifetime, grants: grants, place: place)
            let secret = RandomText.hexadecimal(bytes: 32)
            try await put(opened.record(hash: Digest.hexadecimal(of: secret)), at: place)
            return Opened(session: opened, text: "\(place).\(secret)")
        }
    }

    /// A place that nothing is in any more; where there is none, the one that is free soonest.
    private func freePlace(at now: Timestamp) async throws(ServiceError) -> Int {
        var soonest: (place: Int, at: Timestamp)?
        for place in 0..<Self.places {
            guard let session = try await stored(at: place)?.session, session.expiresAt > now else { return place }
            if soonest.map({ session.expiresAt < $0.at }) ?? true { soonest = (place, session.expiresAt) }
        }
        return soonest?.place ?? 0
    }

    // MARK: Presenting

    /// The session that `text` proves; `nil` where there is none, or none any more.
    public func session(presenting text: String) async throws(ServiceError) -> Session? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let place = Int(parts[0]), (0..<Self.places).contains(place), parts[1].utf8.count == 64,
            let stored = try await stored(at: place), stored.hash == Digest.hexadecimal(of: String(parts[1])),
            stored.session.expiresAt > context.time.now()
        else { return nil }
        return stored.session
    }

    /// Who a session is in an environment; `nil` where it is nobody there.
    public func principal(of session: Session, in environment: EnvironmentID) -> Principal? {
        for grant in session.grants {
            switch grant {
            case .operating: return .operating(of: environment)
            case .key(let id, environment):
                guard let key = context.directory.key(id, in: environment),
                    key.expiresAt.map({ $0 > context.time.now() }) ?? true
                else { continue }
                if let application = key.application,
                    context.directory.application(application, in: environment) == nil
                {
                    continue
                }
                return Principal(environment: environment, role: key.role, application: key.application, key: id)
            case .key: continue
            }
        }
        return nil
    }

    /// The environments in which a session is somebody, by name, `live` first.
    public func environments(of session: Session) -> [Environment] {
        context.directory.environments.filter { principal(of: session, in: $0.id) != nil }
            .sorted { ($0.name == "live" ? 0 : 1, $0.name) < ($1.name == "live" ? 0 : 1, $1.name) }
    }

    // MARK: Closing

    /// Signs out.
    public func close(_ session: Session) async throws(ServiceError) { try await put([], at: session.place) }

    /// Signs everybody out: whoever runs the service, all there are; an admin, those that were opened with a key of the
    /// admin's environment.
    public func closeAll(by principal: Principal) async throws(ServiceError) {
        try principal.require(.changeKeys)
        try await context.directory.changes.withLock { () async throws(ServiceError) in
            for place in 0..<Self.places {
                guard let session = try await stored(at: place)?.session else { continue }
                let isReached = session.grants.contains { grant in
                    if case .key(_, principal.environment) = grant { true } else { principal.key == nil }
                }
                if isReached { try await put([], at: place) }
            }
        }
    }

    private func stored(at place: Int) async throws(ServiceError) -> (session: Session, hash: String)? {
        let bytes = try await context.stored { () async throws(StoreError) in
            try await context.store.setting(Self.name(of: place))
        }
        return bytes.flatMap { $0.isEmpty ? nil : Session.read($0, at: place) }
    }

    private func put(_ record: [UInt8], at place: Int) async throws(ServiceError) {
        try await context.stored { () async throws(StoreError) in
            try await context.store.putSetting(Self.name(of: place), record)
        }
    }

    private static func name(of place: Int) -> String { "session_\(place)" }
}
