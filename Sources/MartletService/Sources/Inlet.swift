import MartletCore
import Synchronization
import WebhookSigning

/// One source as requests meet it: everything that judging a request needs, made once and kept until the source changes.
/// What was counted of earlier requests outlives such a change.
final class Inlet: Sendable {
    let source: Source
    /// How the preset's requests look; or why none can be judged.
    let preset: Result<WebhookPreset, Misconfiguration>
    /// The headers besides the content type that deliveries carry on.
    let keptHeaders: Set<String>
    private let secrets: SourceSecrets?
    private let judge: Mutex<Judge>
    private let tally: Tally

    /// Why a source's settings do not let requests be judged.
    struct Misconfiguration: Error, Sendable {
        let message: String
    }

    private struct Judge {
        /// Valid until this Unix second, when a rotation ends.
        var validUntil = Int64.min
        var receiver: Result<WebhookReceiver, Misconfiguration> = .failure(Misconfiguration(message: ""))
    }

    /// Whether it waits for the secret that its sender shows once it knows the URL. Handshakes are answered meanwhile.
    let lacksSecret: Bool

    /// What is counted of requests.
    private final class Tally: Sendable {
        struct State {
            var limiter: InboundLimiter
            /// What of the refused, and of those that were not even judged, the request log takes.
            var refused: Pace
            var turnedAway: Pace
            /// When the last operational event said that the source refuses.
            var toldAt: Timestamp?
        }

        let state: Mutex<State>

        init(_ state: State) { self.state = Mutex(state) }
    }

    /// How many refused requests a source's log takes: 10 a second, 100 at once. Of those turned away unread, one a second and
    /// 10 at once.
    private static let refusedRate = RateLimit(count: 10, per: .seconds(1), burst: 100)
    private static let turnedAwayRate = RateLimit(count: 1, per: .seconds(1), burst: 10)
    /// For how long one operational event about refusals stands for those that follow.
    static let quietPeriod = Duration.seconds(3600)

    /// - Parameter before: the inlet of the source as it was until now.
    init(_ source: Source, after before: Inlet?, vault: SecretVault, now: Timestamp) {
        self.source = source
        keptHeaders = Set(source.keptHeaders)
        secrets = vault.open(source.secrets, of: source.id)
        judge = Mutex(Judge())
        do throws(PresetError) {
            let made = try vault.opened(source.preset, of: source.id).preset()
            preset = .success(made)
            lacksSecret = source.secrets == nil && made.needsSecret
        } catch {
            preset = .failure(Misconfiguration(message: error.description))
            lacksSecret = false
        }
        if let before {
            tally = before.tally
            tally.state.withLock { $0.limiter.change(to: source.limits, now: now) }
        } else {
            tally = Tally(
                Tally.State(
                    limiter: InboundLimiter(source.limits, now: now), refused: Pace(Self.refusedRate, now: now),
                    turnedAway: Pace(Self.turnedAwayRate, now: now)))
        }
    }

    /// Counts a request against the source's limits.
    func admit(_ address: IPAddress?, at now: Timestamp) -> InboundLimiter.Decision {
        tally.state.withLock { $0.limiter.admit(address, at: now) }
    }

    /// Whether the request log takes another one that was judged so.
    func takesLog(of verdict: RequestVerdict, at now: Timestamp) -> Bool {
        tally.state.withLock { state in
            switch verdict {
            case .accepted, .duplicate: return true
            case .answered, .refused: return Self.take(&state.refused, now)
            case .limited, .tooLarge, .inactive: return Self.take(&state.turnedAway, now)
            }
        }
    }

    private static func take(_ pace: inout Pace, _ now: Timestamp) -> Bool {
        guard pace.next <= now else { return false }
        pace.take(now: now)
        return true
    }

    /// Whether ``shouldTellOfRefusal(at:)`` would say so.
    func wantsToTell(at now: Timestamp) -> Bool {
        tally.state.withLock { state in state.toldAt.map { now.since($0) >= Self.quietPeriod } ?? true }
    }

    /// Whether it is to be told that the source refuses: once in ``quietPeriod``.
    func shouldTellOfRefusal(at now: Timestamp) -> Bool {
        tally.state.withLock { state in
            if let told = state.toldAt, now.since(told) < Self.quietPeriod { return false }
            state.toldAt = now
            return true
        }
    }

    /// Who judges requests at `now`.
    func receiver(at now: Timestamp) throws(Misconfiguration) -> WebhookReceiver {
        try judge.withLock { judge in
            if now.seconds >= judge.validUntil {
                judge.receiver = makeReceiver(at: now.seconds)
                judge.validUntil = secrets?.overlapEnds.flatMap { $0 > now.seconds ? $0 : nil } ?? .max
            }
            return judge.receiver
        }.get()
    }

    private func makeReceiver(at now: Int64) -> Result<WebhookReceiver, Misconfiguration> {
        if source.secrets != nil, secrets == nil {
            return .failure(Misconfiguration(message: "The secret cannot be opened with this master key."))
        }
        return preset.flatMap { preset in
            let ranges = source.addresses.compactMap { AddressRange($0) }
            guard ranges.count == source.addresses.count else {
                return .failure(Misconfiguration(message: "Its addresses cannot be read."))
            }
            // Until there is one, a secret that nobody knows: it lets nothing pass.
            let standIn: [SigningSecret] = lacksSecret ? SigningSecret.generate(for: preset).map { [$0] } ?? [] : []
            do throws(WebhookSigningError) {
                return .success(
                    try WebhookReceiver(
                        preset: preset, secrets: secrets?.inForce(at: now) ?? standIn,
                        previous: secrets?.retired(at: now) ?? [], tolerance: source.tolerance, addresses: ranges))
            } catch {
                return .failure(Misconfiguration(message: error.description))
            }
        }
    }

    /// Whether a handshake's answer would be signed with a secret that it does not have.
    var cannotAnswer: Bool { lacksSecret && ((try? preset.get())?.handshakes.contains(.x) ?? false) }

    /// Why nothing passes yet.
    var reasonWithoutSecret: String {
        "The source has no secret yet. Give it "
            + ((try? preset.get())?.secret ?? "the sender's secret") + "."
    }

    /// Its secrets in the clear; `nil` where it has none, or this master key does not open them.
    var secretsInTheClear: SourceSecrets? { secrets }
}
