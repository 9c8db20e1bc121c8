/// The text that a signature by RFC 9421 is computed over (section 2.5).
struct SignatureBase {
    let text: String

    /// - Parameters:
    ///   - components: What is covered, in order.
    ///   - parameters: Those of the signature.
    init(
        of components: [StructuredField.Item], _ parameters: StructuredField.Parameters, in request: RequestView
    ) throws(VerificationFailure) {
        var lines: [String] = []
        var seen: Set<StructuredField.Item> = []
        for component in components {
            guard case .string(let name) = component.value, name == name.lowercased(), !name.isEmpty else {
                throw .headerMalformed(name: "signature-input", why: "names a component that is not in lower case")
            }
            guard seen.insert(component).inserted else {
                throw .headerMalformed(name: "signature-input", why: "covers one component twice")
            }
            let value = try Self.value(of: name, component.parameters, in: request)
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || $0 == 0x09 }) else {
                throw .headerMalformed(name: Self.shown(name), why: "is covered and not ASCII")
            }
            lines.append("\(component.serialised): \(value)")
        }
        lines.append(
            "\"@signature-params\": \(StructuredField.Member.list(components, parameters).serialised)")
        text = lines.joined(separator: "\n")
    }

    private static func value(
        of name: String, _ parameters: StructuredField.Parameters, in request: RequestView
    ) throws(VerificationFailure) -> String {
        if name.hasPrefix("@") { return try derived(name, parameters, in: request) }
        let values = request.headers(name).map {
            String(decoding: HeaderReading.trim(Array($0.utf8)[...]), as: UTF8.self)
        }
        guard !values.isEmpty else { throw .headerMissing(name: shown(name)) }
        switch parameters.pairs.first {
        case nil: return values.joined(separator: ", ")
        case ("bs", .boolean(true))? where parameters.pairs.count == 1:
            return values.map { StructuredField.Bare.bytes(Array($0.utf8)).serialised }.joined(separator: ", ")
        case ("key", .string(let key))? where parameters.pairs.count == 1:
            guard
                let member = StructuredField.dictionary(values.joined(separator: ", "))?.first(where: {
                    $0.name == key
                })
            else {
                throw .headerMalformed(name: shown(name), why: "is covered by a member that it does not have")
            }
            return member.member.serialised
        default: throw unsupported(name)
        }
    }

    /// Section 2.2. What belongs to responses is not supported.
    private static func derived(
        _ name: String, _ parameters: StructuredField.Parameters, in request: RequestView
    ) throws(VerificationFailure) -> String {
        guard let url = URLParts(request.url) else {
            if name == "@method", parameters.pairs.isEmpty { return request.method }
            throw .headerMalformed(
                name: "signature-input", why: "covers the URL, and the receiver does not know its own")
        }
        if name == "@query-param" {
            guard parameters.pairs.count == 1, case .string(let wanted)? = parameters["name"] else {
                throw unsupported(name)
            }
            let fields = FormFields((url.query ?? "").utf8).fields.filter { encoded($0.name) == wanted }
            guard fields.count == 1 else {
                throw .headerMalformed(
                    name: "signature-input", why: "covers a query parameter that does not stand exactly once")
            }
            return encoded(fields[0].value)
        }
        guard parameters.pairs.isEmpty else { throw unsupported(name) }
        let path = url.path.isEmpty ? "/" : String(url.path)
        switch name {
        case "@method": return request.method
        case "@target-uri": return request.url
        case "@authority":
            let (host, port) = url.hostAndPort
            return host.lowercased() + (port.map { $0 == url.defaultPort ? "" : ":\($0)" } ?? "")
        case "@scheme": return url.scheme.lowercased()
        case "@request-target": return path + (url.query.map { "?\($0)" } ?? "")
        case "@path": return path
        case "@query": return "?\(url.query ?? "")"
        default: throw unsupported(name)
        }
    }

    private static func unsupported(_ name: String) -> VerificationFailure {
        .headerMalformed(
            name: "signature-input", why: "covers \(shown(name)) in a way that is not supported for requests")
    }

    /// The percent-encoding of section 2.2.8, that of the WHATWG URL specification's `application/x-www-form-urlencoded`
    /// percent-encode set with spaces as `%20`.
    private static func encoded(_ text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            if byte.isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || "*-._".utf8.contains(byte)
            {
                encoded.append(byte)
            } else {
                encoded.append(UInt8(ascii: "%"))
                for digit in [byte >> 4, byte & 15] {
                    encoded.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
                }
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// A name from the request, as far as it may be shown.
    private static func shown(_ name: String) -> String {
        name.utf8.count <= 64 && name.utf8.dropFirst(name.hasPrefix("@") ? 1 : 0).allSatisfy(\.isHTTPTokenByte)
            ? name : "a component"
    }
}
