extension EndpointURL {
    /// Parses a URL.
    public init(parsing text: String) throws(EndpointURLError) {
        let bytes = Array(text.utf8)
        try Self.checkWhole(bytes)
        let (scheme, afterScheme) = try Self.scheme(of: bytes[...])
        let end = afterScheme.firstIndex { $0 == 0x2F || $0 == 0x3F || $0 == 0x23 } ?? afterScheme.endIndex
        let authority = afterScheme[..<end]
        if authority.contains(0x40) {
            throw EndpointURLError(
                .credentials,
                "The URL has a user name or password before an '@'. Leave it out; send credentials in a header.")
        }
        let (hostText, portText) = try Self.split(authority)
        self.init(
            scheme: scheme,
            host: try Self.host(of: hostText),
            port: try Self.port(of: portText) ?? scheme.defaultPort,
            target: try Self.target(of: afterScheme[end...]))
    }

    private static func checkWhole(_ bytes: [UInt8]) throws(EndpointURLError) {
        guard !bytes.isEmpty else {
            throw EndpointURLError(.length, "The URL is empty. Write https://example.com/webhook.")
        }
        guard bytes.count <= longest else {
            throw EndpointURLError(.length, "The URL has \(bytes.count) bytes; at most \(longest) are allowed.")
        }
        if let byte = bytes.first(where: { $0 <= 0x20 || $0 == 0x7F }) {
            let what = byte == 0x20 ? "a space" : "the control character 0x\(hex(byte))"
            throw EndpointURLError(
                .whitespace, "The URL contains \(what). Remove it, or write %20 for a space in the path.")
        }
        if bytes.contains(0x5C) {
            throw EndpointURLError(.backslash, "The URL contains a backslash. Write '/', or %5C in the path.")
        }
    }

