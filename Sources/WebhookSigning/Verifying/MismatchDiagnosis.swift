/// Finds out why no secret matches, by repeating one mistake at a time until the signature fits.
///
/// It runs only after the plain check has failed, and nothing that it finds makes a request valid.
struct MismatchDiagnosis {
    /// The keys in force, and what they were made of.
    let keys: [VerificationKey]
    let secrets: [SigningSecret]
    let derivation: KeyDerivation
    /// The keys that were.
    let previousKeys: [VerificationKey]
    let form: SignatureForm
    /// The HMAC's hash; `nil` for asymmetric algorithms.
    let hash: HMACHash?
    /// Where the signature stands.
    let place: String
    let message: SignedMessage
    let readings: [SignatureReading]

    /// Bodies beyond this are not spelt anew: anyone may send one. Above the 102,400 bytes that Express accepts.
    static let longestRespeltBody = 128 * 1024

    // An asymmetric check takes tens of microseconds, and each is repeated for every mistake.
    static let mostReadings = 4

    /// The signatures that are written as they are due.
    private var due: [[UInt8]] { readings.compactMap(\.dueBytes) }

    /// - Parameters:
    ///   - isThorough: Whether to go beyond what the header alone shows.
    ///   - otherMessages: What else might have been signed, and what to say when it was.
    ///   - unprefixed: A signature that stands behind text which is not due, with that text.
    func reason(
        isThorough: Bool, otherMessages: () -> [(message: SignedMessage, failure: VerificationFailure)],
        unprefixed: (text: ArraySlice<UInt8>, prefix: String)? = nil
    ) -> VerificationFailure {
        if isThorough, let failure = rightInAnotherEncoding() { return failure }
        if !due.isEmpty {
            guard isThorough else { return .wrongSecret }
            return previousSecret() ?? otherBody() ?? otherMessages().first { isRight($0.message) }?.failure
                ?? otherKey() ?? .wrongSecret
        }
        return unusableSignature(isThorough ? unprefixed : nil)
    }

    private func isRight(_ message: SignedMessage) -> Bool {
        let due = due
        return keys.contains { $0.matches(due, message) }
    }

    private func rightInAnotherEncoding() -> VerificationFailure? {
        for case .odd(let bytes, let oddity) in readings where keys.contains(where: { $0.matches([bytes], message) }) {
            return oddity.failure(otherwiseRight: true)
        }
        return nil
    }

    private func previousSecret() -> VerificationFailure? {
        let due = due
        return previousKeys.firstIndex { $0.matches(due, message) }.map { .matchesPreviousSecret(index: $0) }
    }

    private func otherBody() -> VerificationFailure? {
        let body = message.body
        guard body.baseAddress != nil, body.count <= Self.longestRespeltBody else { return nil }
        let traits = JSONRespelling.Traits(of: body)
        for spelling in BodySpelling.allCases {
            guard let respelt = spelling.applied(to: body, traits: traits) else { continue }
            let isMatch = respelt.withUnsafeBytes { bytes in
                isRight(SignedMessage(head: message.head, body: bytes, tail: message.tail))
            }
            if isMatch { return .bodyReserialised(spelling) }
        }
        return nil
    }

    private func otherKey() -> VerificationFailure? {
        guard let hash else { return nil }
        let due = due
        for secret in secrets {
            for reading in KeyReading.allCases {
                guard let key = reading.key(of: secret, under: derivation) else { continue }
                if VerificationKey.hash(KeyedHash(hash, key: key)).matches(due, message) {
                    return .keyDecodedWrongly(reading)
                }
            }
        }
        return nil
    }

    /// No signature is written as it is due: says what the first one that resembles anything is.
    private func unusableSignature(_ unprefixed: (text: ArraySlice<UInt8>, prefix: String)?) -> VerificationFailure {
        for case .odd(_, let oddity) in readings { return oddity.failure(otherwiseRight: false) }
        for case .otherHash(let name) in readings {
            return .wrongHash(found: name, expected: form.hashName ?? "")
        }
        if let unprefixed, case .due(let bytes) = SignatureReading(unprefixed.text, form: form),
            keys.contains(where: { $0.matches([bytes], message) })
        {
            return .prefixUnexpected(found: unprefixed.prefix)
        }
        guard case .unreadable(let characters) = readings.first else { return .wrongSecret }
        let due =
            form.characterCount.map { "\($0) of \(form.encoding.rawValue)" } ?? "those of \(form.encoding.rawValue)"
        return .headerMalformed(name: place, why: "has a signature of \(characters) characters where \(due) were due")
    }

    /// What stands behind unexpected text, `sha256=` for one, in a value that should be the signature alone.
    static func unprefixed(_ value: ArraySlice<UInt8>?, _ form: SignatureForm) -> (ArraySlice<UInt8>, String)? {
        guard let value, let due = form.characterCount, value.count > due else { return nil }
        let prefix = value.dropLast(due)
        guard prefix.count <= 16, prefix.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        return (value.suffix(due), String(decoding: prefix, as: UTF8.self))
    }
}
