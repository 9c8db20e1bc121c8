/// Verifies received webhooks, and says why when one is refused.
///
/// Make it once and keep it: its keys are taken in when it is made. A request is verified over its raw bytes, before
/// anything parses them.
///
/// ```swift
/// let verifier = try WebhookVerifier(profile: .standard, secrets: [SigningSecret("whsec_…")])
/// switch verifier.verify(headers: headers, body: body, now: now) {
/// case .valid: …
/// case .invalid(let failure): log(failure.code, failure.description)
/// }
/// ```
public struct WebhookVerifier: Sendable {
    /// The profile that is verified by.
    public let profile: SignatureProfile

    /// How far a timestamp may lie from `now`, either way. Exactly this far still passes.
    public let tolerance: Duration

    private let verification: SignatureVerification

    /// Takes in the secrets that are accepted.
    ///
    /// - Parameters:
    ///   - profile: How the sender's signatures look.
    ///   - secrets: Those in force, at most ``WebhookSigner/mostSecrets``. For `standard-ed25519`, `whpk_` keys (or the
    ///     `whsk_` keys that they belong to).
    ///   - previous: Those retired: they verify nothing, but a signature of theirs is named as such.
    ///   - tolerance: How far a timestamp may lie from the clock; the profile's when left out.
    ///   - explainsFailures: Whether a mismatch is looked into. It costs some twenty hashes a secret, for requests that
    ///     anyone may send: switch it off where that is too much. Mismatches are ``VerificationFailure/wrongSecret``
    ///     then.
    /// - Throws: ``WebhookSigningError`` when the profile or a secret cannot be used.
    public init(
        profile: SignatureProfile,
        secrets: [SigningSecret],
        previous: [SigningSecret] = [],
        tolerance: Duration? = nil,
        explainsFailures: Bool = true
    ) throws(WebhookSigningError) {
        var profile = profile
        if let tolerance { profile.tolerance = tolerance }
        do { try profile.validate() } catch { throw WebhookSigningError(.profile(error)) }
        guard !secrets.isEmpty else { throw WebhookSigningError(.noSecret) }
        guard secrets.count + previous.count <= WebhookSigner.mostSecrets else {
            throw WebhookSigningError(.tooManySecrets(secrets.count + previous.count))
        }
        do {
            verification = try SignatureVerification(
                SignatureStep(profile), idHeader: profile.idHeader, secrets: secrets, previous: previous,
                explainsFailures: explainsFailures)
        } catch {
            throw WebhookSigningError(.secret(error))
        }
        self.profile = profile
        self.tolerance = profile.tolerance
    }

    /// Verifies a request.
    ///
    /// - Parameters:
    ///   - headers: Gives every value of a header, whatever the case of its name; none when it is missing.
    ///   - body: The body exactly as received.
    ///   - now: The receiver's clock, in Unix seconds.
    public func verify(
        headers: (_ name: String) -> [String], body: UnsafeRawBufferPointer, now: Int64
    ) -> VerificationResult {
        withoutActuallyEscaping(headers) { headers in
            let request = RequestView(method: "POST", url: "", headers: headers, body: body, remoteAddress: nil)
            do throws(VerificationFailure) {
                let proof = try verification.verify(request, now: now)
                return .valid(matchedSecret: proof.matchedSecret ?? 0, timestamp: proof.timestamp)
            } catch {
                return .invalid(error)
            }
        }
    }

    /// Verifies a request.
    ///
    /// - Parameters:
    ///   - headers: Gives every value of a header, whatever the case of its name; none when it is missing.
    ///   - body: The body exactly as received.
    ///   - now: The receiver's clock, in Unix seconds.
    public func verify(
        headers: (_ name: String) -> [String], body: some Collection<UInt8>, now: Int64
    ) -> VerificationResult {
        body.withBytes { verify(headers: headers, body: $0, now: now) }
    }

    /// Verifies a request.
    ///
    /// - Parameters:
    ///   - headers: All headers of the request, names in any case.
    ///   - body: The body exactly as received.
    ///   - now: The receiver's clock, in Unix seconds.
    public func verify(
        headers: some Sequence<(name: String, value: String)>, body: some Collection<UInt8>, now: Int64
    ) -> VerificationResult {
        let headers = Array(headers)
        return verify(
            headers: { name in headers.filter { isSameHeaderName($0.name, name) }.map(\.value) }, body: body, now: now)
    }
}

// A keyed hash holds what its key hashes to, which forges as well as the key does.
extension WebhookVerifier: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The scheme; nothing of the secrets.
    public var description: String { "WebhookVerifier(\(profile.scheme.rawValue), secrets: redacted)" }
    /// The scheme; nothing of the secrets.
    public var debugDescription: String { description }
    /// The profile alone.
    public var customMirror: Mirror { Mirror(self, children: ["profile": profile]) }
}