    private static func scheme(of bytes: ArraySlice<UInt8>) throws(EndpointURLError) -> (Scheme, ArraySlice<UInt8>) {
        guard let colon = bytes.firstIndex(of: 0x3A) else {
            throw EndpointURLError(.scheme, "The URL has no scheme. Begin it with https://.")
        }
        let name = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
        guard let scheme = Scheme(rawValue: name) else {
            let isWord = !name.isEmpty && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2B }
            throw EndpointURLError(
                .scheme,
                isWord
                    ? "The scheme '\(name.prefix(32))' is not supported. Begin the URL with https://."
                    : "The URL has no scheme. Begin it with https://.")
        }
        guard bytes[colon...].starts(with: [0x3A, 0x2F, 0x2F]) else {
            throw EndpointURLError(
                .scheme, "After '\(name):' there must be two slashes. Write \(name)://example.com/….")
        }
        return (scheme, bytes[(colon + 3)...])
    }

    private static func split(
        _ authority: ArraySlice<UInt8>
    ) throws(EndpointURLError) -> (host: ArraySlice<UInt8>, port: ArraySlice<UInt8>?) {
        if authority.first == 0x5B {
            guard let bracket = authority.firstIndex(of: 0x5D) else {
                throw EndpointURLError(
                    .address, "The bracket before the IPv6 address is not closed. Write [2001:db8::1].")
            }
            let rest = authority[(bracket + 1)...]
            guard rest.isEmpty || rest.first == 0x3A else {
                throw EndpointURLError(.port, "After the IPv6 address in brackets only ':' and a port can follow.")
            }
            return (authority[...bracket], rest.isEmpty ? nil : rest.dropFirst())
        }
        guard let colon = authority.firstIndex(of: 0x3A) else { return (authority, nil) }
        return (authority[..<colon], authority[(colon + 1)...])
    }

    private static func port(of text: ArraySlice<UInt8>?) throws(EndpointURLError) -> UInt16? {
        guard let text else { return nil }
        let isNumber = (1...5).contains(text.count) && text.first != 0x30 && text.allSatisfy(isDigit)
        guard isNumber, let port = UInt16(String(decoding: text, as: UTF8.self)) else {
            throw EndpointURLError(
                .port,
                "The port '\(String(decoding: text.prefix(24), as: UTF8.self))' is no number from 1 to 65535.")
        }
        return port
    }

    // MARK: Host

    private static func host(of text: ArraySlice<UInt8>) throws(EndpointURLError) -> Host {
        guard !text.isEmpty else {
            throw EndpointURLError(.host, "The URL has no host. Write https://example.com/webhook.")
        }
        if text.first == 0x5B { return try bracketed(text.dropFirst().dropLast()) }
        if text.contains(where: { $0 >= 0x80 }) {
            throw EndpointURLError(
                .internationalHost,
                "The host has characters beyond ASCII. "
                    + "Write it in its xn-- form: xn--bcher-kva.example for bücher.example."
            )
        }
        var name = String(decoding: text, as: UTF8.self).lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        if let last = labels.last, isNumeric(last) {
            // WHATWG and inet_aton read such hosts as addresses in many spellings; one of them is enough.
            guard let address = IPAddress(name), text.last != 0x2E else {
                throw EndpointURLError(
                    .address,
                    "The host '\(shown(text))' looks like an IPv4 address but is not in canonical form. "
                        + "Write four decimal numbers without leading zeros: 192.0.2.1.")
            }
            return .address(address)
        }
        guard name.utf8.count <= 253 else {
            throw EndpointURLError(.host, "The host has more than 253 characters, the longest a DNS name can be.")
        }
        for label in labels { try check(label, of: text) }
        return .name(name)
    }

    private static func check(_ label: Substring, of host: ArraySlice<UInt8>) throws(EndpointURLError) {
        guard !label.isEmpty else {
            throw EndpointURLError(.host, "The host '\(shown(host))' has an empty part between its dots.")
        }
        guard label.utf8.count <= 63 else {
            throw EndpointURLError(.host, "The part '\(label.prefix(24))…' of the host has more than 63 characters.")
        }
        guard label.first != "-", label.last != "-" else {
            throw EndpointURLError(.host, "The part '\(label)' of the host begins or ends with a hyphen.")
        }
        // Underscores are no letters of host names (RFC 952), but are used, and DNS carries them.
        let bad = label.first { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_")) }
        if let bad {
            throw EndpointURLError(
                .host,
                "The host '\(shown(host))' contains '\(bad)'. "
                    + "Names have letters, digits, hyphens and dots, never escapes."
            )
        }
    }

    private static func bracketed(_ text: ArraySlice<UInt8>) throws(EndpointURLError) -> Host {
        if text.contains(0x25) {
            throw EndpointURLError(
                .address, "The IPv6 address has a zone after '%', which means something on one machine only.")
        }
        let address = IPAddress(String(decoding: text, as: UTF8.self))
        guard let address, address.family == .v6 else {
            throw EndpointURLError(
                .address, "'[\(shown(text))]' is no IPv6 address. Only those stand in brackets: [2001:db8::1].")
        }
        return .address(address)
    }

    /// Whether WHATWG's parser takes a host that ends in this label for an address: decimal digits, or hexadecimal
    /// ones after 0x.
    private static func isNumeric(_ label: Substring) -> Bool {
        let bytes = label.utf8
        if !bytes.isEmpty && bytes.allSatisfy(isDigit) { return true }
        guard label.hasPrefix("0x") else { return false }
        return bytes.dropFirst(2).allSatisfy { isDigit($0) || (0x61...0x66).contains($0) }
    }

    // MARK: Path and query

    private static func target(of text: ArraySlice<UInt8>) throws(EndpointURLError) -> String {
        if text.contains(0x23) {
            throw EndpointURLError(
                .fragment,
                "The URL has a fragment after '#', which is never sent. Leave it out, or write %23 for a '#'.")
        }
        var inQuery = false
        var rest = text
        while let byte = rest.popFirst() {
            switch byte {
            case 0x3F:
                inQuery = true
            case 0x25:
                try checkEscape(rest.prefix(2))
            case 0x5B, 0x5D:
                // RFC 3986 wants them escaped, but `?ids[]=` is everywhere and every parser agrees on it.
                if !inQuery { throw unescaped(byte) }
            case 0x80...:
                throw EndpointURLError(
                    .path, "The path has characters beyond ASCII. Percent-encode them as UTF-8: %C3%BC for ü.")
            default:
                guard isPathCharacter(byte) else { throw unescaped(byte) }
            }
        }
        let target = String(decoding: text, as: UTF8.self)
        return target.hasPrefix("/") ? target : "/" + target
    }

    private static func checkEscape(_ digits: ArraySlice<UInt8>) throws(EndpointURLError) {
        let text = String(decoding: digits, as: UTF8.self)
        guard digits.count == 2, !text.hasPrefix("+"), !text.hasPrefix("-"), let byte = UInt8(text, radix: 16) else {
            throw EndpointURLError(
                .path, "A '%' in the path needs two hexadecimal digits after it. Write %25 for a '%'.")
        }
        guard byte >= 0x20, byte != 0x7F else {
            throw EndpointURLError(
                .whitespace, "The path contains %\(text), an escaped control character. Remove it.")
        }
    }

    private static func unescaped(_ byte: UInt8) -> EndpointURLError {
        EndpointURLError(
            .path, "The path contains '\(Character(Unicode.Scalar(byte)))' unescaped. Write %\(hex(byte)).")
    }

    /// RFC 3986 section 3.3: pchar and the slash.
    private static func isPathCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x2D, 0x2E, 0x5F, 0x7E: true
        case 0x21, 0x24, 0x26...0x2C, 0x3B, 0x3D: true
        case 0x3A, 0x40, 0x2F: true
        default: false
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    private static func shown(_ text: ArraySlice<UInt8>) -> String {
        String(decoding: text.prefix(64), as: UTF8.self) + (text.count > 64 ? "…" : "")
    }
}
