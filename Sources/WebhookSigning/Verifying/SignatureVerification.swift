/// Verifies one kind of signature, with the keys taken in.
struct SignatureVerification: Sendable {
    let step: SignatureStep
    /// The header in which a message's id is sent along unsigned, to be tried when nothing else fits.
    let idHeader: String?
    let secrets: [SigningSecret]
    let keys: [VerificationKey]
    let previousKeys: [VerificationKey]
    let explainsFailures: Bool

    init(
        _ step: SignatureStep, idHeader: String? = nil, secrets: [SigningSecret], previous: [SigningSecret],
        explainsFailures: Bool
    ) throws(SigningSecretError) {
        func key(_ secret: SigningSecret) throws(SigningSecretError) -> VerificationKey {
            try VerificationKey(secret, step.algorithm, step.keyDerivation)
        }
        self.step = step
        self.idHeader = idHeader
        self.secrets = secrets
        keys = try secrets.map(key)
        previousKeys = try previous.map(key)
        self.explainsFailures = explainsFailures
    }

    /// Verifies a request.
    ///
    /// - Parameter now: The receiver's clock, in Unix seconds.
    func verify(_ request: RequestView, now: Int64) throws(VerificationFailure) -> Proof {
        guard let items = step.items else { return try verify(request, from: nil, now: now) }
        guard let count = JSONProbe.count(items, in: request.body) else {
            throw .fieldMissing(pointer: items.description)
        }
        guard (1...SignatureStep.mostItems).contains(count) else {
            throw .fieldMalformed(
                pointer: items.description,
                why: count == 0 ? "has no elements" : "has more than \(SignatureStep.mostItems) elements")
        }
        var proof = Proof()
        for index in (0..<count).reversed() {
            proof = try verify(request, from: JSONPointer(steps: items.steps + [String(index)]), now: now)
        }
        return proof
    }

    private func verify(
        _ request: RequestView, from start: JSONPointer?, now: Int64
    ) throws(VerificationFailure) -> Proof {
        let presented = try PresentedSignature(step.place, in: request, from: start)
        var timestamp: PresentedTimestamp?
        if let place = step.timestamp {
            timestamp = try PresentedTimestamp(
                place, tagged: presented.taggedTimestamp, header: step.place.shortName, in: request, from: start)
        }
        func message(_ url: String) throws(VerificationFailure) -> SignedMessage {
            try SignedMessage(step.content, of: request, timestamp: timestamp?.text, url: url, from: start)
        }

        let form = SignatureForm(step.algorithm, step.encoding)
        let readings = presented.candidates.map { SignatureReading($0, form: form) }
        let due = readings.compactMap(\.dueBytes)
        var messages = [try message(request.url)]
        if step.acceptsAnyPort, let other = URLParts(request.url)?.withOtherPort { messages.append(try message(other)) }

        // Every key is tried, so that the time taken does not tell which one matched.
        var matched: Int?
        for (index, key) in keys.enumerated() {
            for message in messages {
                let isMatch = key.matches(due, message)
                if isMatch, matched == nil { matched = index }
            }
        }

        guard let matched else {
            let diagnosis = MismatchDiagnosis(
                keys: keys, secrets: secrets, derivation: step.keyDerivation, previousKeys: previousKeys, form: form,
                hash: step.algorithm.hmacHash, place: step.place.shortName, message: messages[0],
                readings: Array(readings.prefix(MismatchDiagnosis.mostReadings)))
            throw diagnosis.reason(
                isThorough: explainsFailures,
                otherMessages: {
                    otherURLs(request, message)
                        + otherContent(request, timestamp: timestamp?.text)
                },
                unprefixed: takesUnexpectedPrefix
                    ? MismatchDiagnosis.unprefixed(presented.candidates.first, form) : nil)
        }
        if let timestamp, let tolerance = step.tolerance,
            let failure = VerificationFailure.untimeliness(of: timestamp.seconds, at: now, tolerance)
        {
            throw failure
        }
        return Proof(matchedSecret: matched, timestamp: timestamp?.seconds)
    }

    private var takesUnexpectedPrefix: Bool {
        if case .header(_, let prefix) = step.place { prefix.isEmpty } else { false }
    }

    /// The same message with the URL as proxies and dashboards write it.
    private func otherURLs(
        _ request: RequestView, _ message: (String) throws(VerificationFailure) -> SignedMessage
    ) -> [(message: SignedMessage, failure: VerificationFailure)] {
        guard step.content.contains(where: { $0 == .url || $0 == .decodedURL }) else { return [] }
        return (URLParts(request.url)?.variants ?? []).compactMap { variant in
            guard let message = try? message(variant) else { return nil }
            return (message, .wrongURL(signed: variant, expected: request.url))
        }
    }

    /// The same message made up in the ways of other schemes.
    private func otherContent(
        _ request: RequestView, timestamp: String?
    ) -> [(message: SignedMessage, failure: VerificationFailure)] {
        let expected = SignedContent.allCases.first { step.content == $0.parts(idHeader: signedIDHeader ?? "") }
        let id = request.headers(signedIDHeader ?? idHeader ?? StandardHeader.id).first
        let timestamp = timestamp ?? request.headers(StandardHeader.timestamp).first
        return SignedContent.allCases.compactMap { content in
            guard content != expected, id != nil || !content.hasID, timestamp != nil || !content.hasTimestamp else {
                return nil
            }
            return (
                SignedMessage(head: content.head(id: id ?? "", timestamp: timestamp ?? ""), body: request.body),
                expected.map { .wrongSignedContent(found: content, expected: $0) }
                    ?? .wrongParts(
                        found: content.rawValue, expected: step.content.map(\.name).joined(separator: " + "))
            )
        }
    }

    /// The header of an id that is signed first.
    private var signedIDHeader: String? {
        if case .header(let name) = step.content.first { name } else { nil }
    }
}

extension SignedContent {
    /// The same as pieces.
    func parts(idHeader: String) -> [ContentPart] {
        switch self {
        case .body: [.body]
        case .timestampBody: [.timestamp, .body]
        case .timestampDotBody: [.timestamp, .text("."), .body]
        case .idDotBody: [.header(idHeader), .text("."), .body]
        case .idDotTimestampDotBody: [.header(idHeader), .text("."), .timestamp, .text("."), .body]
        }
    }
}

extension SignatureAlgorithm {
    var hmacHash: HMACHash? {
        if case .hmac(let hash) = self { hash } else { nil }
    }
}

extension SignatureStep {
    /// The step that verifies a profile's deliveries.
    init(_ profile: SignatureProfile) {
        let place: SignaturePlace =
            switch profile.scheme {
            case .body, .timestampBody: .header([profile.signatureHeader], prefix: profile.prefix)
            case .tV1:
                .tagged(header: profile.signatureHeader, separator: ",", timestamp: "t", signature: "v1")
            case .standard: .list(header: [profile.signatureHeader], version: "v1")
            case .standardEd25519: .list(header: [profile.signatureHeader], version: "v1a")
            }
        let timestamp: TimestampPlace? =
            switch profile.scheme {
            case .body: nil
            case .tV1: TimestampPlace(.tag)
            case .timestampBody, .standard, .standardEd25519:
                .header(profile.timestampHeader ?? StandardHeader.timestamp)
            }
        self.init(
            profile.scheme == .standardEd25519 ? .ed25519 : .hmac(HMACHash(profile.hash)), in: place, profile.encoding,
            over: profile.scheme.signedContent.parts(idHeader: profile.idHeader ?? StandardHeader.id),
            keyDerivation: profile.keyDerivation, timestamp: timestamp, tolerance: profile.tolerance)
    }
}
