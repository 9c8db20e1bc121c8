/// The signatures that a request presents, with the timestamp that stands beside them.
struct PresentedSignature {
    /// Encoded signatures without prefix or version, in their order.
    var candidates: [ArraySlice<UInt8>] = []
    /// What the timestamp's tag says, where there is such a tag.
    var taggedTimestamp: ArraySlice<UInt8>?

    /// Reads them.
    ///
    /// - Parameter start: Where pointers into the payload begin; its top when `nil`.
    init(_ place: SignaturePlace, in request: RequestView, from start: JSONPointer?) throws(VerificationFailure) {
        switch place {
        case .header(let names, let prefix):
            for name in names {
                guard let value = try HeaderReading.onlyValue(of: name, in: request) else { continue }
                candidates.append(try Self.withoutPrefix(value, prefix, name))
            }
            guard !candidates.isEmpty else { throw .headerMissing(name: names.first ?? "") }
        case .tagged(let name, let separator, let timestamp, let signature):
            try readTagged(
                try HeaderReading.requiredValue(of: name, in: request), name, separator: separator,
                timestampTag: timestamp, signatureTag: signature)
        case .list(let names, let version):
            let name = names.first { !request.headers($0).isEmpty } ?? names.first ?? ""
            candidates = try Self.listed(
                try HeaderReading.requiredValue(of: name, in: request), version: version, name)
        case .payload(let pointer):
            let pointer = pointer.following(start)
            guard let text = JSONProbe.string(pointer, in: request.body) else {
                throw .fieldMissing(pointer: pointer.description)
            }
            guard !text.isEmpty else { throw .fieldMalformed(pointer: pointer.description, why: "is empty") }
            candidates = [Array(text.utf8)[...]]
        }
        guard candidates.count <= HeaderReading.mostSignatures else {
            throw .headerMalformed(
                name: place.shortName, why: "has more than \(HeaderReading.mostSignatures) signatures")
        }
    }

    private static func withoutPrefix(
        _ value: ArraySlice<UInt8>, _ prefix: String, _ name: String
    ) throws(VerificationFailure) -> ArraySlice<UInt8> {
        guard value.starts(with: prefix.utf8) else { throw .prefixMissing(expected: prefix) }
        let rest = value.dropFirst(prefix.utf8.count)
        guard !rest.isEmpty else { throw .headerMalformed(name: name, why: "has nothing after \"\(prefix)\"") }
        return rest
    }

    /// `t=1700000000,v1=…`, as Stripe documents it: other tags are skipped, several `v1` are alternatives.
    private mutating func readTagged(
        _ value: ArraySlice<UInt8>, _ name: String, separator: String, timestampTag: String?, signatureTag: String
    ) throws(VerificationFailure) {
        var timestamps: [ArraySlice<UInt8>] = []
        var others: [ArraySlice<UInt8>] = []
        for element in value.split(separator: separator.utf8.first ?? UInt8(ascii: ",")) {
            let element = HeaderReading.trim(element)
            guard let equals = element.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let tag = element[..<equals]
            let content = element[(equals + 1)...]
            if tag.elementsEqual(signatureTag.utf8) {
                candidates.append(content)
            } else if let timestampTag, tag.elementsEqual(timestampTag.utf8) {
                timestamps.append(content)
            } else {
                others.append(tag)
            }
        }
        if timestamps.isEmpty, candidates.isEmpty, others.isEmpty {
            throw .prefixMissing(expected: (timestampTag.map { "\($0)=…\(separator)" } ?? "") + signatureTag + "=")
        }
        if let timestampTag {
            guard let timestamp = timestamps.first else {
                throw .headerMalformed(name: name, why: "has no \(timestampTag)= with the timestamp")
            }
            guard timestamps.count == 1 else {
                throw .headerMalformed(name: name, why: "has \(timestamps.count) \(timestampTag)= and may have one")
            }
            taggedTimestamp = timestamp
        }
        guard candidates.isEmpty else { return }
        let found = HeaderReading.presentable(others)
        throw found.isEmpty
            ? .headerMalformed(name: name, why: "has no \(signatureTag)= with the signature")
            : .versionMissing(expected: signatureTag, found: found)
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
        let found = HeaderReading.presentable(others)
        throw found.isEmpty
            ? .headerMalformed(name: name, why: "has no signature of version \(version)")
            : .versionMissing(expected: version, found: found)
    }
}

extension SignaturePlace {
    /// The header, or the pointer into the payload, alone.
    var shortName: String {
        switch self {
        case .header(let names, _), .list(let names, _): names.first ?? ""
        case .tagged(let header, _, _, _): header
        case .payload(let pointer): pointer.description
        }
    }
}
