/// `Content-Digest` (RFC 9530 section 2).
enum ContentDigest {
    static let header = "content-digest"

    private static let algorithms: [(name: String, hash: HMACHash)] = [("sha-256", .sha256), ("sha-512", .sha512)]

    /// The header's value for a body.
    static func value(of body: UnsafeRawBufferPointer) -> String {
        "sha-256=" + StructuredField.Bare.bytes(HMACHash.sha256.digest(of: SignedMessage(body: body))).serialised
    }

    /// Checks that the header fits the body: every digest in it that is known, and one at least.
    static func verify(_ request: RequestView) throws(VerificationFailure) {
        let values = request.headers(header)
        guard !values.isEmpty else { throw .headerMissing(name: header) }
        guard let members = StructuredField.dictionary(values.joined(separator: ", ")) else {
            throw .headerMalformed(name: header, why: "is not a dictionary of digests (RFC 9530)")
        }
        var isKnown = false
        for (name, hash) in algorithms {
            guard case .item(let item)? = members.first(where: { $0.name == name })?.member,
                case .bytes(let due) = item.value
            else { continue }
            isKnown = true
            guard isEqual(due, hash, request.body) else {
                throw BodySpelling.matching(request.body) { isEqual(due, hash, $0) }
                    .map { .bodyReserialised($0) } ?? .wrongChecksum(place: "header \(header)")
            }
        }
        guard isKnown else {
            throw .headerMalformed(name: header, why: "has neither sha-256 nor sha-512")
        }
    }

    private static func isEqual(_ due: [UInt8], _ hash: HMACHash, _ body: UnsafeRawBufferPointer) -> Bool {
        let digest = hash.digest(of: SignedMessage(body: body))
        return due.withUnsafeBytes { due in digest.withUnsafeBytes { constantTimeEquals(due, $0) } }
    }
}

extension BodySpelling {
    /// The first other spelling of a body that `fits`.
    static func matching(
        _ body: UnsafeRawBufferPointer, _ fits: (UnsafeRawBufferPointer) -> Bool
    ) -> BodySpelling? {
        guard body.baseAddress != nil, body.count <= MismatchDiagnosis.longestRespeltBody else { return nil }
        let traits = JSONRespelling.Traits(of: body)
        return allCases.first { spelling in
            spelling.applied(to: body, traits: traits)?.withUnsafeBytes(fits) ?? false
        }
    }
}
