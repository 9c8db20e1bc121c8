/// A webhook as it arrived: what a ``WebhookReceiver`` judges and a ``PresetSigner`` makes.
public struct WebhookRequest: Sendable {
    /// The method, in capitals as HTTP has it.
    public var method: String

    /// The whole URL as the sender wrote it (`https://hooks.example/in/abc?x=1`), not as a proxy passed it on. Several
    /// senders sign it, byte for byte.
    public var url: String

    /// Every header in order, repeated ones included, names in any case.
    public var headers: [WebhookSigner.Header]

    /// The body exactly as it arrived, before anything parsed it.
    public var body: [UInt8]

    /// The sender's address, such as `203.0.113.7`; `nil` when it is not known.
    public var remoteAddress: String?

    /// Describes a request.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - url: The whole URL as the sender wrote it.
    ///   - headers: Every header in order.
    ///   - body: The body as it arrived.
    ///   - remoteAddress: The sender's address.
    public init(
        method: String = "POST", url: String = "", headers: [WebhookSigner.Header] = [], body: [UInt8] = [],
        remoteAddress: String? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.remoteAddress = remoteAddress
    }

    /// Every value of a header, in order, whatever the case of its name.
    public func values(of name: String) -> [String] {
        var values: [String] = []
        for header in headers where isSameHeaderName(header.name, name) { values.append(header.value) }
        return values
    }

    /// Puts a header in the place of all of that name.
    mutating func setHeader(_ name: String, _ value: String) {
        headers.removeAll { isSameHeaderName($0.name, name) }
        headers.append((name, value))
    }
}
