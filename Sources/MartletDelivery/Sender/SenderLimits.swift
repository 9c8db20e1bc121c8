/// What bounds a ``Sender``'s memory, sockets and patience.
///
/// The number of exchanges at once is not among them: whoever calls the sender bounds it.
public struct SenderLimits: Sendable, Hashable {
    /// Connections open at once, shared evenly between the event loops. At the bound, the connection that has been idle
    /// for longest is closed for each new one; those in use are never.
    public var connections = 4096
    /// Connections kept alive for one scheme, host and port, on each event loop, for ``idleTimeout``. 0 turns keep-alive off.
    public var idleConnectionsPerOrigin = 32
    /// How long an unused connection is kept. A receiver that announces less (`Keep-Alive: timeout=5`) is believed.
    public var idleTimeout: Duration = .seconds(30)
    /// How long an unused connection beyond ``idleConnectionsPerOrigin`` is kept: what one burst needed the next one will
    /// need too, but a receiver's connections are not held for long for its sake.
    public var burstTimeout: Duration = .seconds(2)
    /// How old a connection may grow before it is not used again, so that a receiver's load balancer can move it.
    public var connectionAge: Duration = .seconds(600)
    /// How long the addresses of a name are believed, connections kept alive included.
    public var resolutionLifetime: Duration = .seconds(5)
    /// Schemes, hosts and ports remembered on each event loop.
    public var origins = 20_000
    /// Addresses of a name that are tried one after the other.
    public var addressesTried = 4
    /// Bytes of a response's status line and headers, of interim responses and of trailers, all together.
    public var headBytes = 32 * 1024
    /// Header fields of a response, its trailers included.
    public var headerFields = 256
    /// Interim (1xx) responses before the final one.
    public var interimResponses = 16
    /// Bytes of a response's body that are read and kept.
    public var bodyBytes = 64 * 1024
    /// How soon after a request on a reused connection its closing counts as a race lost against the receiver's idle
    /// timeout, so that the request is sent once more on a new connection. 0 turns that off.
    public var resendWindow: Duration = .seconds(1)

    /// The defaults.
    public init() {}
}
