public import MartletCore
public import MartletService
public import NIOCore
import NIOPosix
import NIOSSL

/// Hands messages to a mail server over SMTP (RFC 5321), one connection each.
///
/// With TLS the server's certificate must be for its name and of an authority that is trusted; there is no way around it. What
/// cannot be handed over is said in a sentence, in which no password ever stands.
public struct SMTPPostman: Postman {
    /// How long things may take.
    public struct Limits: Sendable {
        /// Until the connection stands.
        public var connecting = Duration.seconds(10)
        /// From the first byte to the last, whatever the server does.
        public var whole = Duration.seconds(60)
        /// What is left for all of it once whoever sends is cancelled.
        public var stopping = Duration.seconds(2)

        public init() {}
    }

    private let server: SMTPServer
    private let sender: MailSender
    private let context: NIOSSLContext?
    private let group: any EventLoopGroup
    private let time: any TimeSource
    private let limits: Limits

    /// - Parameters:
    ///   - authorities: certificates in PEM of authorities that are trusted beside the system's.
    /// - Throws: what is wrong with `authorities`.
    public init(
        _ server: SMTPServer, sender: MailSender, authorities: [UInt8]? = nil, group: any EventLoopGroup,
        time: any TimeSource, limits: Limits = Limits()
    ) throws {
        self.server = server
        self.sender = sender
        self.group = group
        self.time = time
        self.limits = limits
        if server.security == .none {
            context = nil
        } else {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.minimumTLSVersion = .tlsv12
            configuration.certificateVerification = .fullVerification
            if let authorities {
                configuration.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMBytes(authorities))]
            }
            context = try NIOSSLContext(configuration: configuration)
        }
    }

    public func send(_ letter: Letter) async throws(PostFailure) {
        guard EmailAddress.isValid(letter.recipient) else {
            throw PostFailure("\(letter.recipient.debugDescription) is no e-mail address.", isPermanent: true)
        }
        let message = MailMessage(letter: letter, sender: sender, date: time.now()).bytes
        let promise = group.next().makePromise(of: Void.self)
        let server = server
        let sender = sender.address
        let context = context
        let whole = TimeAmount(limits.whole)
        let stopping = TimeAmount(limits.stopping)
        let connecting = ClientBootstrap(group: promise.futureResult.eventLoop)
            .connectTimeout(TimeAmount(limits.connecting))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let conversation = SMTPConversation(
                        server: server, sender: sender, recipient: letter.recipient, message: message)
                    let makeTLS: () throws -> NIOSSLClientHandler? = {
                        // An address is no server name: RFC 6066, section 3. The certificate is then checked for the address.
                        let serverName = IPAddress(server.host) == nil ? server.host : nil
                        return try context.map { try NIOSSLClientHandler(context: $0, serverHostname: serverName) }
                    }
                    if server.security == .implicit, let tls = try makeTLS() {
                        try channel.pipeline.syncOperations.addHandler(tls)
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        SMTPHandler(conversation, deadline: whole, promise: promise, makeTLS: makeTLS))
                }
            }
            .connect(host: server.host, port: server.port)
        connecting.whenFailure { promise.fail(PostFailure("\(server) cannot be reached: \(Self.reason($0))")) }
        do {
            try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                // As a rule it is over by then. Cut short, it may have been taken, and is sent a second time.
                promise.futureResult.eventLoop.scheduleTask(in: stopping) {
                    promise.fail(PostFailure("It was cut short before the mail server had taken it."))
                    connecting.whenSuccess { $0.close(promise: nil) }
                }
            }
        } catch let failure as PostFailure {
            throw failure
        } catch {
            throw PostFailure("The mail server \(server): \(error)")
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first { return reason(first.error) }
            return "its name is not known."
        case ChannelError.connectTimeout: return "it does not answer."
        case let error as IOError: return "\(error.description)."
        default: return "\(error)."
        }
    }
}

extension TimeAmount {
    fileprivate init(_ duration: Duration) {
        self = .milliseconds(Int64(duration.wholeMilliseconds))
    }
}
