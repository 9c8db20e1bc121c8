extension SignedMessage {
    /// Puts together what a signature is computed over.
    ///
    /// - Parameters:
    ///   - content: The pieces.
    ///   - request: Where they are from. Its body has to outlive the message.
    ///   - timestamp: The timestamp as the request spells it.
    ///   - url: The URL to take for the sender's.
    ///   - start: Where pointers into the payload begin; its top when `nil`.
    init(
        _ content: [ContentPart], of request: RequestView, timestamp: String?, url: String, from start: JSONPointer?
    ) throws(VerificationFailure) {
        var hasBody = false
        func append(_ bytes: some Sequence<UInt8>) {
            if hasBody { tail.append(contentsOf: bytes) } else { head.append(contentsOf: bytes) }
        }
        func appendBody(_ bytes: UnsafeRawBufferPointer) {
            if hasBody { return tail.append(contentsOf: bytes) }
            body = bytes
            hasBody = true
        }
        for part in content {
            switch part {
            case .text(let text): append(text.utf8)
            case .body: appendBody(request.body)
            case .timestamp: append((timestamp ?? "").utf8)
            case .header(let name): append(try HeaderReading.requiredValue(of: name, in: request))
            case .method: append(request.method.utf8)
            case .url: append(url.utf8)
            case .decodedURL: append(Self.decodedAsHubSpotDoes(url))
            case .sortedForm(let parameter):
                if let form = try Self.form(in: request, url: url, hashIn: parameter) { append(form.sortedText) }
            case .bodyCRC32: append(String(crc32(request.body)).utf8)
            case .field(let pointer):
                append(try Self.text(at: pointer.following(start), in: request).utf8)
            case .rawField(let pointer):
                let pointer = pointer.following(start)
                guard let found = JSONProbe.find(pointer, in: request.body) else {
                    throw .fieldMissing(pointer: pointer.description)
                }
                appendBody(UnsafeRawBufferPointer(rebasing: request.body[found.range]))
            case .bodyWithout(let pointer):
                let pointer = pointer.following(start)
                guard let rest = JSONProbe.removing(pointer, from: Array(request.body)) else {
                    throw .fieldMissing(pointer: pointer.description)
                }
                append(rest)
            }
        }
    }

    // Adyen signs an absent or a null field as an empty one.
    private static func text(at pointer: JSONPointer, in request: RequestView) throws(VerificationFailure) -> String {
        if let text = JSONProbe.string(pointer, in: request.body) { return text }
        guard let found = JSONProbe.find(pointer, in: request.body) else {
            if JSONProbe.find(JSONPointer(steps: []), in: request.body) == nil {
                throw .payloadMalformed(why: "is not JSON, in which \(pointer) was to be read")
            }
            return ""
        }
        guard found.kind == .null else {
            throw .fieldMalformed(pointer: pointer.description, why: "is an object or an array")
        }
        return ""
    }

    /// The fields of a form body; `nil` for another body, whose hash is in the URL then.
    private static func form(
        in request: RequestView, url: String, hashIn parameter: String
    ) throws(VerificationFailure) -> FormFields? {
        if request.body.isEmpty { return nil }
        let query = URLParts(url)?.query.map { FormFields($0.utf8) }
        guard let hash = query?.first(parameter) else {
            guard request.isForm else { throw .notCovered(component: "the body (by query parameter \(parameter))") }
            return FormFields(request.body)
        }
        if request.isForm { return FormFields(request.body) }
        let digest = HMACHash.sha256.digest(of: SignedMessage(body: request.body))
        let isEqual =
            Hex.decode(hash.utf8)?.withUnsafeBytes { found in
                digest.withUnsafeBytes { constantTimeEquals(found, $0) }
            } ?? false
        guard isEqual else { throw .wrongChecksum(place: "query parameter \(parameter)") }
        return nil
    }

    /// HubSpot's documentation, "Validate requests using the v3 request signature", names the escapes that are undone
    /// before signing: those of `: / ? @ ! $ ' ( ) * , ;`.
    private static func decodedAsHubSpotDoes(_ url: String) -> [UInt8] {
        FormFields.percentDecoded(Array(url.utf8)) { ":/?@!$'()*,;".utf8.contains($0) }
    }
}
