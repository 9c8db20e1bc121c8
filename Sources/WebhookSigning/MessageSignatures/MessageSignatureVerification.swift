/// Verifies signatures by RFC 9421, with the keys taken in.
struct MessageSignatureVerification: Sendable {
    let step: MessageSignatureStep
    let secrets: [SigningSecret]
    let keys: [VerificationKey]
    let previousKeys: [VerificationKey]
    let explainsFailures: Bool

    // A signature costs a check a key: a request with more labels is after the verifier's time.
    private static let mostLabels = 4

    private static let inputHeader = "signature-input"
    private static let signatureHeader = "signature"

    init(
        _ step: MessageSignatureStep, secrets: [SigningSecret], previous: [SigningSecret], explainsFailures: Bool
    ) throws(SigningSecretError) {
        func key(_ secret: SigningSecret) throws(SigningSecretError) -> VerificationKey {
            try VerificationKey(secret, step.algorithm, step.keyDerivation)
        }
        self.step = step
        self.secrets = secrets
        keys = try secrets.map(key)
        previousKeys = try previous.map(key)
        self.explainsFailures = explainsFailures
    }

    /// Verifies a request: one of its signatures has to pass.
    ///
    /// - Parameter now: The receiver's clock, in Unix seconds.
    func verify(_ request: RequestView, now: Int64) throws(VerificationFailure) -> Proof {
        let inputs = try Self.members(Self.inputHeader, request)
        let signatures = try Self.members(Self.signatureHeader, request)
        let labels = inputs.filter { step.label == nil || $0.name == step.label }
        guard let first = labels.first else {
            throw .headerMalformed(
                name: Self.inputHeader,
                why: step.label.map { "has no signature labelled \($0)" } ?? "has no signatures")
        }
        guard labels.count <= Self.mostLabels else {
            throw .headerMalformed(name: Self.inputHeader, why: "has more than \(Self.mostLabels) signatures")
        }
        var reason: VerificationFailure?
        for label in labels {
            do throws(VerificationFailure) {
                let signature = signatures.first { $0.name == label.name }?.member
                return try verify(label.member, signature, request, now: now)
            } catch {
                reason = reason ?? error
            }
        }
        throw reason ?? .headerMissing(name: first.name)
    }

    private func verify(
        _ input: StructuredField.Member, _ signature: StructuredField.Member?, _ request: RequestView, now: Int64
    ) throws(VerificationFailure) -> Proof {
        guard case .list(let components, let parameters) = input else {
            throw .headerMalformed(name: Self.inputHeader, why: "has a signature without a list of components")
        }
        guard case .item(let item)? = signature, case .bytes(let bytes) = item.value else {
            throw .headerMalformed(name: Self.signatureHeader, why: "lacks a signature that signature-input describes")
        }
        try checkAlgorithm(parameters)
        try checkCoverage(components, request)
        guard case .integer(let created)? = parameters["created"] else {
            throw .headerMalformed(name: Self.inputHeader, why: "does not say when the signature was created")
        }
        let base = try SignatureBase(of: components, parameters, in: request)
        let message = SignedMessage(head: Array(base.text.utf8))
        let matched = try match(bytes, message)
        if components.contains(where: { $0.value == .string(ContentDigest.header) }) {
            try ContentDigest.verify(request)
        }
        if case .integer(let expires)? = parameters["expires"], expires < now {
            throw .expired(bySeconds: now - expires)
        }
        if let failure = VerificationFailure.untimeliness(of: created, at: now, step.tolerance) { throw failure }
        return Proof(matchedSecret: matched, timestamp: created)
    }

    private func match(_ signature: [UInt8], _ message: SignedMessage) throws(VerificationFailure) -> Int {
        var matched: Int?
        for (index, key) in keys.enumerated() {
            let isMatch = key.matches([signature], message)
            if isMatch, matched == nil { matched = index }
        }
        if let matched { return matched }
        let form = SignatureForm(step.algorithm, .base64)
        let diagnosis = MismatchDiagnosis(
            keys: keys, secrets: secrets, derivation: step.keyDerivation, previousKeys: previousKeys, form: form,
            hash: step.algorithm.hmacHash, place: Self.signatureHeader, message: message,
            readings: [form.allows(signature.count) ? .due(signature) : .unreadable(characters: signature.count)])
        throw diagnosis.reason(isThorough: explainsFailures, otherMessages: { [] })
    }

    private func checkAlgorithm(_ parameters: StructuredField.Parameters) throws(VerificationFailure) {
        guard let named = parameters["alg"] else { return }
        let due = MessageSignatureStep.names.first { $0.algorithm == step.algorithm }?.name ?? ""
        guard case .string(let name) = named, name == due else {
            var found = "another algorithm"
            if case .string(let name) = named, MessageSignatureStep.names.contains(where: { $0.name == name }) {
                found = name
            }
            throw .wrongAlgorithm(found: found, expected: due)
        }
    }

    private func checkCoverage(
        _ components: [StructuredField.Item], _ request: RequestView
    ) throws(VerificationFailure) {
        for name in step.components {
            // Nothing is lost where there is no body.
            if name == ContentDigest.header, request.body.isEmpty { continue }
            guard components.contains(where: { $0.value == .string(name) && $0.parameters.pairs.isEmpty }) else {
                throw .notCovered(component: name)
            }
        }
    }

    private static func members(
        _ name: String, _ request: RequestView
    ) throws(VerificationFailure) -> [(name: String, member: StructuredField.Member)] {
        let values = request.headers(name)
        guard !values.isEmpty else { throw .headerMissing(name: name) }
        let value = values.joined(separator: ", ")
        guard !HeaderReading.trim(Array(value.utf8)[...]).isEmpty else {
            throw .headerMalformed(name: name, why: "is empty")
        }
        guard let members = StructuredField.dictionary(value) else {
            throw .headerMalformed(name: name, why: "is not a dictionary of structured fields (RFC 8941)")
        }
        return members
    }
}
