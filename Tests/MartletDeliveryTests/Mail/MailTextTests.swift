import Foundation
import MartletCore
import MartletService
import Testing

@testable import MartletMail

/// What messages look like on their way.
struct MailTextTests {
    private static func message(subject: String = "Plain", text: String = "a\n") throws -> String {
        let sender = try #require(MailSender("Größe <alerts@martlet.example>"))
        let letter = Letter(recipient: "team@example.com", subject: subject, text: text, name: "mail_1")
        let message = MailMessage(
            letter: letter, sender: sender, date: Timestamp(milliseconds: 1_686_825_000_123))
        return String(decoding: message.bytes, as: UTF8.self)
    }

    /// Encoded words put together again.
    private static func decoded(_ header: String) throws -> String {
        var bytes: [UInt8] = []
        for word in header.components(separatedBy: "\r\n ") {
            let text = try #require(word.dropFirst("=?utf-8?B?".count).components(separatedBy: "?=").first)
            bytes += try #require(Data(base64Encoded: text))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func theHeadersAreThoseOfTheStandards() throws {
        let text = try Self.message()

        #expect(text.contains("Date: Thu, 15 Jun 2023 10:30:00 +0000\r\n"))
        #expect(text.contains("From: =?utf-8?B?R3LDtsOfZQ==?= <alerts@martlet.example>\r\n"))
        #expect(text.contains("Auto-Submitted: auto-generated\r\n"))
        #expect(text.contains("Content-Type: text/plain; charset=utf-8\r\n"))
        #expect(!text.replacing("\r\n", with: "").contains { $0 == "\r" || $0 == "\n" })
    }

    @Test(arguments: [
        "line\r\nBcc: everybody@example.com", "tab\tand null\u{0}", "=?utf-8?B?eA==?=", "“Webhooks” schlagen fehl",
        String(repeating: "ö", count: 300), String(repeating: "a", count: 300), "🐦\u{200D}⬛ and e\u{301}",
    ]) func aSubjectCannotEndItsLine(subject: String) throws {
        let text = try Self.message(subject: subject)

        let lines = text.components(separatedBy: "\r\n")
        let start = try #require(lines.firstIndex { $0.hasPrefix("Subject: ") })
        let end = try #require(lines.firstIndex { $0.hasPrefix("Message-ID: ") })
        #expect(lines[start..<end].allSatisfy { $0.utf8.count <= 76 })
        let header = lines[start..<end].joined(separator: "\r\n").dropFirst("Subject: ".count)
        #expect(try Self.decoded(String(header)) == subject)
        #expect(!lines.contains { $0.hasPrefix("Bcc") })
    }

    @Test func aPlainSubjectStaysAsItIs() throws {
        #expect(
            try Self.message(subject: "[Martlet live] Firing: a = b").contains(
                "\r\nSubject: [Martlet live] Firing: a = b\r\n"))
    }

    @Test(arguments: [
        ("a\nb\n", "a\r\nb\r\n"), ("no end", "no end\r\n"), ("", ""), ("a\n\n\n", "a\r\n\r\n\r\n"),
        ("1=2", "1=3D2\r\n"), ("blank \nand tab\t", "blank=20\r\nand tab=09\r\n"), ("ö", "=C3=B6\r\n"),
        ("\r", "=0D\r\n"), ("From here", "From here\r\n"),
        (String(repeating: "x", count: 76), String(repeating: "x", count: 75) + "=\r\nx\r\n"),
    ]) func textIsQuotedSoThatAnyServerCarriesIt(text: String, quoted: String) {
        let bytes = QuotedPrintable.encode(text)

        #expect(String(decoding: bytes, as: UTF8.self) == quoted)
    }

    @Test func noLineIsLongerThanSeventySix() {
        let text = String(repeating: "größer als = alles ", count: 50)

        let lines = String(decoding: QuotedPrintable.encode(text), as: UTF8.self).components(separatedBy: "\r\n")

        #expect(lines.allSatisfy { $0.utf8.count <= 76 })
    }

