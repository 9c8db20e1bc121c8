/// Where to listen: `127.0.0.1:8080`, `[::1]:8080`, `:8080` for every address of the machine; port 0 for any free one.
struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name or an address, IPv6 without brackets.
    let host: String
    let port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    init(text: String) throws(SettingComplaint) {
        guard let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") else {
            throw SettingComplaint("Give an address and a port, such as 127.0.0.1:8080, or :8080 for every address.")
        }
        let portText = text[text.index(after: colon)...]
        guard let port = UInt16(portText), portText.allSatisfy({ $0.isASCII && $0.isNumber }) else {
            throw SettingComplaint("'\(portText)' is not a port. Give a number from 0 to 65535; 0 takes any free one.")
        }
        self.port = Int(port)
        let host = text[..<colon]
        if host.isEmpty {
            self.host = "0.0.0.0"
        } else if host.hasPrefix("["), host.hasSuffix("]"), host.count > 2 {
            self.host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            throw SettingComplaint("Put an IPv6 address in brackets: [\(host)]:\(port).")
        } else if host.contains("/") || host.contains("[") || host.contains("]") || host.contains("@") {
            throw SettingComplaint("'\(host)' is not an address. Give one such as 127.0.0.1, without http://.")
        } else {
            self.host = String(host)
        }
    }

    var description: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// A URL that reaches it from this machine, once the port is known.
    func url(port: Int? = nil) -> String {
        let reachable =
            switch host {
            case "0.0.0.0": "127.0.0.1"
            case "::": "::1"
            default: host
            }
        return "http://\(ListenAddress(host: reachable, port: port ?? self.port))"
    }

    /// Whether only this machine can reach it.
    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}
