extension WebhookPreset {
    /// A preset of the table before its parameters are known.
    struct Entry: Sendable {
        let name: String
        var parameters: [PresetParameter] = []
        let make: @Sendable (PresetSettings) throws(PresetError) -> WebhookPreset
    }

    /// The names of all presets, in the order of the documentation.
    public static var names: [String] { entries.map(\.name) }

    /// The preset of a name.
    ///
    /// - Parameters:
    ///   - name: One of ``names``.
    ///   - parameters: What the preset needs to know besides its secret: see ``parameters(of:)``.
    /// - Throws: ``PresetError`` when there is no such preset, or a parameter is unknown, missing or wrong.
    public static func named(
        _ name: String, parameters: [String: String] = [:]
    ) throws(PresetError) -> WebhookPreset {
        guard let entry = entries.first(where: { $0.name == name }) else { throw .unknown(name) }
        return try entry.make(try PresetSettings(parameters, of: entry))
    }

    /// What a preset can be told besides its secret.
    ///
    /// - Throws: ``PresetError`` when there is no such preset.
    public static func parameters(of name: String) throws(PresetError) -> [PresetParameter] {
        guard let entry = entries.first(where: { $0.name == name }) else { throw .unknown(name) }
        return entry.parameters
    }
}

/// The parameters of a preset as they were given, with what counts for the rest.
struct PresetSettings {
    private let values: [String: String]

    init(_ given: [String: String], of entry: WebhookPreset.Entry) throws(PresetError) {
        var values: [String: String] = [:]
        for name in given.keys.sorted() where !entry.parameters.contains(where: { $0.name == name }) {
            throw .unknownParameter(name, of: entry.name, known: entry.parameters)
        }
        for parameter in entry.parameters {
            guard let value = given[parameter.name] ?? parameter.fallback else {
                throw .missing(parameter, of: entry.name)
            }
            guard value.utf8.count <= Self.longestValue else {
                throw .invalid(parameter.name, "…", due: "a text of at most \(Self.longestValue) bytes")
            }
            values[parameter.name] = value
        }
        self.values = values
    }

    private static let longestValue = 2048

    /// A parameter's text; empty where it was left out and may be.
    subscript(name: String) -> String { values[name] ?? "" }

    /// The text, `nil` where it is empty.
    func optional(_ name: String) -> String? {
        let value = self[name]
        return value.isEmpty ? nil : value
    }

    /// What a comma-separated text lists.
    func list(_ name: String) -> [String] {
        self[name].split(separator: ",").map { $0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed() }
            .map { String($0) }.filter { !$0.isEmpty }
    }

    func header(_ name: String) throws(PresetError) -> String {
        let value = self[name]
        guard (1...128).contains(value.utf8.count), value.utf8.allSatisfy(\.isHTTPTokenByte) else {
            throw .invalid(name, value, due: "the name of a header")
        }
        return value
    }

    func pointer(_ name: String) throws(PresetError) -> JSONPointer {
        guard let pointer = JSONPointer(self[name]) else {
            throw .invalid(name, self[name], due: "a JSON pointer such as /token (RFC 6901)")
        }
        return pointer
    }

    func hash(_ name: String) throws(PresetError) -> HMACHash {
        guard let hash = HMACHash(rawValue: self[name]) else {
            throw .invalid(name, self[name], due: HMACHash.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return hash
    }

    func encoding(_ name: String) throws(PresetError) -> SignatureEncoding {
        guard let encoding = SignatureEncoding(rawValue: self[name]) else {
            throw .invalid(name, self[name], due: "hex or base64")
        }
        return encoding
    }

    func keyDerivation(_ name: String) throws(PresetError) -> KeyDerivation {
        guard let derivation = KeyDerivation(rawValue: self[name]) else {
            throw .invalid(name, self[name], due: "utf8, hex, base64, or base64-after: and a prefix")
        }
        return derivation
    }

    /// `header:NAME`, `payload:/POINTER` or `form:NAME`, several of them with commas.
    func fields(_ name: String) throws(PresetError) -> [EventField] {
        var fields: [EventField] = []
        for text in list(name) {
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            switch parts.count == 2 ? parts[0] : "" {
            case "header": fields.append(.header(parts[1]))
            case "form": fields.append(.form(parts[1]))
            case "payload":
                guard let pointer = JSONPointer(parts[1]) else { fallthrough }
                fields.append(.payload(pointer))
            default:
                throw .invalid(name, text, due: "header:NAME, payload:/POINTER or form:NAME")
            }
        }
        return fields
    }

    /// `{timestamp}.{body}`: text, and names in braces.
    func content(_ name: String) throws(PresetError) -> [ContentPart] {
        var parts: [ContentPart] = []
        var rest = self[name][...]
        while let first = rest.first {
            guard first == "{" else {
                let text = rest.prefix { $0 != "{" }
                parts.append(.text(String(text)))
                rest = rest[text.endIndex...]
                continue
            }
            guard let end = rest.firstIndex(of: "}"), let part = Self.part(String(rest[..<end].dropFirst())) else {
                throw .invalid(
                    name, self[name],
                    due: "text with {body}, {timestamp}, {method}, {url}, {header:NAME} or {payload:/POINTER} in it")
            }
            parts.append(part)
            rest = rest[end...].dropFirst()
        }
        return parts
    }

    private static func part(_ name: String) -> ContentPart? {
        switch name {
        case "body": return .body
        case "timestamp": return .timestamp
        case "method": return .method
        case "url": return .url
        default:
            let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { return nil }
            if parts[0] == "header" { return .header(parts[1]) }
            return parts[0] == "payload" ? JSONPointer(parts[1]).map { .field($0) } : nil
        }
    }

    func addresses(_ name: String) throws(PresetError) -> [AddressRange] {
        var ranges: [AddressRange] = []
        for text in list(name) {
            guard let range = AddressRange(text) else {
                throw .invalid(name, text, due: "a range such as 192.0.2.0/24 or 2001:db8::/32")
            }
            ranges.append(range)
        }
        return ranges
    }
}
