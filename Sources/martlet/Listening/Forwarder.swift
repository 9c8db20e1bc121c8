import MartletCore
import MartletDelivery
import NIOPosix

/// Makes the requests of attempts here, as the server would make them: byte for byte, within the same time, judged by the
/// same rules.
struct Forwarder: Sendable {
    let url: EndpointURL
    private let sender: Sender

    init(to url: EndpointURL) {
        self.url = url
        var limits = SenderLimits()
        // A connection for each: a request that goes out on one which is just being closed would have to be sent twice.
        limits.idleConnectionsPerOrigin = 0
        limits.connections = Listener.mostInHand * 2
        sender = Sender(
            group: MultiThreadedEventLoopGroup.singleton, policy: Self.anywhere,
            resolver: SystemResolver(threads: 2), limits: limits)
    }

    /// The guard protects a server from those who register webhooks; here whoever names the receiver is whose machine it is.
    private static let anywhere = EgressPolicy(
        allowsPrivateNetworks: true, requiresHTTPS: false,
        allowedBlocks: ["0.0.0.0/0", "::/0"].compactMap { try? AddressBlock(parsing: $0) }, refusedPorts: [])

    /// Forwards an attempt, and waits for what comes of it; `nil` where ``stop()`` came first.
    func forward(_ attempt: ListenedAttempt) async -> ForwardResult? {
        var url = url
        if let query = attempt.query {
            guard let whole = url.appending(query: query) else {
                return ForwardResult(
                    attempt.key,
                    failure: AttemptFailure(
                        .malformedResponse, "The sender's query has bytes that cannot stand in a request: \(query)"))
            }
            url = whole
        }
        var outcome = await sender.send(
            OutgoingRequest(url: url, headers: attempt.headers, body: attempt.body[...], timeout: attempt.timeout))
        if case .failure(let failure) = outcome.result {
            switch failure.code {
            case .interrupted: return nil
            // These are the server's to say of its own sending.
            case .addressRefused, .misconfigured:
                outcome.result = .failure(AttemptFailure(.networkUnreachable, failure.message))
            default: break
            }
        }
        return ForwardResult(attempt.key, outcome)
    }

    /// Ends what is under way, without an outcome.
    func stop() async { await sender.shutdown() }
}
