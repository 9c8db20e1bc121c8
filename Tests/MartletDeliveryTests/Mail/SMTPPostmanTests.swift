import MartletCore
import MartletMail
import MartletService
import MartletTesting
import NIOPosix
import NIOSSL
import Testing

@testable import MartletDelivery

/// Handing messages to a mail server over the loopback interface.
struct SMTPPostmanTests {
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private static let authority = TestAuthority(named: "Mail Authority")
    private static let password = "swordfish:with a colon"
    private static let credentials = SMTPServer.Credentials(user: "ops", password: password)

    private static func letter(_ text: String = "First.\n.hidden\nLast.\n") -> Letter {
        Letter(recipient: "team@example.com", subject: "[Martlet live] Firing: Größe", text: text, name: "mail_1")
    }

    private static func tls(names: [String] = [], addresses: [String] = ["127.0.0.1"]) throws -> NIOSSLContext {
        try authority.context(TestAuthority.Wish(names: names, addresses: addresses))
    }

    /// Sends a letter to a server on this machine; the failure, where it was not taken.
    @discardableResult
    private func send(
        _ letter: Letter = Self.letter(), to port: Int, host: String = "127.0.0.1",
        _ security: SMTPServer.Security = .none, _ credentials: SMTPServer.Credentials? = nil, trusting: Bool = true,
        limits: SMTPPostman.Limits = SMTPPostman.Limits()
    ) async throws -> PostFailure? {
        let postman = try SMTPPostman(
            SMTPServer(host: host, port: port, security: security, credentials: credentials),
            sender: try #require(MailSender("Martlet <alerts@martlet.example>")),
            authorities: trusting ? Array(TestAuthority.pem(Self.authority.certificate).utf8) : nil, group: Self.group,
            time: ManualTimeSource(), limits: limits)
        do throws(PostFailure) {
            try await postman.send(letter)
            return nil
        } catch {
            return error
        }
    }

    @Test func aMessageIsHandedOverAsItIs() async throws {
        try await ScriptedMailServer.with { server, port in
            let failure = try await send(to: port)

            #expect(failure == nil)
            let seen = server.seen
            #expect(seen.verbs.prefix(4) == ["EHLO", "MAIL", "RCPT", "DATA"])
            #expect(seen.commands[0].text == "EHLO [127.0.0.1]")
            #expect(seen.commands[1].text == "MAIL FROM:<alerts@martlet.example>")
            #expect(seen.commands[2].text == "RCPT TO:<team@example.com>")
            let message = try #require(seen.messages.first)
            #expect(message.contains("From: Martlet <alerts@martlet.example>\n"))
            #expect(message.contains("To: team@example.com\n"))
            #expect(message.contains("Subject: =?utf-8?B?"))
            #expect(message.contains("Message-ID: <mail_1@martlet.example>\n"))
            // As it travels: where a line begins with a dot, there is one more.
            #expect(message.hasSuffix("\n\nFirst.\n..hidden\nLast.\n"))
        }
    }

    @Test func withSTARTTLSNothingButTheGreetingGoesInTheClear() async throws {
        var script = ScriptedMailServer.Script()
        script.plainExtensions = ["STARTTLS", "AUTH LOGIN PLAIN"]
        script.safeExtensions = ["AUTH LOGIN PLAIN"]

        try await ScriptedMailServer.with(script, tls: try Self.tls()) { server, port in
            let failure = try await send(to: port, .startTLS, Self.credentials)

            #expect(failure == nil)
            let seen = server.seen
            #expect(seen.verbs.prefix(7) == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"])
            #expect(seen.commands.prefix(7).map(\.isSafe) == [false, false, true, true, true, true, true])
            #expect(seen.messages.count == 1)
        }
    }

    @Test func tlsMayBeginAtOnce() async throws {
        var script = ScriptedMailServer.Script()
        script.safeExtensions = ["AUTH PLAIN"]

        try await ScriptedMailServer.with(script, tls: try Self.tls(), isImplicit: true) { server, port in
            let failure = try await send(to: port, .implicit, Self.credentials)

            #expect(failure == nil)
            #expect(server.seen.verbs.prefix(2) == ["EHLO", "AUTH"])
            #expect(server.seen.commands[1].text == "AUTH PLAIN AG9wcwBzd29yZGZpc2g6d2l0aCBhIGNvbG9u")
        }
    }

