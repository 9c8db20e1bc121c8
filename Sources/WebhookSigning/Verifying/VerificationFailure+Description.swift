extension VerificationFailure: CustomStringConvertible {
    /// What is wrong and what to do about it, in a sentence or two.
    public var description: String {
        switch self {
        case .headerMissing(let name):
            "The header \(name) is missing. Check that the request comes from the sender and that no proxy drops it."
        case .headerDuplicated(let name, let count):
            "The header \(name) stands \(count) times and may stand once."
        case .headerMalformed(let name, let why):
            "The header \(name) \(why)."
        case .prefixMissing(let expected):
            "The signature does not begin with \"\(expected)\" as this profile has it."
        case .prefixUnexpected(let found):
            "The signature is right but begins with \"\(found)\", which this profile does not have. Set that as its "
                + "prefix."
        case .versionMissing(let expected, let found):
            "There is no signature of version \(expected), only of \(found.joined(separator: ", ")). Check that both "
                + "sides use the same scheme."
        case .timestampMalformed(let name, let why, let due):
            "The timestamp in \(name) \(why); \(due) are due."
        case .stale(let seconds, let tolerance):
            "Stale by \(seconds) s: the signature is right, but its timestamp lies that far behind this clock, and "
                + "\(tolerance) s are allowed. It is an old request sent again, or a clock is wrong."
        case .early(let seconds, let tolerance):
            "Early by \(seconds) s: the signature is right, but its timestamp lies that far ahead of this clock, and "
                + "\(tolerance) s are allowed. Set the clocks of both sides."
        case .wrongSecret:
            "Wrong secret: the signature was made with another one, or over a message that was changed on its way."
        case .matchesPreviousSecret:
            "The signature matches the previous secret, which is no longer in force. Let the sender use the current "
                + "one."
        case .hexWhereBase64WasDue(let otherwiseRight):
            "The signature is hex where base64 was due\(Self.remainder(otherwiseRight))."
        case .base64WhereHexWasDue(let otherwiseRight):
            "The signature is base64 where hex was due\(Self.remainder(otherwiseRight))."
        case .hexUpperCase(let otherwiseRight):
            "The signature is upper-case hex where lower case was due\(Self.remainder(otherwiseRight))."
        case .base64Irregular(let otherwiseRight):
            "The signature is not padded base64 with + and /\(Self.remainder(otherwiseRight))."
        case .base64OfHex(let otherwiseRight):
            "The signature is the base64 of a hex text, not of the bytes\(Self.remainder(otherwiseRight)). Encode the "
                + "digest, not its hex."
        case .wrongHash(let found, let expected):
            "The signature has the length of \(found) where \(expected) was due."
        case .bodyReserialised(let spelling):
            "Body re-serialised: the signature matches the body \(spelling.phrase), not as it arrived here. Verify the "
                + "raw bytes of the request, before anything parses them."
        case .keyDecodedWrongly(let reading):
            "Key decoded wrongly: the signature matches when the key is \(reading.phrase), which is not how this "
                + "profile makes it."
        case .wrongSignedContent(let found, let expected):
            "Wrong signed content: the signature matches over \(found.rawValue) where \(expected.rawValue) was due."
        case .wrongParts(let found, let expected):
            "Wrong signed content: the signature matches over \(found) where \(expected) was due."
        case .wrongURL(let signed, let expected):
            "Wrong URL: the signature matches with \(signed), and \(expected) was taken for the sender's. Set the URL as "
                + "the sender has it, or let the proxy pass on scheme and host."
        case .fieldMissing(let pointer):
            "The payload has nothing to read at \(pointer). Check that it is the sender's, and JSON."
        case .fieldMalformed(let pointer, let why):
            "The payload's \(pointer) \(why)."
        case .payloadMalformed(let why):
            "The payload \(why)."
        case .tokenMissing(let place):
            "The secret is missing: nothing stands at \(place). Check that it is set at the sender."
        case .wrongToken(let place):
            "Wrong secret: what stands at \(place) is not it."
        case .wrongChecksum(let place):
            "Wrong checksum: \(place) is not that of what arrived. It was changed or parsed and written again on its way."
        case .addressNotAllowed(let address):
            address.map { "The address \($0) is in none of the ranges that are allowed." }
                ?? "The sender's address is not known, and only some are allowed."
        case .wrongAlgorithm(let found, let expected):
            "The request is signed by \(found) where \(expected) was due."
        case .notCovered(let component):
            "The signature does not cover \(component), so that anybody could have changed it. Let the sender sign it too."
        case .expired(let seconds):
            "Expired: the signature is right, but it was good until \(seconds) s ago by its own account."
        case .handshakeRefused(let why):
            "The sender asked whether this URL is meant, and was not told so: \(why)"
        }
    }

    private static func remainder(_ otherwiseRight: Bool) -> String {
        otherwiseRight ? "; it is right otherwise" : "; nor does it match when it is read as such"
    }
}
