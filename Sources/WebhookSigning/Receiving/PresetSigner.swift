/// Makes requests as a preset's sender would, for tests.
///
/// ```swift
/// let signer = try PresetSigner(preset: .named("slack"), secret: SigningSecret(secret))
/// let request = try signer.sign(WebhookRequest(url: url, body: body), now: now)
/// ```
public struct PresetSigner: Sendable {
    /// Whose requests they look like.
    public let preset: WebhookPreset

    private let secret: SigningSecret?

    /// Takes in the secret.
    ///
    /// - Parameters:
    ///   - preset: Whose requests to make.
    ///   - secret: The secret; for asymmetric signatures the private key, in PEM, the base64 of DER, or as `whsk_…`.
    /// - Throws: ``WebhookSigningError`` when the preset needs a secret and there is none.
    public init(preset: WebhookPreset, secret: SigningSecret?) throws(WebhookSigningError) {
        guard secret != nil || !preset.needsSecret else { throw WebhookSigningError(.noSecret) }
        self.preset = preset
        self.secret = secret
    }

    /// The preset's sample as a request, not signed yet.
    ///
    /// - Parameter url: The URL of the receiver as the sender would have it.
    public func sample(url: String) -> WebhookRequest {
        var request = WebhookRequest(
            url: url, headers: [("content-type", preset.sampleContentType)], body: Array(preset.sample.utf8))
        if let type = preset.sampleType, case .header(let name)? = preset.eventType.first {
            request.setHeader(name, type)
        }
        return request
    }

    /// Adds to a request what the sender would: id, type, timestamp, signature, wherever they belong.
    ///
    /// - Parameters:
    ///   - request: The request. Its method and URL are signed as they are, where the sender signs them.
    ///   - id: The event's id; what the request has, or `msg_test` where one is needed, when left out.
    ///   - type: The event's type; what the request has when left out.
    ///   - now: The sender's clock, in Unix seconds.
    /// - Throws: ``WebhookSigningError`` when the secret does not fit or only verifies, or the body cannot carry what
    ///   belongs into it.
    public func sign(
        _ request: WebhookRequest, id: String? = nil, type: String? = nil, now: Int64
    ) throws(WebhookSigningError) -> WebhookRequest {
        var request = request
        if let id, let field = Self.place(preset.eventID, in: request) { try Self.set(field, to: id, in: &request) }
        if let type, let field = Self.place(preset.eventType, in: request) {
            try Self.set(field, to: type, in: &request)
        }
        for check in preset.checks { try apply(check, to: &request, now: now) }
        return request
    }

    private func apply(
        _ check: InboundCheck, to request: inout WebhookRequest, now: Int64
    ) throws(WebhookSigningError) {
        switch check {
        case .signature(let step): try apply(step, to: &request, now: now)
        case .messageSignature(let step): try apply(step, to: &request, now: now)
        case .token(let place): try apply(place, to: &request)
        case .basic: request.setHeader("Authorization", "Basic " + Base64.encode(secret?.bytes ?? []))
        case .checksum(let step):
            try Self.set(step.pointer, to: "", in: &request)
            let message = try content(step.content, in: request)
            let digest = step.hash.digest(of: SignedMessage(head: message))
            try Self.set(step.pointer, to: Self.encoded(digest, step.encoding), in: &request)
        case .algorithm(let header, let names): request.setHeader(header, names.first ?? "")
        case .addresses: break
        case .anyOf(let checks):
            var fault: WebhookSigningError?
            for check in checks {
                do throws(WebhookSigningError) {
                    return try apply(check, to: &request, now: now)
                } catch {
                    fault = fault ?? error
                }
            }
            if let fault { throw fault }
        }
    }

    private func apply(
        _ step: SignatureStep, to request: inout WebhookRequest, now: Int64
    ) throws(WebhookSigningError) {
        for case .header(let name) in step.content where request.values(of: name).isEmpty {
            request.setHeader(name, "msg_test")
        }
        for case .sortedForm(let parameter) in step.content where !request.body.isEmpty {
            try Self.setHash(in: &request, parameter)
        }
        guard let items = step.items else { return try apply(step, from: nil, to: &request, now: now) }
        let count = request.withView { JSONProbe.count(items, in: $0.body) }
        for index in 0..<min(count ?? 0, SignatureStep.mostItems) {
            try apply(step, from: JSONPointer(steps: items.steps + [String(index)]), to: &request, now: now)
        }
    }

