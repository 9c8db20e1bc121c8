/// The signatures that a request presents, with the id and the timestamp that they are said to cover.
struct PresentedSignature {
    /// Empty where the scheme signs no id.
    var id = ""
    /// As it stands in the header, since that is what was signed. Empty where the scheme signs none.
    var timestampText = ""
    var timestamp: Int64?
    /// Encoded signatures without prefix or version, in their order.
    var candidates: [ArraySlice<UInt8>] = []

    // More than any rotation needs: a request with more is after the verifier's time.
    static let mostCandidates = 16

    /// Reads what `profile` needs from the headers.
    init(profile: SignatureProfile, headers: (String) -> [String]) throws(VerificationFailure) {
        let name = profile.signatureHeader
        let value = try Self.onlyValue(of: name, headers)
        switch profile.scheme {
        case .body, .timestampBody:
            candidates = [try Self.withoutPrefix(value, profile)]
        case .tV1:
            try readTagged(value, name)
        case .standard, .standardEd25519:
            candidates = try Self.listed(value, version: profile.scheme == .standard ? "v1" : "v1a", name)
        }
        guard candidates.count <= Self.mostCandidates else {
            throw .headerMalformed(name: name, why: "has more than \(Self.mostCandidates) signatures")
        }
        if profile.scheme.signsID, let header = profile.idHeader {
            id = String(decoding: try Self.onlyValue(of: header, headers), as: UTF8.self)
        }
        if profile.scheme != .tV1, profile.scheme.signsTimestamp, let header = profile.timestampHeader {
            try readTimestamp(try Self.onlyValue(of: header, headers), header)
        }
    }

    /// The value of a header that must stand once, without the white space around it.
    private static func onlyValue(
        of name: String, _ headers: (String) -> [String]
    ) throws(VerificationFailure) -> ArraySlice<UInt8> {
        let values = headers(name)
        guard let value = values.first else { throw .headerMissing(name: name) }
        guard values.count == 1 else { throw .headerDuplicated(name: name, count: values.count) }
        let trimmed = trim(Array(value.utf8)[...])
        guard !trimmed.isEmpty else { throw .headerMalformed(name: name, why: "is empty") }
        return trimmed
    }

    private static func withoutPrefix(
        _ value: ArraySlice<UInt8>, _ profile: SignatureProfile
    ) throws(VerificationFailure) -> ArraySlice<UInt8> {
        let prefix = profile.prefix.utf8
        guard value.starts(with: prefix) else { throw .prefixMissing(expected: profile.prefix) }
        let rest = value.dropFirst(prefix.count)
        guard !rest.isEmpty else {
            throw .headerMalformed(name: profile.signatureHeader, why: "has nothing after \"\(profile.prefix)\"")
        }
        return rest
    }

    /// `t=1700000000,v1=…`, as Stripe documents it: other tags are skipped, several `v1` are alternatives.
    private mutating func readTagged(_ value: ArraySlice<UInt8>, _ name: String) throws(VerificationFailure) {
        var timestamps: [ArraySlice<UInt8>] = []
        var versions: [ArraySlice<UInt8>] = []
        for element in value.split(separator: UInt8(ascii: ",")) {
            let element = Self.trim(element)
            guard let equals = element.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let tag = element[..<equals]
            let content = element[(equals + 1)...]
            if tag.elementsEqual("t".utf8) {
                timestamps.append(content)
            } else if tag.elementsEqual("v1".utf8) {
                candidates.append(content)
            } else {
                versions.append(tag)
            }
        }
        if timestamps.isEmpty, candidates.isEmpty, versions.isEmpty { throw .prefixMissing(expected: "t=…,v1=") }
        guard let timestamp = timestamps.first else {
            throw .headerMalformed(name: name, why: "has no t= with the timestamp")
        }
        guard timestamps.count == 1 else {
            throw .headerMalformed(name: name, why: "has \(timestamps.count) t= and may have one")
        }
        guard !candidates.isEmpty else {
            let found = Self.presentable(versions)
            throw found.isEmpty
                ? .headerMalformed(name: name, why: "has no v1= with the signature")
                : .versionMissing(expected: "v1", found: found)
        }
        try readTimestamp(timestamp, name)
    }

    /// `v1,… v1a,…`: elements of other versions and what is no element are skipped, as Standard Webhooks asks of
    /// receivers.
    private static func listed(
        _ value: ArraySlice<UInt8>, version: String, _ name: String
    ) throws(VerificationFailure) -> [ArraySlice<UInt8>] {
        var candidates: [ArraySlice<UInt8>] = []
        var others: [ArraySlice<UInt8>] = []
        var hasComma = false
        for element in value.split(separator: UInt8(ascii: " ")) {
            guard let comma = element.firstIndex(of: UInt8(ascii: ",")) else { continue }
            hasComma = true
            let tag = element[..<comma]
            if tag.elementsEqual(version.utf8) {
                candidates.append(element[(comma + 1)...])
            } else {
                others.append(tag)
            }
        }
        guard candidates.isEmpty else { return candidates }
        if !hasComma { throw .prefixMissing(expected: version + ",") }
        let found = presentable(others)
        throw found.isEmpty
            ? .headerMalformed(name: name, why: "has no signature of version \(version)")
            : .versionMissing(expected: version, found: found)
    }

    private mutating func readTimestamp(_ value: ArraySlice<UInt8>, _ name: String) throws(VerificationFailure) {
        guard value.allSatisfy(\.isASCIIDigit), !value.isEmpty else {
            throw .timestampMalformed(name: name, why: "is not a whole number")
        }
        // Seconds have eleven digits until the year 5138; milliseconds have had thirteen since 2001.
        guard value.count <= 11 else {
            throw .timestampMalformed(name: name, why: "has \(value.count) digits, as many as a finer unit would have")
        }
        timestamp = value.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        timestampText = String(decoding: value, as: UTF8.self)
    }

    /// Version tags that may be shown: short, and letters and digits only, since the sender is not to be trusted.
    private static func presentable(_ tags: [ArraySlice<UInt8>]) -> [String] {
        tags.filter { tag in
            (1...8).contains(tag.count)
                && tag.allSatisfy { $0.isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
        }
        .prefix(4)
        .map { String(decoding: $0, as: UTF8.self) }
    }

    private static func trim(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        var value = value.drop(while: isSpace)
        while let last = value.last, isSpace(last) { value.removeLast() }
        return value
    }
}