    @Test func aServerWithoutPLAINIsGivenTheTwoPartsOfLOGIN() async throws {
        var script = ScriptedMailServer.Script()
        script.safeExtensions = ["AUTH=LOGIN"]
        script.answers = [
            "AUTH": "334 VXNlcm5hbWU6", "b3Bz": "334 UGFzc3dvcmQ6", "c3dvcmRmaXNoOndpdGggYSBjb2xvbg==": "235 welcome",
        ]

        try await ScriptedMailServer.with(script, tls: try Self.tls(), isImplicit: true) { server, port in
            let failure = try await send(to: port, .implicit, Self.credentials)

            #expect(failure == nil)
            #expect(server.seen.messages.count == 1)
        }
    }

    @Test func withoutTheTLSThatWasAskedForNoPasswordIsSent() async throws {
        var script = ScriptedMailServer.Script()
        script.plainExtensions = ["AUTH PLAIN LOGIN"]

        try await ScriptedMailServer.with(script) { server, port in
            let failure = try await send(to: port, .startTLS, Self.credentials)

            #expect(failure?.message.contains("offers no STARTTLS") == true)
            #expect(failure?.isPermanent == false)
            #expect(server.seen.verbs == ["EHLO"])
        }
    }

    @Test func whatStandsBehindTheLeaveToBeginTLSEndsTheConnection() async throws {
        var script = ScriptedMailServer.Script()
        script.plainExtensions = ["STARTTLS"]
        script.injected = "250-somebody.else\r\n250 AUTH PLAIN\r\n"

        try await ScriptedMailServer.with(script) { server, port in
            let failure = try await send(to: port, .startTLS, Self.credentials)

            #expect(failure?.message.contains("Somebody between here and the mail server") == true)
            #expect(server.seen.verbs == ["EHLO", "STARTTLS"])
        }
    }

    @Test func aCertificateOfNobodyThatIsTrustedEndsIt() async throws {
        try await ScriptedMailServer.with(tls: try Self.tls(), isImplicit: true) { server, port in
            let failure = try await send(to: port, .implicit, Self.credentials, trusting: false)

            #expect(failure?.message.contains("--smtp-ca-file") == true)
            #expect(server.seen.commands.isEmpty)
        }
    }

    @Test func aCertificateForAnotherNameEndsIt() async throws {
        try await ScriptedMailServer.with(tls: try Self.tls(names: ["other.example"], addresses: []), isImplicit: true)
        {
            server, port in
            let failure = try await send(to: port, host: "localhost", .implicit, Self.credentials)

            #expect(failure?.message == "The mail server's certificate is not for localhost.")
            #expect(server.seen.commands.isEmpty)
        }
    }

    @Test func aServerThatSpeaksNoTLSIsSaidToSpeakNone() async throws {
        try await ScriptedMailServer.with { server, port in
            let failure = try await send(to: port, .implicit)

            #expect(failure?.message.contains("Does it speak TLS on port \(port)?") == true)
            #expect(!server.seen.verbs.contains("EHLO"))
        }
    }

    @Test(arguments: [
        ("MAIL", "451 4.3.0 try later", false), ("MAIL", "550 5.7.1 not from you", false),
        ("RCPT", "450 4.2.1 mailbox busy", false), ("RCPT", "550 5.1.1 no such user", true),
        ("DATA", "452 4.3.1 no room", false), ("DATA", "554 5.5.1 no", true), (".", "451 4.7.1 greylisted", false),
        (".", "554 5.6.0 looks like spam", true), ("EHLO", "502 5.5.1 what", false),
    ]) func aRefusalIsSaidAndOnlyWhatCannotChangeIsForEver(verb: String, answer: String, isPermanent: Bool) async throws
    {
        var script = ScriptedMailServer.Script()
        script.answers[verb] = answer

        try await ScriptedMailServer.with(script) { _, port in
            let failure = try await send(to: port)

            #expect(failure?.isPermanent == isPermanent)
            #expect(failure?.message.contains(answer) == true)
        }
    }

    @Test(arguments: ["EHLO", "MAIL", "RCPT", "DATA", "."])
    func aConnectionThatIsClosedHalfWayIsTriedAgain(verb: String) async throws {
        var script = ScriptedMailServer.Script()
        script.closesAt = verb

        try await ScriptedMailServer.with(script) { _, port in
            let failure = try await send(to: port)

            #expect(failure == PostFailure("The mail server closed the connection in the middle of it."))
        }
    }

