/// Judges the requests of one sender: accepts its events, answers its handshakes, and says why it refuses the rest.
///
/// Make it once and keep it: its keys are taken in when it is made. A request is judged over its raw bytes, before
/// anything parses them.
///
/// ```swift
/// let receiver = try WebhookReceiver(preset: .named("github"), secrets: [SigningSecret(secret)])
/// switch receiver.receive(request, now: now) {
/// case .accepted(let event): keep(event.eventID, event.eventType, request.body)
/// case .answered(let answer): send(answer)
/// case .refused(let failure): log(failure.code, failure.description)  // and answer 401, nothing else
/// }
/// ```
public struct WebhookReceiver: Sendable {
    /// How the sender's requests look.
    public let preset: WebhookPreset

    private let checks: [PreparedCheck]
    private let secret: SigningSecret?

    /// Takes in the secrets that are accepted.
    ///
    /// - Parameters:
    ///   - preset: How the sender's requests look.
    ///   - secrets: Those in force, at most ``WebhookSigner/mostSecrets``. The first one answers handshakes.
    ///   - previous: Those retired: they verify nothing, but a signature of theirs is named as such.
    ///   - tolerance: How far a timestamp may lie from the clock, where the preset judges one; the preset's when left
    ///     out.
    ///   - addresses: Where requests may come from besides; anywhere when empty.
    ///   - explainsFailures: Whether a mismatch is looked into. It costs some dozens of hashes a secret, for requests
    ///     that anyone may send: switch it off where that is too much. Mismatches are
    ///     ``VerificationFailure/wrongSecret`` then.
    /// - Throws: ``WebhookSigningError`` when a secret is missing or does not fit.
    public init(
        preset: WebhookPreset, secrets: [SigningSecret] = [], previous: [SigningSecret] = [],
        tolerance: Duration? = nil, addresses: [AddressRange] = [], explainsFailures: Bool = true
    ) throws(WebhookSigningError) {
        guard !secrets.isEmpty || !preset.needsSecret else { throw WebhookSigningError(.noSecret) }
        guard secrets.count + previous.count <= WebhookSigner.mostSecrets else {
            throw WebhookSigningError(.tooManySecrets(secrets.count + previous.count))
        }
        var preset = preset
        if let tolerance { preset.checks = preset.checks.map { $0.withTolerance(tolerance) } }
        // First, since it costs least.
        if !addresses.isEmpty { preset.checks.insert(.addresses(addresses), at: 0) }
        do {
            checks = try preset.checks.map { check throws(SigningSecretError) in
                try PreparedCheck(check, secrets: secrets, previous: previous, explainsFailures: explainsFailures)
            }
        } catch {
            throw WebhookSigningError(.secret(error))
        }
        self.preset = preset
        secret = secrets.first
    }

    /// Judges a request.
    ///
    /// - Parameters:
    ///   - request: The request as it arrived.
    ///   - now: The receiver's clock, in Unix seconds.
    public func receive(_ request: WebhookRequest, now: Int64) -> Reception {
        do throws(VerificationFailure) {
            if let handshake = preset.handshakes.first(where: { $0.recognises(request) }) {
                if handshake.isChecked { _ = try proof(request, now: now) }
                return .answered(try handshake.answer(to: request, secret: secret))
            }
            let proof = try proof(request, now: now)
            return .accepted(
                Acceptance(
                    matchedSecret: proof.matchedSecret, timestamp: proof.timestamp,
                    eventID: preset.eventID.firstValue(in: request),
                    eventType: preset.eventType.firstValue(in: request)))
        } catch {
            return .refused(error)
        }
    }

    private func proof(_ request: WebhookRequest, now: Int64) throws(VerificationFailure) -> Proof {
        try request.withView { view throws(VerificationFailure) in
            var whole = Proof()
            for check in checks {
                let proof = try check.verify(view, now: now)
                whole.matchedSecret = whole.matchedSecret ?? proof.matchedSecret
                whole.timestamp = whole.timestamp ?? proof.timestamp
            }
            return whole
        }
    }
}

// A keyed hash holds what its key hashes to, which forges as well as the key does.
extension WebhookReceiver: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The preset; nothing of the secrets.
    public var description: String { "WebhookReceiver(\(preset.name), secrets: redacted)" }
    /// The preset; nothing of the secrets.
    public var debugDescription: String { description }
    /// The preset's name alone.
    public var customMirror: Mirror { Mirror(self, children: ["preset": preset.name]) }
}
