import MartletCore

/// What a response's header fields say of where it ends (RFC 9112 section 6) and whether the connection lives on
/// (section 9.3).
struct ResponseFraming {
    private(set) var length: Int?
    /// Whether there is a `Transfer-Encoding`.
    private(set) var isTransferCoded = false
    /// Whether its last coding is `chunked`.
    private(set) var isChunked = false
    private(set) var saysClose = false
    private(set) var saysKeepAlive = false
    /// The `timeout` of `Keep-Alive`, in seconds.
    private(set) var idleSeconds: Int?

    /// Takes one field in. Returns what is wrong with it, if anything is.
    mutating func note(_ field: HeaderField) -> String? {
        // The length tells most fields apart before any text is compared.
        switch field.name.utf8.count {
        case 14 where field.name.spells("content-length"):
            return note(contentLength: field.value)
        case 17 where field.name.spells("transfer-encoding"):
            return note(transferEncoding: field.value)
        case 10 where field.name.spells("connection"):
            for option in elements(field.value) {
                if option.spells("close") { saysClose = true }
                if option.spells("keep-alive") { saysKeepAlive = true }
            }
        case 10 where field.name.spells("keep-alive"):
            for parameter in elements(field.value) {
                let parts = parameter.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, parts[0].spells("timeout"), let seconds = Int(parts[1]), seconds >= 0
                else { continue }
                idleSeconds = min(seconds, 86_400)
            }
        default:
            break
        }
        return nil
    }

    /// The same length several times over is one length; two lengths are none (RFC 9112 section 6.3).
    private mutating func note(contentLength value: String) -> String? {
        let lengths = elements(value)
        guard !lengths.isEmpty else { return "sent an empty Content-Length" }
        for text in lengths {
            guard text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let parsed = Int(text) else {
                return "sent a Content-Length that is no number"
            }
            guard length == nil || length == parsed else { return "sent two different Content-Lengths" }
            length = parsed
        }
        return nil
    }

    private mutating func note(transferEncoding value: String) -> String? {
        isTransferCoded = true
        for coding in elements(value) {
            // Chunked must come last, and once, or the end of the message is anyone's guess.
            guard !isChunked else { return "sent a Transfer-Encoding in which chunked is not the last" }
            isChunked = coding.spells("chunked")
        }
        return nil
    }

    private func elements(_ list: String) -> [Substring] {
        list.split(separator: ",").compactMap { element in
            let trimmed = element.drop { $0 == " " || $0 == "\t" }
            guard let last = trimmed.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return nil }
            return trimmed[...last]
        }
    }
}
