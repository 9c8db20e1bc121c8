import MartletCore
import MartletService

/// A letter as it travels: RFC 5322, with its text as RFC 2045 lets it be sent to servers that take ASCII alone.
struct MailMessage {
    let letter: Letter
    let sender: MailSender
    let date: Timestamp

    /// The message, each line ended by CR and LF, as yet without the dots of RFC 5321, section 4.5.2.
    var bytes: [UInt8] {
        var text = ""
        func field(_ name: String, _ value: String) { text += "\(name): \(value)\r\n" }
        field("Date", MailDate.text(date))
        field(
            "From", sender.name.map { "\(HeaderText.encode($0, isPhrase: true)) <\(sender.address)>" } ?? sender.address
        )
        field("To", letter.recipient)
        field("Subject", HeaderText.encode(letter.subject))
        field("Message-ID", "<\(letter.name)@\(sender.domain)>")
        // RFC 3834, section 5: nobody's holiday is to be told to us.
        field("Auto-Submitted", "auto-generated")
        field("MIME-Version", "1.0")
        field("Content-Type", "text/plain; charset=utf-8")
        field("Content-Transfer-Encoding", "quoted-printable")
        return Array(text.utf8) + Array("\r\n".utf8) + QuotedPrintable.encode(letter.text)
    }
}

/// A date and time as RFC 5322, section 3.3, writes it.
enum MailDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    static func text(_ instant: Timestamp) -> String {
        // Made of `2023-06-15T10:30:00.000Z`.
        let parts = instant.rfc3339.split { "-T.Z".contains($0) }
        let day = Int((instant.milliseconds / 86_400_000) % 7)
        guard parts.count >= 4, let month = Int(parts[1]), (1...12).contains(month) else { return instant.rfc3339 }
        return "\(days[max(0, day)]), \(parts[2]) \(months[month - 1]) \(parts[0]) \(parts[3]) +0000"
    }
}

/// Text in a header field: ASCII as it is, all else as encoded words of RFC 2047.
enum HeaderText {
    /// How many bytes of text an encoded word takes. A line with one may have 76 characters: `Subject: ` in the first, and
    /// `=?utf-8?B??=` around it.
    private static let wordBytes = 39
    /// Longer lines are allowed, but not loved.
    private static let longestPlain = 200

    /// - Parameter isPhrase: whether it stands before an address, where marks have a meaning.
    static func encode(_ text: String, isPhrase: Bool = false) -> String {
        let isPlain =
            text.utf8.count <= longestPlain && !text.contains("=?")
            && text.utf8.allSatisfy { byte in
                isPhrase
                    ? byte == UInt8(ascii: " ") || byte < 0x80 && Character(Unicode.Scalar(byte)).isLetter
                        || byte < 0x80 && Character(Unicode.Scalar(byte)).isNumber
                    : (0x20...0x7E).contains(byte)
            }
        if isPlain { return text }
        var words: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if words[words.count - 1].count + bytes.count > wordBytes { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?utf-8?B?\(Base64Line.encode($0))?=" }.joined(separator: "\r\n ")
    }
}

/// RFC 2045, section 6.7.
enum QuotedPrintable {
    private static let longestLine = 76
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// - Parameter text: lines ended by `\n`.
    static func encode(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        // Byte by byte: to `Character`, CR and LF are one.
        var lines = Array(text.utf8).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        for line in lines {
            var length = 0
            let bytes = Array(line)
            for (index, byte) in bytes.enumerated() {
                let isBlank = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
                let isPlain =
                    isBlank ? index < bytes.count - 1 : (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=")
                let width = isPlain ? 1 : 3
                // A soft end takes one more.
                if length + width > longestLine - 1 {
                    output += Array("=\r\n".utf8)
                    length = 0
                }
                output += isPlain ? [byte] : [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
                length += width
            }
            output += [0x0D, 0x0A]
        }
        return output
    }
}

/// RFC 4648, section 4.
enum Base64Line {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = 0
            for index in 0..<3 { bits = bits << 8 | (index < group.count ? Int(group[start + index]) : 0) }
            for index in 0..<4 {
                output.append(index <= group.count ? alphabet[bits >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
