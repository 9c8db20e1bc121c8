/// A check with its secrets taken in.
indirect enum PreparedCheck: Sendable {
    case signature(SignatureVerification)
    case messageSignature(MessageSignatureVerification)
    case token(TokenPlace, secrets: [[UInt8]], previous: [[UInt8]])
    case basic(secrets: [[UInt8]], previous: [[UInt8]])
    case checksum(ChecksumStep)
    case algorithm(header: String, names: [String])
    case addresses([AddressRange])
    case anyOf([PreparedCheck])

    init(
        _ check: InboundCheck, secrets: [SigningSecret], previous: [SigningSecret], explainsFailures: Bool
    ) throws(SigningSecretError) {
        switch check {
        case .signature(let step):
            self = .signature(
                try SignatureVerification(
                    step, secrets: secrets, previous: previous, explainsFailures: explainsFailures))
        case .messageSignature(let step):
            self = .messageSignature(
                try MessageSignatureVerification(
                    step, secrets: secrets, previous: previous, explainsFailures: explainsFailures))
        case .token(let place):
            self = .token(place, secrets: secrets.map(\.bytes), previous: previous.map(\.bytes))
        case .basic:
            guard (secrets + previous).allSatisfy({ $0.revealed.utf8.contains(UInt8(ascii: ":")) }) else {
                throw SigningSecretError(.notCredentials)
            }
            self = .basic(secrets: secrets.map(\.bytes), previous: previous.map(\.bytes))
        case .checksum(let step): self = .checksum(step)
        case .algorithm(let header, let names): self = .algorithm(header: header, names: names)
        case .addresses(let ranges): self = .addresses(ranges)
        case .anyOf(let checks):
            var prepared: [PreparedCheck] = []
            var fault: SigningSecretError?
            for check in checks {
                do throws(SigningSecretError) {
                    prepared.append(
                        try PreparedCheck(
                            check, secrets: secrets, previous: previous, explainsFailures: explainsFailures))
                } catch {
                    fault = fault ?? error
                }
            }
            if prepared.isEmpty, let fault { throw fault }
            self = .anyOf(prepared)
        }
    }

    /// Checks a request.
    ///
    /// - Parameter now: The receiver's clock, in Unix seconds.
    func verify(_ request: RequestView, now: Int64) throws(VerificationFailure) -> Proof {
        switch self {
        case .signature(let verification): return try verification.verify(request, now: now)
        case .messageSignature(let verification): return try verification.verify(request, now: now)
        case .token(let place, let secrets, let previous):
            let presented = try place.token(in: request)
            return Proof(matchedSecret: try Self.match(presented, secrets, previous, place: place.name))
        case .basic(let secrets, let previous):
            let presented = try Self.credentials(in: request)
            return Proof(
                matchedSecret: try Self.match(presented, secrets, previous, place: "header Authorization"))
        case .checksum(let step):
            try Self.verify(step, request)
            return Proof()
        case .algorithm(let header, let names):
            let name = String(decoding: try HeaderReading.requiredValue(of: header, in: request), as: UTF8.self)
            guard names.contains(name) else {
                let isShowable = name.utf8.count <= 32 && name.utf8.allSatisfy(\.isHTTPTokenByte)
                throw .wrongAlgorithm(
                    found: isShowable ? name : "another algorithm", expected: names.joined(separator: " or "))
            }
            return Proof()
        case .addresses(let ranges):
            guard let address = request.remoteAddress, ranges.contains(where: { $0.contains(address) }) else {
                throw .addressNotAllowed(address: request.remoteAddress)
            }
            return Proof()
        case .anyOf(let checks):
            var reason: VerificationFailure?
            for check in checks {
                do throws(VerificationFailure) {
                    return try check.verify(request, now: now)
                } catch {
                    // What is wrong with the one that was meant says more than that the others are not there.
                    if reason == nil || reason?.isAbsence == true && !error.isAbsence { reason = error }
                }
            }
            throw reason ?? .wrongSecret
        }
    }

    /// The index of the secret that was presented. Every one is compared, in constant time.
    private static func match(
        _ presented: [UInt8], _ secrets: [[UInt8]], _ previous: [[UInt8]], place: String
    ) throws(VerificationFailure) -> Int {
        var matched: Int?
        for (index, secret) in secrets.enumerated() {
            let isMatch = isSameSecret(presented, secret)
            if isMatch, matched == nil { matched = index }
        }
        if let matched { return matched }
        if let index = previous.firstIndex(where: { isSameSecret(presented, $0) }) {
            throw .matchesPreviousSecret(index: index)
        }
        throw .wrongToken(place: place)
    }

    /// `user:password` of `Authorization: Basic …` (RFC 7617 section 2).
    private static func credentials(in request: RequestView) throws(VerificationFailure) -> [UInt8] {
        let name = "authorization"
        let encoded = try TokenPlace.value(after: "basic", of: name, in: request)
        guard let credentials = Base64.decode(encoded, .anyVariant) else {
            throw .headerMalformed(name: name, why: "has no base64 after \"Basic \"")
        }
        return credentials
    }

    private static func verify(_ step: ChecksumStep, _ request: RequestView) throws(VerificationFailure) {
        let name = step.pointer.description
        guard let text = JSONProbe.string(step.pointer, in: request.body) else { throw .fieldMissing(pointer: name) }
        let form = SignatureForm(.hmac(step.hash), step.encoding)
        let reading = SignatureReading(Array(text.utf8)[...], form: form)
        let message = try SignedMessage(step.content, of: request, timestamp: nil, url: request.url, from: nil)
        func isEqual(_ presented: [UInt8], _ message: SignedMessage) -> Bool {
            let digest = step.hash.digest(of: message)
            return presented.withUnsafeBytes { presented in
                digest.withUnsafeBytes { constantTimeEquals(presented, $0) }
            }
        }
        switch reading {
        case .due(let bytes):
            if isEqual(bytes, message) { return }
            throw BodySpelling.matching(message.body) { body in
                isEqual(bytes, SignedMessage(head: message.head, body: body, tail: message.tail))
            }
            .map { .bodyReserialised($0) } ?? .wrongChecksum(place: "\(name) in the payload")
        case .odd(let bytes, let oddity): throw oddity.failure(otherwiseRight: isEqual(bytes, message))
        case .otherHash(let found): throw .wrongHash(found: found, expected: step.hash.rawValue)
        case .unreadable(let characters):
            throw .fieldMalformed(
                pointer: name,
                why:
                    "has \(characters) characters where \(form.characterCount ?? 0) of \(step.encoding.rawValue) were due"
            )
        }
    }
}

