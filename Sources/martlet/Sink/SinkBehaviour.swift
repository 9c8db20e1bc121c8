import WebhookSigning

/// How a sink answers.
struct SinkBehaviour: Sendable {
    /// What becomes of a request once it is in.
    enum Manner: Sendable, Hashable {
        /// It is answered.
        case answer
        /// It is never answered.
        case hang
        /// Its connection is reset.
        case reset
        /// It is answered a byte a second.
        case drip
    }

    var status: Int
    /// Whether ``status`` was asked for, rather than left to be 200.
    var hasOwnStatus: Bool
    var delay: Duration
    var manner: Manner
    /// So many first requests are failed, and the others are not.
    var failFirst: Int
    /// What signatures are checked with; `nil` where they are not.
    var verifier: WebhookVerifier?

    init(
        status: Int = 200, hasOwnStatus: Bool = false, delay: Duration = .zero, manner: Manner = .answer,
        failFirst: Int = 0, verifier: WebhookVerifier? = nil
    ) {
        self.status = status
        self.hasOwnStatus = hasOwnStatus
        self.delay = delay
        self.manner = manner
        self.failFirst = failFirst
        self.verifier = verifier
    }

    /// The status that request `number` (from 1) is answered with.
    ///
    /// - Parameter verdict: what came of its signature; `nil` where it was not checked.
    func status(for number: Int, verdict: VerificationResult?) -> Int {
        if verdict?.isValid == false { return 401 }
        guard failFirst > 0 else { return status }
        guard number <= failFirst else { return 200 }
        return hasOwnStatus ? status : 500
    }

    init(_ settings: Settings) throws(CommandFailure) {
        let manners: [(Setting<Bool>, Manner)] = [
            (SettingTable.sinkHang, .hang), (SettingTable.sinkReset, .reset), (SettingTable.sinkDrip, .drip),
        ]
        var chosen: [(Setting<Bool>, Manner)] = []
        for manner in manners where try settings[manner.0] { chosen.append(manner) }
        guard chosen.count <= 1 else {
            throw .usage("\(chosen.map(\.0.flag).joined(separator: " and ")) exclude each other. Give one of them.")
        }
        status = try settings[SettingTable.sinkStatus]
        hasOwnStatus = settings.found(SettingTable.sinkStatus)?.source != .fallback
        delay = try settings[SettingTable.sinkDelay]
        manner = chosen.first?.1 ?? .answer
        failFirst = try settings[SettingTable.sinkFailFirst]
        verifier = try Self.verifier(settings)
    }

    private static func verifier(_ settings: Settings) throws(CommandFailure) -> WebhookVerifier? {
        guard let text = try settings.value(of: SettingTable.sinkVerify) else { return nil }
        let profile = try SigningChoice.profile(settings)
        let secret = try SigningChoice.secret(text)
        do throws(WebhookSigningError) {
            return try WebhookVerifier(profile: profile, secrets: [secret])
        } catch {
            throw .usage(error.description)
        }
    }
}