    @Test(arguments: [
        ("", ".\r\n"), (".\r\n", "..\r\n.\r\n"), ("a\r\n.b\r\n..c\r\n", "a\r\n..b\r\n...c\r\n.\r\n"),
        ("a.b", "a.b\r\n.\r\n"),
    ]) func aLinesDotIsDoubled(message: String, stuffed: String) {
        #expect(String(decoding: SMTPConversation.stuffed(Array(message.utf8)), as: UTF8.self) == stuffed)
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("\u{0}\u{ff}", "AMO/"),
    ]) func base64IsThatOfTheStandard(text: String, encoded: String) {
        #expect(Base64Line.encode(Array(text.utf8)) == encoded)
    }

    @Test(
        arguments: [
            ("ops@example.com", nil, "ops@example.com"), ("Martlet <ops@example.com>", "Martlet", "ops@example.com"),
            ("<ops@example.com>", nil, "ops@example.com"), ("\"\" <ops@example.com>", nil, "ops@example.com"),
            ("\"Martlet, live\" <ops@example.com>", "Martlet, live", "ops@example.com"),
            ("\" <ops@example.com>", "\"", "ops@example.com"),
            ("Martlet  Größe <a+b@example.com>", "Martlet Größe", "a+b@example.com"),
        ] as [(String, String?, String)]) func aSenderIsAnAddressWithANameOrWithout(
            text: String, name: String?, address: String
        ) throws
    {
        let sender = try #require(MailSender(text))

        #expect(sender.name == name)
        #expect(sender.address == address)
    }

    @Test(arguments: ["", "ops", "ops@", "a\nb <ops@example.com>", "Martlet <ops@example.com", "x <a b@example.com>"])
    func whatNamesNobodyIsNoSender(text: String) {
        #expect(MailSender(text) == nil)
    }

    // MARK: Addresses of servers

    @Test(arguments: [
        ("smtps://mail.example.com", "mail.example.com", 465, SMTPServer.Security.implicit),
        ("smtp://mail.example.com", "mail.example.com", 587, .startTLS),
        ("SMTP://mail.example.com:2525/", "mail.example.com", 2525, .startTLS),
        ("smtp+plain://localhost", "localhost", 25, .none), ("smtps://[2001:db8::1]", "2001:db8::1", 465, .implicit),
        ("smtps://[2001:db8::1]:1465", "2001:db8::1", 1465, .implicit),
    ]) func aServerIsNamedByAURL(text: String, host: String, port: Int, security: SMTPServer.Security) throws {
        let server = try SMTPServer(url: text)

        #expect(server == SMTPServer(host: host, port: port, security: security))
    }

    @Test func aPasswordIsPercentEncodedAndShownNowhere() throws {
        let server = try SMTPServer(url: "smtps://ops%40example.com:p%40ss%3Aw%2Frd%25@mail.example.com:465")

        #expect(server.credentials == .init(user: "ops@example.com", password: "p@ss:w/rd%"))
        #expect("\(server)" == "mail.example.com:465")
    }

    @Test(arguments: [
        "", "mail.example.com", "http://mail.example.com", "smtp://", "smtp://secret@mail.example.com",
        "smtp://:secret@mail.example.com", "smtp://ops:secret@", "smtp://ops:secret@mail.example.com:0",
        "smtp://ops:secret@mail.example.com:70000", "smtp://ops:secret@mail.example.com:x",
        "smtp+plain://ops:secret@localhost", "smtp://ops:se%zzcret@mail.example.com", "smtp://ops:secret@ma il.example",
        "smtp://ops:secret@mail.example.com/path", "smtp://ops:secret@münchen.example",
        "smtp://ops:secret%00@a.example",
    ]) func whatNamesNoServerIsRefusedWithoutRepeatingIt(text: String) {
        let error = #expect(throws: SMTPServer.Malformed.self) { try SMTPServer(url: text) }

        #expect(error?.message.contains("secret") == false)
        #expect(error?.message.isEmpty == false)
    }
}
