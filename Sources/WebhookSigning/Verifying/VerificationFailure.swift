/// Why a signature was refused.
///
/// Where a reason says that the signature matches, or is right otherwise, that was tried: it fits once one particular
/// mistake is repeated. New reasons may be added, so a `switch` needs a `default`. No reason contains a secret or a
/// signature.
public enum VerificationFailure: Error, Sendable, Hashable {
    /// A header that the profile needs is not there.
    case headerMissing(name: String)
    /// A header that may stand once stands several times.
    case headerDuplicated(name: String, count: Int)
    /// A header is there and cannot be read. `why` is the rest of a sentence about it.
    case headerMalformed(name: String, why: String)
    /// The signature lacks the fixed text in front.
    case prefixMissing(expected: String)
    /// The signature is right but for text in front that the profile does not have.
    case prefixUnexpected(found: String)
    /// The header has signatures, none of the version that the scheme verifies.
    case versionMissing(expected: String, found: [String])
    /// The timestamp is not written as it is due (`Unix seconds`). `why` is the rest of a sentence about it.
    case timestampMalformed(name: String, why: String, due: String = "Unix seconds")
    /// The signature is right, and its timestamp lies `bySeconds` behind the receiver's clock, more than the tolerance.
    case stale(bySeconds: Int64, toleranceSeconds: Int64)
    /// The signature is right, and its timestamp lies `bySeconds` ahead of the receiver's clock, more than the
    /// tolerance.
    case early(bySeconds: Int64, toleranceSeconds: Int64)
    /// No secret matches, nor did any other explanation.
    case wrongSecret
    /// A retired secret matches; the index counts the verifier's previous secrets.
    case matchesPreviousSecret(index: Int)
    /// The signature is hex. `otherwiseRight` tells whether a secret matches once it is read as such.
    case hexWhereBase64WasDue(otherwiseRight: Bool)
    /// The signature is base64. `otherwiseRight` tells whether a secret matches once it is read as such.
    case base64WhereHexWasDue(otherwiseRight: Bool)
    /// The signature is hex with upper-case letters. `otherwiseRight` tells whether a secret matches in lower case.
    case hexUpperCase(otherwiseRight: Bool)
    /// The signature is base64 with the URL-safe alphabet, without padding, or with stray bits at its end.
    case base64Irregular(otherwiseRight: Bool)
    /// The signature is the base64 of hexadecimal text, not of bytes.
    case base64OfHex(otherwiseRight: Bool)
    /// The signature has the length of another hash; named as `sha1`, `sha256` or `sha512`.
    case wrongHash(found: String, expected: String)
    /// The signature matches the body in another spelling: it was parsed and written again, or changed on the way.
    case bodyReserialised(BodySpelling)
    /// The signature matches when the key is made of the secret in another way.
    case keyDecodedWrongly(KeyReading)
    /// The signature matches over other parts of the message than the scheme signs.
    case wrongSignedContent(found: SignedContent, expected: SignedContent)
    /// The signature matches over other parts of the request than the preset has. Both are for people.
    case wrongParts(found: String, expected: String)
    /// The signature matches with another URL than the receiver believes the sender to use.
    case wrongURL(signed: String, expected: String)
    /// The payload lacks a value that the preset needs; `pointer` is its JSON pointer.
    case fieldMissing(pointer: String)
    /// A value in the payload cannot be read. `why` is the rest of a sentence about it.
    case fieldMalformed(pointer: String, why: String)
    /// The payload is not what the preset has to read. `why` is the rest of a sentence about it.
    case payloadMalformed(why: String)
    /// The secret that the request should present is not there; `place` says where.
    case tokenMissing(place: String)
    /// What the request presents is not the secret.
    case wrongToken(place: String)
    /// A checksum is not that of what arrived; `place` says which one.
    case wrongChecksum(place: String)
    /// The request comes from an address outside the ranges that are allowed; `nil` when its address is not known.
    case addressNotAllowed(address: String?)
    /// The request names another algorithm than the one that is due. The found one is shortened to what may be shown.
    case wrongAlgorithm(found: String, expected: String)
    /// The signature does not cover a component that it must.
    case notCovered(component: String)
    /// The signature is right, and it expired `bySeconds` ago by its own account.
    case expired(bySeconds: Int64)
    /// The sender asks whether this URL is meant, and cannot be told so. `why` is a sentence.
    case handshakeRefused(why: String)

    /// A stable name for programs, such as `stale`.
    public var code: String {
        switch self {
        case .headerMissing: "header_missing"
        case .headerDuplicated: "header_duplicated"
        case .headerMalformed: "header_malformed"
        case .prefixMissing: "prefix_missing"
        case .prefixUnexpected: "prefix_unexpected"
        case .versionMissing: "version_missing"
        case .timestampMalformed: "timestamp_malformed"
        case .stale: "stale"
        case .early: "early"
        case .wrongSecret: "wrong_secret"
        case .matchesPreviousSecret: "matches_previous_secret"
        case .hexWhereBase64WasDue: "hex_where_base64_was_due"
        case .base64WhereHexWasDue: "base64_where_hex_was_due"
        case .hexUpperCase: "hex_upper_case"
        case .base64Irregular: "base64_irregular"
        case .base64OfHex: "base64_of_hex"
        case .wrongHash: "wrong_hash"
        case .bodyReserialised: "body_reserialised"
        case .keyDecodedWrongly: "key_decoded_wrongly"
        case .wrongSignedContent, .wrongParts: "wrong_signed_content"
        case .wrongURL: "wrong_url"
        case .fieldMissing: "field_missing"
        case .fieldMalformed: "field_malformed"
        case .payloadMalformed: "payload_malformed"
        case .tokenMissing: "token_missing"
        case .wrongToken: "wrong_token"
        case .wrongChecksum: "wrong_checksum"
        case .addressNotAllowed: "address_not_allowed"
        case .wrongAlgorithm: "wrong_algorithm"
        case .notCovered: "not_covered"
        case .expired: "expired"
        case .handshakeRefused: "handshake_refused"
        }
    }
}

extension VerificationFailure {
    /// That a timestamp is stale or early; `nil` when it is within the tolerance.
    static func untimeliness(of timestamp: Int64, at now: Int64, _ tolerance: Duration) -> VerificationFailure? {
        let (age, overflows) = now.subtractingReportingOverflow(timestamp)
        let distance = overflows ? .max : Int64(clamping: age.magnitude)
        guard .seconds(distance) > tolerance else { return nil }
        let allowed = tolerance.components.seconds
        return timestamp < now
            ? .stale(bySeconds: distance, toleranceSeconds: allowed)
            : .early(bySeconds: distance, toleranceSeconds: allowed)
    }

    /// Whether the request has nothing at all where the preset looks.
    var isAbsence: Bool {
        switch self {
        case .headerMissing, .tokenMissing, .fieldMissing: true
        default: false
        }
    }
}
