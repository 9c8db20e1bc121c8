/// Masks what looks like a secret in a line that is about to be logged. Nothing is meant to log one; this is for the
/// error text of a library, or a URL, that quotes what it was given.
enum SecretMask {
    /// What a secret begins with, and how much of what follows may be shown.
    private static let leads: [(text: String, shown: Int)] = [
        ("mk_live_", 4), ("mk_test_", 4), ("whsec_", 0), ("whsk_", 0), ("Bearer ", 0), ("bearer ", 0), ("Basic ", 0),
    ]
    private static let mask = "•••"

    /// The text with the rest of each secret masked.
    static func masked(_ text: String) -> String {
        guard leads.contains(where: { text.contains($0.text) }) else { return text }
        var result = ""
        var rest = text[...]
        while !rest.isEmpty {
            guard let lead = leads.first(where: { rest.hasPrefix($0.text) }) else {
                result.append(rest.removeFirst())
                continue
            }
            result += lead.text
            rest = rest.dropFirst(lead.text.count)
            // A key after `Bearer ` has a lead of its own.
            if leads.contains(where: { rest.hasPrefix($0.text) }) { continue }
            let secret = rest.prefix { !$0.isWhitespace && !"\"',;)}]".contains($0) }
            rest = rest[secret.endIndex...]
            result += secret.count > lead.shown ? secret.prefix(lead.shown) + mask : secret
        }
        return result
    }
}
