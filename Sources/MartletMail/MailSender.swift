import MartletService

/// Who messages are from: an address, with a name in front where there is one.
public struct MailSender: Sendable, Hashable {
    public let name: String?
    public let address: String

    /// Reads `ops@example.com`, `Martlet <ops@example.com>` or `"Martlet, live" <ops@example.com>`.
    ///
    /// - Returns: `nil` where it is neither.
    public init?(_ text: String) {
        var address = text
        var name: String?
        if text.last == ">", let bracket = text.lastIndex(of: "<") {
            address = String(text[text.index(after: bracket)...].dropLast())
            var words = text[..<bracket].split(separator: " ").joined(separator: " ")
            // Quoted, as a name may be in a header: RFC 5322, section 3.2.4.
            if words.utf8.count > 1, words.first == "\"", words.last == "\"" {
                words = String(words.dropFirst().dropLast())
            }
            guard words.utf8.count <= 100,
                !words.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
            else { return nil }
            name = words.isEmpty ? nil : words
        }
        guard EmailAddress.isValid(address) else { return nil }
        self.name = name
        self.address = address
    }

    /// What stands after its `@`.
    var domain: Substring { address[address.index(after: address.lastIndex(of: "@") ?? address.startIndex)...] }
}
