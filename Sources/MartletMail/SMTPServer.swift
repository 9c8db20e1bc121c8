import MartletCore

/// A mail server that takes messages for others, and how it is spoken to.
public struct SMTPServer: Sendable, Hashable {
    /// When TLS begins.
    public enum Security: Sendable, Hashable {
        /// At once: RFC 8314, section 3.3.
        case implicit
        /// With `STARTTLS`, which the server must offer: RFC 3207.
        case startTLS
        /// Never: for a relay on the same machine.
        case none
    }

    /// Who we are to the server.
    public struct Credentials: Sendable, Hashable, CustomStringConvertible {
        public var user: String
        public var password: String

        public init(user: String, password: String) {
            self.user = user
            self.password = password
        }

        /// The user alone.
        public var description: String { user }
    }

    /// A name or an address, without brackets.
    public var host: String
    public var port: Int
    public var security: Security
    public var credentials: Credentials?

    public init(host: String, port: Int, security: Security, credentials: Credentials? = nil) {
        self.host = host
        self.port = port
        self.security = security
        self.credentials = credentials
    }

    /// Reads `smtps://user:password@mail.example.com` (TLS at once, port 465), `smtp://…` (TLS with `STARTTLS`, port 587) or
    /// `smtp+plain://localhost` (no TLS and no password, port 25). A user and a password are percent-encoded.
    ///
    /// - Throws: ``Malformed``, which never repeats the text: there may be a password in it.
    public init(url text: String) throws(Malformed) {
        guard let colon = text.firstRange(of: "://") else { throw Malformed(Self.forms) }
        switch text[..<colon.lowerBound].lowercased() {
        case "smtps": (security, port) = (.implicit, 465)
        case "smtp": (security, port) = (.startTLS, 587)
        case "smtp+plain": (security, port) = (.none, 25)
        default: throw Malformed(Self.forms)
        }
        var rest = text[colon.upperBound...]
        if rest.last == "/" { rest = rest.dropLast() }
        credentials = nil
        if let at = rest.lastIndex(of: "@") {
            credentials = try Self.credentials(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        if security == .none, credentials != nil {
            throw Malformed(
                "A password is not sent without TLS. Give smtps:// or smtp://, or leave user and password out.")
        }
        (host, port) = try Self.place(rest, port: port)
    }

    private static let forms =
        "Give smtps://USER:PASSWORD@HOST, smtp://USER:PASSWORD@HOST, which demands STARTTLS, or smtp+plain://HOST without TLS."

    private static func credentials(_ text: Substring) throws(Malformed) -> Credentials {
        let user = text.prefix { $0 != ":" }
        guard let name = PercentEncoding.decode(user), !name.isEmpty, user.endIndex < text.endIndex,
            let password = PercentEncoding.decode(text[user.endIndex...].dropFirst()),
            !(name + password).utf8.contains(0)
        else {
            throw Malformed(
                "Give user and password as USER:PASSWORD@, percent-encoded: %40 for @, %3A for :, %2F for /, %25 for %."
            )
        }
        return Credentials(user: name, password: password)
    }

    private static func place(_ text: Substring, port usual: Int) throws(Malformed) -> (String, Int) {
        var host = text
        var port = usual
        // In an IPv6 address colons stand between brackets.
        if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
            host = text[..<colon]
            guard let number = UInt16(text[text.index(after: colon)...]), number > 0 else {
                throw Malformed("Give a port from 1 to 65535, or none.")
            }
            port = Int(number)
        }
        if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
        let isPlain = host.utf8.allSatisfy { byte in
            Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber
                || ".-:_".utf8.contains(byte)
        }
        guard (1...253).contains(host.utf8.count), isPlain, host.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw Malformed("There is no host in it, or what stands there is none. \(forms)")
        }
        return (String(host), port)
    }

    /// Why a text names no server.
    public struct Malformed: Error, Sendable, Hashable {
        /// What to give instead.
        public let message: String

        init(_ message: String) { self.message = message }
    }
}

extension SMTPServer: CustomStringConvertible {
    /// Its host and port.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