    private func apply(
        _ step: SignatureStep, from start: JSONPointer?, to request: inout WebhookRequest, now: Int64
    ) throws(WebhookSigningError) {
        var timestamp: String?
        if let place = step.timestamp {
            let text = place.form.text(of: now)
            timestamp = text
            switch place.place {
            case .header(let name): request.setHeader(name, text)
            case .tag: break
            case .payload(let pointer):
                try Self.set(pointer.following(start), to: text, isNumber: place.form != .rfc3339, in: &request)
            }
        }
        if case .payload(let pointer) = step.place { try Self.set(pointer.following(start), to: "", in: &request) }

        let key: VerificationKey
        do throws(SigningSecretError) {
            guard let secret else { throw SigningSecretError(.empty) }
            key = try VerificationKey(secret, step.algorithm, step.keyDerivation)
        } catch {
            throw WebhookSigningError(.secret(error))
        }
        let message = try content(step.content, in: request, timestamp: timestamp, from: start)
        let signature = Self.encoded(try key.signature(of: SignedMessage(head: message)), step.encoding)

        switch step.place {
        case .header(let names, let prefix): request.setHeader(names.first ?? "", prefix + signature)
        case .tagged(let header, let separator, let tag, let signatureTag):
            let lead = tag.map { "\($0)=\(timestamp ?? "")\(separator)" } ?? ""
            request.setHeader(header, "\(lead)\(signatureTag)=\(signature)")
        case .list(let names, let version): request.setHeader(names.first ?? "", "\(version),\(signature)")
        case .payload(let pointer): try Self.set(pointer.following(start), to: signature, in: &request)
        }
    }

    private func apply(
        _ step: MessageSignatureStep, to request: inout WebhookRequest, now: Int64
    ) throws(WebhookSigningError) {
        let key: VerificationKey
        do throws(SigningSecretError) {
            guard let secret else { throw SigningSecretError(.empty) }
            key = try VerificationKey(secret, step.algorithm, step.keyDerivation)
        } catch {
            throw WebhookSigningError(.secret(error))
        }
        request.setHeader(ContentDigest.header, request.withView { ContentDigest.value(of: $0.body) })
        var names = ["@method", "@target-uri", ContentDigest.header]
        if !request.values(of: "content-type").isEmpty { names.append("content-type") }
        names += step.components.filter { !names.contains($0) }
        let components = names.map { StructuredField.Item(value: .string($0)) }
        var parameters = StructuredField.Parameters()
        parameters.pairs.append(("created", .integer(now)))
        parameters.pairs.append(("keyid", .string("test")))
        if let name = MessageSignatureStep.names.first(where: { $0.algorithm == step.algorithm })?.name {
            parameters.pairs.append(("alg", .string(name)))
        }
        let base: SignatureBase
        do throws(VerificationFailure) {
            base = try request.withView { view throws(VerificationFailure) in
                try SignatureBase(of: components, parameters, in: view)
            }
        } catch {
            throw WebhookSigningError(.unsignable(error))
        }
        let signature = try key.signature(of: SignedMessage(head: Array(base.text.utf8)))
        let label = step.label ?? "sig1"
        request.setHeader(
            "Signature-Input",
            "\(label)=\(StructuredField.Member.list(components, parameters).serialised)")
        request.setHeader("Signature", "\(label)=\(StructuredField.Bare.bytes(signature).serialised)")
    }

    private func apply(_ place: TokenPlace, to request: inout WebhookRequest) throws(WebhookSigningError) {
        let token = secret?.revealed ?? ""
        switch place {
        case .header(let name, let prefix): request.setHeader(name, prefix + token)
        case .bearer: request.setHeader("Authorization", "Bearer " + token)
        case .query(let name): Self.setQuery(name, token, in: &request)
        case .payload(let pointer): try Self.set(pointer, to: token, in: &request)
        }
    }

