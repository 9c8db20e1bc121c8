public import MartletCore
public import MartletService

/// One POST as it is to be sent.
public struct OutgoingRequest: Sendable {
    /// Where to.
    public var url: EndpointURL
    /// Every header but `Host` and `Content-Length`, which the sender writes itself, and those that frame a message
    /// (`Connection`, `Transfer-Encoding` and their like), which it refuses.
    public var headers: [HeaderField]
    /// The body, sent as it is.
    public var body: ArraySlice<UInt8>
    /// The time for all of it: resolving, connecting, TLS, sending, and reading the whole response.
    public var timeout: Duration
    /// Where it is given and shut when the request is about to be written, the attempt ends as `interrupted` instead.
    public var fence: NodeFence?

    public init(
        url: EndpointURL, headers: [HeaderField], body: ArraySlice<UInt8>, timeout: Duration, fence: NodeFence? = nil
    ) {
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.fence = fence
    }
}
