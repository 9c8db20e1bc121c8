extension SignatureProfile {
    /// Checks that signatures can be made and verified as this profile says.
    ///
    /// - Throws: ``SignatureProfileError`` for the first field at fault.
    public func validate() throws(SignatureProfileError) {
        try Self.checkHeader(
            signatureHeader, field: "signature_header", taken: [StandardHeader.id, StandardHeader.timestamp])
        try checkTimestampHeader()
        try checkIDHeader()
        try checkPrefix()
        try checkStandard()
        try checkKeyDerivation()
        try checkTolerance()
    }

    private func checkTimestampHeader() throws(SignatureProfileError) {
        guard let timestampHeader else {
            switch scheme {
            case .timestampBody, .standard, .standardEd25519:
                throw SignatureProfileError(
                    field: "timestamp_header",
                    problem: "is missing, and scheme \(scheme.rawValue) carries its timestamp in a header of its own",
                    remedy: "Name one, such as \(StandardHeader.timestamp).")
            case .body, .tV1:
                return
            }
        }
        switch scheme {
        case .body:
            throw SignatureProfileError(
                field: "timestamp_header",
                problem: "is given, but scheme body signs no timestamp, so a receiver could not trust it",
                remedy: "Leave it out, or use scheme timestamp-body.")
        case .tV1:
            throw SignatureProfileError(
                field: "timestamp_header",
                problem: "is given, but scheme t-v1 carries its timestamp as t= in the signature header",
                remedy: "Leave it out.")
        case .timestampBody, .standard, .standardEd25519:
            break
        }
        try Self.checkHeader(
            timestampHeader, field: "timestamp_header", taken: [StandardHeader.id, StandardHeader.signature])
        try Self.checkDistinct(
            timestampHeader, field: "timestamp_header", from: signatureHeader, as: "signature_header")
    }

    private func checkIDHeader() throws(SignatureProfileError) {
        guard let idHeader else {
            guard scheme.signsID else { return }
            throw SignatureProfileError(
                field: "id_header",
                problem: "is missing, and scheme \(scheme.rawValue) signs the id that it carries",
                remedy: "Name one, such as \(StandardHeader.id).")
        }
        try Self.checkHeader(idHeader, field: "id_header", taken: [StandardHeader.timestamp, StandardHeader.signature])
        try Self.checkDistinct(idHeader, field: "id_header", from: signatureHeader, as: "signature_header")
        if let timestampHeader {
            try Self.checkDistinct(idHeader, field: "id_header", from: timestampHeader, as: "timestamp_header")
        }
    }

    private func checkPrefix() throws(SignatureProfileError) {
        guard !prefix.isEmpty else { return }
        switch scheme {
        case .body, .timestampBody:
            break
        case .tV1, .standard, .standardEd25519:
            throw SignatureProfileError(
                field: "prefix",
                problem: "is given, but scheme \(scheme.rawValue) writes its own \"\(signatureLead)\"",
                remedy: "Leave it out.")
        }
        guard prefix.utf8.count <= Self.longestPrefix else {
            throw SignatureProfileError(
                field: "prefix",
                problem: "is longer than \(Self.longestPrefix) characters",
                remedy: "Shorten it.")
        }
        guard prefix.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), prefix.utf8.first != UInt8(ascii: " ") else {
            throw SignatureProfileError(
                field: "prefix",
                problem: "has characters that a header value cannot carry there",
                remedy: "Use printable ASCII that does not begin with a space, such as \"sha256=\".")
        }
    }

    private func checkStandard() throws(SignatureProfileError) {
        guard scheme.signsID else { return }
        guard encoding == .base64 else {
            throw SignatureProfileError(
                field: "encoding",
                problem: "is \(encoding.rawValue), but Standard Webhooks signatures are base64",
                remedy: "Use base64, or another scheme.")
        }
        guard scheme == .standardEd25519 || hash == .sha256 else {
            throw SignatureProfileError(
                field: "hash",
                problem: "is \(hash.rawValue), but v1 of Standard Webhooks is HMAC-SHA256",
                remedy: "Use sha256, or another scheme.")
        }
    }

    private func checkKeyDerivation() throws(SignatureProfileError) {
        guard case .base64AfterPrefix(let prefix) = keyDerivation else { return }
        guard !prefix.isEmpty else {
            throw SignatureProfileError(
                field: "key_derivation",
                problem: "names no prefix after base64-after:",
                remedy: "Use base64 for a secret without one, or base64-after:whsec_.")
        }
        guard prefix.utf8.count <= Self.longestPrefix, prefix.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw SignatureProfileError(
                field: "key_derivation",
                problem:
                    "has a prefix of more than \(Self.longestPrefix) characters, or with others than visible ASCII",
                remedy: "Use a short one such as whsec_.")
        }
    }

    private func checkTolerance() throws(SignatureProfileError) {
        guard tolerance >= .seconds(1), tolerance <= Self.longestTolerance else {
            throw SignatureProfileError(
                field: "tolerance",
                problem: "is not between one second and seven days",
                remedy: "Use 5m unless clocks are known to differ by more.")
        }
    }

    private static let longestPrefix = 64
    private static let longestHeaderName = 128
    private static let longestTolerance = Duration.seconds(7 * 86_400)

    // Each of these frames the message or is owned by the HTTP client: a signature in its place would break the request
    // (RFC 9110 sections 7.2, 7.6 and 8; RFC 9112 section 6).
    private static let framingHeaders: Set<String> = [
        "connection", "content-encoding", "content-length", "content-type", "expect", "host", "keep-alive",
        "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
    ]

    private static func checkHeader(
        _ name: String, field: String, taken: [String]
    ) throws(SignatureProfileError) {
        guard !name.isEmpty, name.utf8.count <= longestHeaderName else {
            throw SignatureProfileError(
                field: field,
                problem: name.isEmpty ? "is empty" : "is longer than \(longestHeaderName) characters",
                remedy: "Name a header, such as x-webhook-signature.")
        }
        guard name.utf8.allSatisfy(\.isHTTPTokenByte) else {
            throw SignatureProfileError(
                field: field,
                problem: "is not a header name (RFC 9110 section 5.6.2)",
                remedy: "Use letters, digits and hyphens, such as x-webhook-signature.")
        }
        let lowercased = name.lowercased()
        guard !framingHeaders.contains(lowercased) else {
            throw SignatureProfileError(
                field: field,
                problem: "is \(name), which HTTP itself needs",
                remedy: "Use a name of your own, such as x-webhook-signature.")
        }
        guard !taken.contains(lowercased) else {
            throw SignatureProfileError(
                field: field,
                problem: "is \(name), which every delivery carries with its Standard Webhooks meaning",
                remedy: "Use a name of your own, such as x-webhook-signature.")
        }
    }

    private static func checkDistinct(
        _ name: String, field: String, from other: String, as otherField: String
    ) throws(SignatureProfileError) {
        guard name.lowercased() != other.lowercased() else {
            throw SignatureProfileError(
                field: field,
                problem: "is the same header as \(otherField)",
                remedy: "Give each its own name.")
        }
    }
}
