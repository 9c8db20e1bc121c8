public import MartletCore
import Synchronization
public import WebhookSigning

/// How one endpoint is delivered to: everything that an attempt needs, made once and kept until something changes.
public final class DeliveryTarget: Sendable {
    public let endpoint: Endpoint
    /// The profile in force, the endpoint's own settings put in.
    public let profile: Profile
    /// Where it stands; or why no request can be made.
    public let url: Result<EndpointURL, Misconfiguration>
    public let requiresHTTPS: Bool
    /// Whether its attempts are handed to whoever listens; ``url`` is then none.
    public let isListening: Bool
    /// The source whose requests it is handed as their senders made them: docs/decisions/0014; `nil` where there is none.
    public let relayedSource: SourceID?

    private let secrets: SigningSecrets?
    private let signers: Mutex<Signers>

    /// Why an endpoint's settings do not let a request be made.
    public struct Misconfiguration: Error, Sendable, Hashable {
        public let message: String

        public init(message: String) { self.message = message }
    }

    private struct Signers {
        /// Valid until this Unix second, when a rotation moves on.
        var validUntil = Int64.min
        var usual: Result<WebhookSigner, Misconfiguration> = .failure(Misconfiguration(message: ""))
        var other: WebhookSigner?
    }

    init(_ endpoint: Endpoint, in environment: Environment, profile: Profile?, vault: SecretVault) {
        self.endpoint = endpoint
        requiresHTTPS = environment.requiresHTTPS
        isListening = endpoint.kind == .listen
        relayedSource = isListening ? endpoint.source : nil
        signers = Mutex(Signers())
        secrets = try? vault.open(endpoint.secrets, of: endpoint.id)
        var resolved = profile ?? .standard
        if let timeout = endpoint.timeout { resolved.timeout = timeout }
        if let success = endpoint.success { resolved.success = success }
        if let retry = endpoint.retry { resolved.retry = retry }
        self.profile = resolved
        if profile == nil {
            url = .failure(
                Misconfiguration(message: "The profile \(endpoint.profile ?? environment.profile) does not exist."))
        } else if isListening {
            url = .failure(Misconfiguration(message: "The webhook is listened to: no request is made to it."))
        } else {
            do throws(EndpointURLError) {
                url = .success(try EndpointURL(parsing: endpoint.url))
            } catch {
                url = .failure(Misconfiguration(message: error.description))
            }
        }
    }

    /// Who signs an attempt made at `now`.
    ///
    /// - Parameter other: whether the first signature was refused during a rotation, and the other secret is to be tried.
    public func signer(at now: Timestamp, other: Bool = false) throws(Misconfiguration) -> WebhookSigner {
        let usual = signers.withLock { signers -> Result<WebhookSigner, Misconfiguration> in
            bringUpToDate(&signers, now: now.seconds)
            if other, let signer = signers.other { return .success(signer) }
            return signers.usual
        }
        return try usual.get()
    }

    /// Whether a rotation is under way in which a 401 or 403 is worth a second try with the other secret.
    public func hasOtherSecret(at now: Timestamp) -> Bool {
        secrets?.other(at: now.seconds, scheme: profile.signature.scheme) != nil
    }

    private func bringUpToDate(_ signers: inout Signers, now: Int64) {
        guard now >= signers.validUntil else { return }
        guard let secrets else {
            signers.usual = .failure(
                Misconfiguration(message: "The signing secret cannot be opened with this master key."))
            signers.validUntil = .max
            return
        }
        let scheme = profile.signature.scheme
        do throws(WebhookSigningError) {
            signers.usual = .success(
                try WebhookSigner(
                    profile: profile.signature, secrets: secrets.secretsInForce(at: now, scheme: scheme)))
        } catch {
            signers.usual = .failure(Misconfiguration(message: error.description))
        }
        signers.other = secrets.other(at: now, scheme: scheme).flatMap {
            try? WebhookSigner(profile: profile.signature, secrets: [$0])
        }
        signers.validUntil = [secrets.cutOverAt, secrets.overlapEnds].filter { $0 > now }.min() ?? .max
    }
}