    @Test func aGreetingThatRefusesIsSaid() async throws {
        var script = ScriptedMailServer.Script()
        script.greeting = "554 5.3.2 go away\r\n"

        try await ScriptedMailServer.with(script) { server, port in
            let failure = try await send(to: port)

            #expect(failure == PostFailure("The mail server refuses the connection: 554 5.3.2 go away"))
            #expect(server.seen.commands.isEmpty)
        }
    }

    @Test(arguments: ["HTTP/1.1 400 Bad Request\r\n", "\r\n", "220", "999 what\r\n"])
    func whatIsNoSMTPIsSaidToBeNone(greeting: String) async throws {
        var script = ScriptedMailServer.Script()
        script.greeting = greeting + (greeting == "220" ? String(repeating: "x", count: 5000) : "")

        try await ScriptedMailServer.with(script) { _, port in
            let failure = try await send(to: port)

            #expect(failure?.message.contains("does not speak SMTP") == true)
        }
    }

    @Test func aServerThatSaysNothingIsNotWaitedForForEver() async throws {
        var script = ScriptedMailServer.Script()
        script.greeting = ""
        var limits = SMTPPostman.Limits()
        limits.whole = .milliseconds(1)

        try await ScriptedMailServer.with(script) { [limits] _, port in
            let failure = try await send(to: port, limits: limits)

            #expect(failure == PostFailure("The mail server took longer than 1ms."))
        }
    }

    @Test func whoeverIsCancelledDoesNotWaitForAServerThatSaysNothing() async throws {
        var script = ScriptedMailServer.Script()
        script.greeting = ""
        var limits = SMTPPostman.Limits()
        limits.stopping = .zero

        try await ScriptedMailServer.with(script) { [limits] _, port in
            let sending = Task { try await send(to: port, limits: limits) }
            sending.cancel()
            let failure = try await sending.value

            #expect(failure == PostFailure("It was cut short before the mail server had taken it."))
        }
    }

    @Test func whatIsUnderWayIsBroughtToItsEndThoughItIsCancelled() async throws {
        var limits = SMTPPostman.Limits()
        limits.stopping = limits.whole

        try await ScriptedMailServer.with { [limits] server, port in
            let sending = Task { try await send(to: port, limits: limits) }
            sending.cancel()
            let failure = try await sending.value

            #expect(failure == nil)
            #expect(server.seen.messages.count == 1)
        }
    }

    @Test func whereNobodyListensItIsSaid() async throws {
        // Nobody serves tcpmux; a port that a test has left may be another test's by now.
        let port = 1

        let failure = try await send(to: port)

        #expect(failure?.message.hasPrefix("127.0.0.1:\(port) cannot be reached: ") == true)
        #expect(failure?.isPermanent == false)
    }

    @Test func thePasswordIsNotRepeatedWhateverTheServerSays() async throws {
        let forms = [
            Self.password, "c3dvcmRmaXNoOndpdGggYSBjb2xvbg==", "AG9wcwBzd29yZGZpc2g6d2l0aCBhIGNvbG9u",
        ]
        for form in forms {
            var script = ScriptedMailServer.Script()
            script.safeExtensions = ["AUTH PLAIN"]
            script.answers["AUTH"] = "535 5.7.8 wrong: \(form)"

            try await ScriptedMailServer.with(script, tls: try Self.tls(), isImplicit: true) { _, port in
                let failure = try await send(to: port, .implicit, Self.credentials)

                #expect(
                    failure
                        == PostFailure("The mail server does not take the user and password that it was given: 535"))
            }
        }
        #expect("\(Self.credentials)" == "ops")
    }

    @Test(arguments: ["team@example.com\r\nRCPT TO:<x@example.com>", "", "a b@example.com", "<team@example.com>"])
    func whatIsNoAddressGetsNoConnection(recipient: String) async throws {
        try await ScriptedMailServer.with { server, port in
            var letter = Self.letter()
            letter.recipient = recipient

            let failure = try await send(letter, to: port)

            #expect(failure?.isPermanent == true)
            #expect(server.seen.commands.isEmpty)
        }
    }
}
