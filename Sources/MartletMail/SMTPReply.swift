import MartletService

/// What a server answers: RFC 5321, section 4.2.
struct SMTPReply: Equatable {
    var code: Int
    /// The text of each line.
    var lines: [String]

    var isPositive: Bool { (200...299).contains(code) }

    /// What it says, as a person may be shown it: one line of visible characters.
    var text: String {
        let words = lines.joined(separator: " ").unicodeScalars.map {
            $0.properties.generalCategory == .control ? " " : $0
        }
        return "\(code) \(String(String.UnicodeScalarView(words)).prefix(200))"
    }
}

/// Makes replies of the bytes that come.
struct SMTPReplyReader {
    /// RFC 5321, section 4.5.3.1.5, has 512; some say more.
    static let longestLine = 4096
    static let mostLines = 128

    private var line: [UInt8] = []
    private var code: Int?
    private var lines: [String] = []

    /// Whether nothing has come of a reply that is not whole yet.
    var isEmpty: Bool { line.isEmpty && lines.isEmpty }

    /// Takes what came, and gives the replies that are whole with it.
    mutating func take(_ bytes: some Sequence<UInt8>) throws(PostFailure) -> [SMTPReply] {
        var replies: [SMTPReply] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                guard line.count < Self.longestLine else { throw Self.strange }
                line.append(byte)
                continue
            }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if let reply = try end() { replies.append(reply) }
            line = []
        }
        return replies
    }

    private mutating func end() throws(PostFailure) -> SMTPReply? {
        guard line.count >= 3, let code = Int(String(decoding: line.prefix(3), as: UTF8.self)),
            (200...599).contains(code), self.code ?? code == code, lines.count < Self.mostLines
        else { throw Self.strange }
        let mark = line.count > 3 ? line[3] : UInt8(ascii: " ")
        guard mark == UInt8(ascii: " ") || mark == UInt8(ascii: "-") else { throw Self.strange }
        lines.append(String(decoding: line.dropFirst(4), as: UTF8.self))
        guard mark == UInt8(ascii: " ") else {
            self.code = code
            return nil
        }
        defer { (self.code, lines) = (nil, []) }
        return SMTPReply(code: code, lines: lines)
    }

    private static let strange = PostFailure("The mail server does not speak SMTP. Is its port the right one?")
}