    /// What is signed, in one piece.
    private func content(
        _ parts: [ContentPart], in request: WebhookRequest, timestamp: String? = nil, from start: JSONPointer? = nil
    ) throws(WebhookSigningError) -> [UInt8] {
        do throws(VerificationFailure) {
            return try request.withView { view throws(VerificationFailure) in
                try SignedMessage(parts, of: view, timestamp: timestamp, url: request.url, from: start).bytes
            }
        } catch {
            throw WebhookSigningError(.unsignable(error))
        }
    }

    /// Where a request has such a value already, or its sender writes it before all else.
    private static func place(_ fields: [EventField], in request: WebhookRequest) -> EventField? {
        if case .header? = fields.first { return fields.first }
        return fields.first { $0 != .bodyDigest && $0.value(in: request) != nil } ?? fields.first
    }

    private static func set(
        _ field: EventField, to value: String, in request: inout WebhookRequest
    ) throws(WebhookSigningError) {
        switch field {
        case .header(let name): request.setHeader(name, value)
        case .payload(let pointer): try set(pointer, to: value, in: &request)
        case .onlyElement(let array, let pointer):
            try set(pointer.following(JSONPointer(steps: array.steps + ["0"])), to: value, in: &request)
        // What tells one of several apart stands last: a source before an id, a kind before a reference.
        case .joined(let fields, _): if let last = fields.last { try set(last, to: value, in: &request) }
        // A form's fields stay as the body has them.
        case .form, .bodyDigest: break
        }
    }

    private static func set(
        _ pointer: JSONPointer, to value: String, isNumber: Bool = false, in request: inout WebhookRequest
    ) throws(WebhookSigningError) {
        let body =
            isNumber
            ? JSONProbe.setting(pointer, toJSON: Array(value.utf8), in: request.body)
            : JSONProbe.setting(pointer, to: value, in: request.body)
        guard let body else { throw WebhookSigningError(.bodyCannotCarry(pointer)) }
        request.body = body
    }

    /// Puts the hash of a body that is no form into the URL, as Twilio does.
    private static func setHash(
        in request: inout WebhookRequest, _ parameter: String
    ) throws(WebhookSigningError) {
        guard !request.withView(\.isForm) else { return }
        let digest = request.withView { HMACHash.sha256.digest(of: SignedMessage(body: $0.body)) }
        setQuery(parameter, encoded(digest, .hex), in: &request)
    }

    private static func setQuery(_ name: String, _ value: String, in request: inout WebhookRequest) {
        var escaped = ""
        for byte in value.utf8 {
            let isPlain =
                byte.isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || "-._~".utf8.contains(byte)
            escaped +=
                isPlain
                ? String(Unicode.Scalar(byte))
                : "%" + String(Unicode.Scalar(Hex.digit(byte >> 4))) + String(Unicode.Scalar(Hex.digit(byte & 15)))
        }
        request.url += (request.url.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + "\(name)=\(escaped)"
    }

    private static func encoded(_ bytes: [UInt8], _ encoding: SignatureEncoding) -> String {
        switch encoding {
        case .hex:
            String(decoding: bytes.flatMap { [Hex.digit($0 >> 4), Hex.digit($0 & 15)] }, as: UTF8.self)
        case .base64: Base64.encode(bytes)
        }
    }
}

extension TimestampPlace.Form {
    /// An instant in this form.
    func text(of seconds: Int64) -> String {
        switch self {
        case .seconds: String(seconds)
        case .milliseconds: String(seconds) + "000"
        case .rfc3339: RFC3339.text(seconds)
        }
    }
}

extension PresetSigner: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The preset; nothing of the secret.
    public var description: String { "PresetSigner(\(preset.name), secret: redacted)" }
    /// The preset; nothing of the secret.
    public var debugDescription: String { description }
    /// The preset's name alone.
    public var customMirror: Mirror { Mirror(self, children: ["preset": preset.name]) }
}
