/// What is taken for an e-mail address: the part of RFC 5321 that people have, in ASCII, without quotes, comments or
/// addresses in brackets. Nothing of it can end a line or an SMTP command.
public enum EmailAddress {
    /// How long one may be: RFC 5321, section 4.5.3.1.3, without the angle brackets.
    static let longest = 254

    public static func isValid(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= longest, (1...64).contains(parts[0].utf8.count) else { return false }
        return isDotted(parts[0]) { "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
            && isDotted(parts[1]) { $0 == UInt8(ascii: "-") }
            && parts[1].split(separator: ".").allSatisfy { $0.utf8.count <= 63 && $0.first != "-" && $0.last != "-" }
    }

    /// Whether it is made of words with dots between them.
    private static func isDotted(_ text: Substring, _ isMark: (UInt8) -> Bool) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { word in
            !word.isEmpty
                && word.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"):
                        true
                    default: isMark(byte)
                    }
                }
        }
    }
}
