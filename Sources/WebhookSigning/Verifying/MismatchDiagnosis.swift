/// Finds out why no secret matches, by repeating one mistake at a time until the signature fits.
///
/// It runs only after the plain check has failed, and nothing that it finds makes a request valid.
struct MismatchDiagnosis {
    let verifier: WebhookVerifier
    let presented: PresentedSignature
    let readings: [SignatureReading]
    let head: [UInt8]
    let body: UnsafeRawBufferPointer

    /// Bodies beyond this are not spelt anew: anyone may send one. Above the 102,400 bytes that Express accepts.
    static let longestRespeltBody = 128 * 1024

    // An Ed25519 check takes tens of microseconds, and each is repeated for every mistake.
    private static let mostReadings = 4

    /// The signatures that are written as the profile writes them.
    private let due: [[UInt8]]

    init(
        verifier: WebhookVerifier, presented: PresentedSignature, readings: [SignatureReading], head: [UInt8],
        body: UnsafeRawBufferPointer
    ) {
        self.verifier = verifier
        self.presented = presented
        self.readings = Array(readings.prefix(Self.mostReadings))
        self.head = head
        self.body = body
        due = self.readings.compactMap(\.dueBytes)
    }

    private var profile: SignatureProfile { verifier.profile }

    /// - Parameter isThorough: Whether to go beyond what the header alone shows.
    func reason(headers: (String) -> [String], isThorough: Bool) -> VerificationFailure {
        if isThorough, let failure = rightInAnotherEncoding() { return failure }
        if !due.isEmpty {
            guard isThorough else { return .wrongSecret }
            return previousSecret() ?? otherBody() ?? otherContent(headers) ?? otherKey() ?? .wrongSecret
        }
        return unusableSignature(isThorough: isThorough)
    }

    private func rightInAnotherEncoding() -> VerificationFailure? {
        for case .odd(let bytes, let oddity) in readings
        where verifier.keys.contains(where: { $0.matches([bytes], head: head, body: body) }) {
            return oddity.failure(otherwiseRight: true)
        }
        return nil
    }

    private func previousSecret() -> VerificationFailure? {
        verifier.previousKeys.firstIndex { $0.matches(due, head: head, body: body) }
            .map { .matchesPreviousSecret(index: $0) }
    }

    private func otherBody() -> VerificationFailure? {
        guard body.count <= Self.longestRespeltBody else { return nil }
        let traits = JSONRespelling.Traits(of: body)
        for spelling in BodySpelling.allCases {
            guard let respelt = spelling.applied(to: body, traits: traits) else { continue }
            let isMatch = respelt.withUnsafeBytes { bytes in
                verifier.keys.contains { $0.matches(due, head: head, body: bytes) }
            }
            if isMatch { return .bodyReserialised(spelling) }
        }
        return nil
    }

    private func otherContent(_ headers: (String) -> [String]) -> VerificationFailure? {
        let expected = profile.scheme.signedContent
        let id = expected.hasID ? presented.id : headers(profile.idHeader ?? StandardHeader.id).first
        let timestamp =
            expected.hasTimestamp
            ? presented.timestampText : headers(profile.timestampHeader ?? StandardHeader.timestamp).first
        for content in SignedContent.allCases where content != expected {
            guard id != nil || !content.hasID, timestamp != nil || !content.hasTimestamp else { continue }
            let head = content.head(id: id ?? "", timestamp: timestamp ?? "")
            if verifier.keys.contains(where: { $0.matches(due, head: head, body: body) }) {
                return .wrongSignedContent(found: content, expected: expected)
            }
        }
        return nil
    }

    private func otherKey() -> VerificationFailure? {
        guard profile.scheme != .standardEd25519 else { return nil }
        for secret in verifier.secrets {
            for reading in KeyReading.allCases {
                guard let key = reading.key(of: secret, under: profile.keyDerivation) else { continue }
                if VerificationKey.hash(KeyedHash(profile.hash, key: key)).matches(due, head: head, body: body) {
                    return .keyDecodedWrongly(reading)
                }
            }
        }
        return nil
    }

    /// No signature is written as the profile writes it: says what the first one that resembles anything is.
    private func unusableSignature(isThorough: Bool) -> VerificationFailure {
        for case .odd(_, let oddity) in readings { return oddity.failure(otherwiseRight: false) }
        for case .otherHash(let name) in readings { return .wrongHash(found: name, expected: profile.hash.rawValue) }
        if isThorough, let failure = unexpectedPrefix() { return failure }
        guard case .unreadable(let characters) = readings.first else { return .wrongSecret }
        let due = profile.signatureCharacterCount
        return .headerMalformed(
            name: profile.signatureHeader,
            why: "has a signature of \(characters) characters where \(due) of \(profile.encoding.rawValue) were due")
    }

    private func unexpectedPrefix() -> VerificationFailure? {
        guard profile.prefix.isEmpty, profile.scheme == .body || profile.scheme == .timestampBody,
            let value = presented.candidates.first, value.count > profile.signatureCharacterCount
        else { return nil }
        let signature = value.suffix(profile.signatureCharacterCount)
        let prefix = value.dropLast(profile.signatureCharacterCount)
        guard prefix.count <= 16, prefix.allSatisfy({ (0x21...0x7E).contains($0) }),
            case .due(let bytes) = SignatureReading(signature, profile: profile),
            verifier.keys.contains(where: { $0.matches([bytes], head: head, body: body) })
        else { return nil }
        return .prefixUnexpected(found: String(decoding: prefix, as: UTF8.self))
    }
}
