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

    let keys: [VerificationKey]
    let previousKeys: [VerificationKey]
    // Their texts, for trying other readings of them.
    let secrets: [SigningSecret]
    private let explainsFailures: Bool

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
            keys = try secrets.map { secret throws(SigningSecretError) in try VerificationKey(secret, profile: profile)
            }
            previousKeys = try previous.map { secret throws(SigningSecretError) in
                try VerificationKey(secret, profile: profile)
            }
        } catch {
            throw WebhookSigningError(.secret(error))
        }
        self.profile = profile
        self.tolerance = profile.tolerance
        self.secrets = secrets
        self.explainsFailures = explainsFailures
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
        let presented: PresentedSignature
        do {
            presented = try PresentedSignature(profile: profile, headers: headers)
        } catch {
            return .invalid(error)
        }
        let readings = presented.candidates.map { SignatureReading($0, profile: profile) }
        let due = readings.compactMap(\.dueBytes)
        let head = profile.scheme.signedContent.head(id: presented.id, timestamp: presented.timestampText)

        // Every key is tried, so that the time taken does not tell which one matched.
        var matched: Int?
        for (index, key) in keys.enumerated() {
            let isMatch = key.matches(due, head: head, body: body)
            if isMatch, matched == nil { matched = index }
        }

        guard let matched else {
            let diagnosis = MismatchDiagnosis(
                verifier: self, presented: presented, readings: readings, head: head, body: body)
            return .invalid(diagnosis.reason(headers: headers, isThorough: explainsFailures))
        }
        if let timestamp = presented.timestamp, let failure = untimeliness(of: timestamp, at: now) {
            return .invalid(failure)
        }
        return .valid(matchedSecret: matched, timestamp: presented.timestamp)
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
            headers: { name in headers.filter { Self.isSameName($0.name, name) }.map(\.value) }, body: body, now: now)
    }

    private func untimeliness(of timestamp: Int64, at now: Int64) -> VerificationFailure? {
        let (age, overflows) = now.subtractingReportingOverflow(timestamp)
        let distance = overflows ? .max : Int64(clamping: age.magnitude)
        guard .seconds(distance) > tolerance else { return nil }
        let allowed = tolerance.components.seconds
        return timestamp < now
            ? .stale(bySeconds: distance, toleranceSeconds: allowed)
            : .early(bySeconds: distance, toleranceSeconds: allowed)
    }

    private static func isSameName(_ left: String, _ right: String) -> Bool {
        func lowercased(_ byte: UInt8) -> UInt8 {
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
        }
        return left.utf8.elementsEqual(right.utf8) { lowercased($0) == lowercased($1) }
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
