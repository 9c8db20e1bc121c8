/// The parts of an absolute URL as it is written (RFC 3986 section 3), nothing decoded.
struct URLParts {
    let scheme: Substring
    let authority: Substring
    let path: Substring
    /// What follows the first `?`; `nil` where there is none.
    let query: Substring?

    /// `nil` when the text has no scheme and authority. A fragment is left out.
    init?(_ url: String) {
        let whole = url.prefix { $0 != "#" }
        guard let colon = whole.firstIndex(of: ":"), whole[colon...].hasPrefix("://") else { return nil }
        scheme = whole[..<colon]
        let rest = whole[colon...].dropFirst(3)
        authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !scheme.isEmpty, !authority.isEmpty else { return nil }
        let target = rest[authority.endIndex...]
        path = target.prefix { $0 != "?" }
        query = path.endIndex < target.endIndex ? target[target.index(after: path.endIndex)...] : nil
    }

    /// The port that is meant where none is written.
    var defaultPort: String { scheme.lowercased() == "https" ? "443" : "80" }

    /// The host without the port, as it is written, and the port where one is.
    var hostAndPort: (host: Substring, port: Substring?) {
        guard let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") else {
            return (authority, nil)
        }
        return (authority[..<colon], authority[colon...].dropFirst())
    }

    /// The URL without the port that it has, or with the one that is meant.
    var withOtherPort: String {
        let (host, port) = hostAndPort
        return text(authority: port == nil ? "\(host):\(defaultPort)" : String(host))
    }

    /// The URL put together again.
    func text(scheme: String? = nil, authority: String? = nil, path: String? = nil) -> String {
        (scheme ?? String(self.scheme)) + "://" + (authority ?? String(self.authority)) + (path ?? String(self.path))
            + (query.map { "?" + $0 } ?? "")
    }

    /// Other ways of writing the URL that proxies and dashboards make of it.
    var variants: [String] {
        let (host, port) = hostAndPort
        let portless = String(host)
        let ported = port == nil ? "\(host):\(defaultPort)" : nil
        let otherScheme = scheme.lowercased() == "https" ? "http" : "https"
        let otherPath = path.hasSuffix("/") ? String(path.dropLast()) : path + "/"
        var variants: [String] = []
        for authority in [String(authority), port == nil ? nil : portless, ported].compactMap({ $0 }) {
            for scheme in [String(scheme), otherScheme] {
                variants.append(text(scheme: scheme, authority: authority))
                variants.append(text(scheme: scheme, authority: authority, path: otherPath))
            }
        }
        if query != nil { variants.append("\(scheme)://\(authority)\(path)") }
        return variants
    }
}
