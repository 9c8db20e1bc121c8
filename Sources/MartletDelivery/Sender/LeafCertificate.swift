import MartletCore

/// What of a receiver's certificate (RFC 5280) decides whether it names the receiver, and explains why it is not trusted.
///
/// Reads DER, and expects malice: everything is bounds-checked, and what does not parse is not there.
struct LeafCertificate: Equatable {
    /// The names of the subject alternative name extension, in lower case.
    private(set) var names: [String] = []
    /// Its addresses.
    private(set) var addresses: [IPAddress] = []
    /// Whether issuer and subject are the same.
    private(set) var isSelfIssued = false
    /// The issuer's common name, or else its organisation.
    private(set) var issuer: String?

    init?(der: [UInt8]) {
        var outer = DERReader(der[...])
        guard var certificate = outer.read(0x30).map(DERReader.init),
            var body = certificate.read(0x30).map(DERReader.init)
        else { return nil }
        _ = body.read(0xA0)  // version
        // Serial number, signature algorithm; issuer; validity; subject; public key.
        guard body.read(0x02) != nil, body.read(0x30) != nil, let issuer = body.read(0x30), body.read(0x30) != nil,
            let subject = body.read(0x30), body.read(0x30) != nil
        else { return nil }
        isSelfIssued = issuer == subject
        self.issuer = Self.name(in: issuer)
        _ = body.read(0x81)  // unique identifiers
        _ = body.read(0x82)
        if var wrapper = body.read(0xA3).map(DERReader.init), var extensions = wrapper.read(0x30).map(DERReader.init) {
            while var each = extensions.read(0x30).map(DERReader.init) {
                // subjectAltName is 2.5.29.17.
                guard let identifier = each.read(0x06), Array(identifier) == [0x55, 0x1D, 0x11] else { continue }
                _ = each.read(0x01)  // critical
                if var value = each.read(0x04).map(DERReader.init), let list = value.read(0x30) {
                    readNames(list)
                }
            }
        }
    }

    private mutating func readNames(_ list: ArraySlice<UInt8>) {
        var reader = DERReader(list)
        while let (tag, content) = reader.readAny() {
            switch tag {
            case 0x82: names.append(String(decoding: content, as: UTF8.self).lowercased())
            case 0x87: if let address = IPAddress(bytes: content) { addresses.append(address) }
            default: break
            }
        }
    }

    /// Whether it names `host`, a DNS name in lower case (RFC 9525 section 6.3): by a DNS name among its alternative
    /// names alone, in which the leftmost label may be `*`. Neither a common name nor an address will do.
    func covers(_ host: String) -> Bool {
        let afterFirstLabel = host.firstIndex(of: ".").map { host[$0...] }
        return names.contains { name in
            let name = name.hasSuffix(".") ? String(name.dropLast()) : name
            return name == host || name.hasPrefix("*.") && name.dropFirst() == afterFirstLabel
        }
    }

    /// The common name (2.5.4.3) of a distinguished name, or else its organisation (2.5.4.10).
    private static func name(in distinguishedName: ArraySlice<UInt8>) -> String? {
        var found: (common: String?, organisation: String?)
        var sets = DERReader(distinguishedName)
        while var set = sets.read(0x31).map(DERReader.init) {
            while var attribute = set.read(0x30).map(DERReader.init) {
                guard let type = attribute.read(0x06), let (tag, value) = attribute.readAny(),
                    [0x0C, 0x13, 0x14, 0x16].contains(tag)
                else { continue }
                // It is shown to people: nothing but printable text, and not too much of it.
                let text = String(decoding: value.prefix(64), as: UTF8.self).filter { $0 >= " " && $0 != "\u{7F}" }
                switch Array(type) {
                case [0x55, 0x04, 0x03]: found.common = text
                case [0x55, 0x04, 0x0A]: found.organisation = text
                default: break
                }
            }
        }
        return found.common ?? found.organisation
    }
}

/// Reads one element after another of DER (X.690) with tags and lengths as certificates have them.
private struct DERReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// The next element's content if it has this tag; otherwise it stays where it is.
    mutating func read(_ tag: UInt8) -> ArraySlice<UInt8>? {
        rest.first == tag ? readAny()?.content : nil
    }

    mutating func readAny() -> (tag: UInt8, content: ArraySlice<UInt8>)? {
        var bytes = rest
        guard let tag = bytes.popFirst(), let first = bytes.popFirst() else { return nil }
        var length = Int(first)
        if first & 0x80 != 0 {
            guard (1...3).contains(first & 0x7F), bytes.count >= Int(first & 0x7F) else { return nil }
            length = bytes.prefix(Int(first & 0x7F)).reduce(0) { $0 << 8 | Int($1) }
            bytes = bytes.dropFirst(Int(first & 0x7F))
        }
        guard length <= bytes.count else { return nil }
        rest = bytes.dropFirst(length)
        return (tag, bytes.prefix(length))
    }
}
