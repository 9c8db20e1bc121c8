/// How many connections of clients there may be, and what they may cost.
public struct ConnectionLimits: Sendable, Hashable {
    /// The most connections at once: 4,096. One more is answered 503 and closed.
    public var clients = 4096
    /// The most bytes of requests' bodies in memory, all connections together: 256 MiB. A body that does not fit any
    /// more is refused with 503.
    public var bodyBytes = 256 << 20
    /// The largest header field, in bytes: 16 KiB. Beyond, the answer is 431.
    public var headerBytes = 16 << 10
    /// The most bytes of all of a request's header fields: 64 KiB.
    public var headersBytes = 64 << 10
    /// The most header fields of a request: 100.
    public var headers = 100
    /// How long a request's body may take from the end of its headers: 60 s. Beyond, the answer is 408.
    public var body = Duration.seconds(60)
    /// How long a connection may be idle, and how long a request's headers may take: 75 s. Then it is closed.
    public var idle = Duration.seconds(75)

    public init() {}
}