extension TokenPlace {
    /// What a request presents there.
    func token(in request: RequestView) throws(VerificationFailure) -> [UInt8] {
        switch self {
        case .header(let name, let prefix):
            let value = try HeaderReading.requiredValue(of: name, in: request)
            guard value.starts(with: prefix.utf8) else { throw .prefixMissing(expected: prefix) }
            return Array(value.dropFirst(prefix.utf8.count))
        case .bearer: return Array(try Self.value(after: "bearer", of: "authorization", in: request))
        case .query(let name):
            let values = FormFields((URLParts(request.url)?.query ?? "").utf8).fields.filter {
                $0.name.utf8.elementsEqual(name.utf8)
            }
            guard let value = values.first else { throw .tokenMissing(place: self.name) }
            guard values.count == 1 else {
                throw .headerDuplicated(name: self.name, count: values.count)
            }
            return Array(value.value.utf8)
        case .payload(let pointer):
            guard let token = JSONProbe.string(pointer, in: request.body) else { throw .tokenMissing(place: name) }
            return Array(token.utf8)
        }
    }

    /// What follows an authentication scheme, whose case does not count (RFC 9110 section 11.1).
    static func value(
        after scheme: String, of header: String, in request: RequestView
    ) throws(VerificationFailure) -> ArraySlice<UInt8> {
        let value = try HeaderReading.requiredValue(of: header, in: request)
        let rest = value.dropFirst(scheme.utf8.count)
        guard isSameHeaderName(String(decoding: value.prefix(scheme.utf8.count), as: UTF8.self), scheme),
            rest.first == UInt8(ascii: " ")
        else { throw .prefixMissing(expected: scheme.prefix(1).uppercased() + scheme.dropFirst() + " ") }
        return HeaderReading.trim(rest)
    }
}

extension SigningSecret {
    var bytes: [UInt8] { Array(revealed.utf8) }
}
