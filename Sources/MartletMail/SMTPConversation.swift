import MartletService

/// The handing over of one message, as a synchronous value: past-tense events go in, what to do comes out. It does no I/O.
///
/// ```
/// greeting ─► hello ─┬─► [STARTTLS ─► TLS ─► hello] ─► [AUTH] ─► MAIL ─► RCPT ─► DATA ─► message ─► QUIT
/// ```
struct SMTPConversation {
    enum Action: Equatable {
        case send([UInt8])
        /// Begin TLS; ``tlsBegan()`` follows.
        case beginTLS
        /// The server has taken charge of the message. Say goodbye with these bytes; its answer is not waited for.
        case taken([UInt8])
        case fail(PostFailure)
    }

    private enum Step {
        case greeting, hello, startTLS, tls, plain, login, user, password, mail, recipient, data, message, over
    }

    let server: SMTPServer
    let sender: String
    let recipient: String
    /// The message, with CR and LF.
    let message: [UInt8]
    /// What this end calls itself: a domain, or an address in brackets.
    var name = "[127.0.0.1]"

    private var step = Step.greeting
    private var isEncrypted: Bool

    init(server: SMTPServer, sender: String, recipient: String, message: [UInt8]) {
        self.server = server
        self.sender = sender
        self.recipient = recipient
        self.message = message
        isEncrypted = server.security == .implicit
    }

    /// A reply came.
    ///
    /// - Parameter isAlone: whether nothing came behind it. What stands behind the leave to begin TLS was put there by somebody
    ///   in between.
    mutating func replied(_ reply: SMTPReply, isAlone: Bool = true) -> Action {
        if reply.code == 421, step != .over {
            return fail(reply, "The mail server closes the connection", permanent: false)
        }
        switch step {
        case .greeting:
            guard reply.code == 220 else {
                return fail(reply, "The mail server refuses the connection", permanent: false)
            }
            return command("EHLO \(name)", .hello)
        case .hello:
            guard reply.isPositive else { return fail(reply, "The mail server does not take EHLO", permanent: false) }
            return greeted(Self.extensions(reply))
        case .startTLS:
            guard reply.code == 220 else { return fail(reply, "The mail server refuses STARTTLS", permanent: false) }
            guard isAlone else {
                return end(
                    PostFailure("Somebody between here and the mail server spoke in its place before TLS began."))
            }
            step = .tls
            return .beginTLS
        case .plain, .password:
            guard reply.code == 235 else { return refuseCredentials(reply) }
            return begin()
        case .login:
            guard reply.code == 334 else { return refuseCredentials(reply) }
            return command(Base64Line.encode(Array((server.credentials?.user ?? "").utf8)), .user)
        case .user:
            guard reply.code == 334 else { return refuseCredentials(reply) }
            return command(Base64Line.encode(Array((server.credentials?.password ?? "").utf8)), .password)
        case .mail:
            // Whoever runs the server can mend this, and the message waits for it.
            guard reply.isPositive else {
                return fail(reply, "The mail server refuses the sender \(sender)", permanent: false)
            }
            return command("RCPT TO:<\(recipient)>", .recipient)
        case .recipient:
            guard reply.isPositive else {
                return fail(reply, "The mail server refuses the recipient \(recipient)", permanent: reply.code >= 500)
            }
            return command("DATA", .data)
        case .data:
            guard reply.code == 354 else {
                return fail(reply, "The mail server takes no message", permanent: reply.code >= 500)
            }
            step = .message
            return .send(Self.stuffed(message))
        case .message:
            guard reply.isPositive else {
                return fail(reply, "The mail server refuses the message", permanent: reply.code >= 500)
            }
            step = .over
            return .taken(Array("QUIT\r\n".utf8))
        case .tls, .over:
            return end(PostFailure("The mail server spoke out of turn."))
        }
    }

    /// TLS has begun; the server is greeted anew, since what it said before counts no longer: RFC 3207, section 4.2.
    mutating func tlsBegan() -> Action {
        guard step == .tls else { return end(PostFailure("TLS began out of turn.")) }
        isEncrypted = true
        return command("EHLO \(name)", .hello)
    }

    // MARK: Parts

    private mutating func greeted(_ extensions: [String: [String]]) -> Action {
        if !isEncrypted, server.security == .startTLS {
            guard extensions["STARTTLS"] != nil else {
                return end(
                    PostFailure(
                        "The mail server offers no STARTTLS. Give smtps:// where it has TLS from the beginning, or smtp+plain:// "
                            + "where it has none and needs none."))
            }
            return command("STARTTLS", .startTLS)
        }
        guard let credentials = server.credentials else { return begin() }
        let methods = extensions["AUTH"] ?? []
        if methods.contains("PLAIN") {
            // RFC 4616.
            let text = "\0\(credentials.user)\0\(credentials.password)"
            return command("AUTH PLAIN \(Base64Line.encode(Array(text.utf8)))", .plain)
        }
        if methods.contains("LOGIN") { return command("AUTH LOGIN", .login) }
        return end(
            PostFailure(
                methods.isEmpty
                    ? "The mail server takes no password."
                    : "The mail server takes neither AUTH PLAIN nor AUTH LOGIN, but \(methods.prefix(8).joined(separator: ", "))."
            ))
    }

    private mutating func begin() -> Action { command("MAIL FROM:<\(sender)>", .mail) }

    private mutating func command(_ text: String, _ next: Step) -> Action {
        step = next
        return .send(Array("\(text)\r\n".utf8))
    }

    private mutating func end(_ failure: PostFailure) -> Action {
        step = .over
        return .fail(failure)
    }

    private mutating func fail(_ reply: SMTPReply, _ what: String, permanent: Bool) -> Action {
        end(PostFailure("\(what): \(shown(reply))", isPermanent: permanent))
    }

    private mutating func refuseCredentials(_ reply: SMTPReply) -> Action {
        fail(reply, "The mail server does not take the user and password that it was given", permanent: false)
    }

    /// What a reply says, unless it repeats what is nobody's business.
    private func shown(_ reply: SMTPReply) -> String {
        guard let credentials = server.credentials else { return reply.text }
        let secrets = [
            credentials.password, Base64Line.encode(Array(credentials.password.utf8)),
            Base64Line.encode(Array("\0\(credentials.user)\0\(credentials.password)".utf8)),
        ]
        let isTelling = secrets.contains { !$0.isEmpty && reply.lines.joined(separator: " ").contains($0) }
        return isTelling ? "\(reply.code)" : reply.text
    }

    /// What the server says that it can, by its name, with what stands behind it.
    private static func extensions(_ reply: SMTPReply) -> [String: [String]] {
        var extensions: [String: [String]] = [:]
        for line in reply.lines.dropFirst() {
            let words = line.uppercased().split { $0 == " " || $0 == "=" }.map(String.init)
            guard let name = words.first else { continue }
            extensions[name, default: []] += words.dropFirst()
        }
        return extensions
    }

    /// The message with a dot more where a line begins with one, and the dot that ends it: RFC 5321, section 4.5.2.
    static func stuffed(_ message: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(message.count + 16)
        var isLineStart = true
        for byte in message {
            if isLineStart, byte == UInt8(ascii: ".") { output.append(byte) }
            output.append(byte)
            isLineStart = byte == UInt8(ascii: "\n")
        }
        if !isLineStart { output += [0x0D, 0x0A] }
        return output + Array(".\r\n".utf8)
    }
}
