extension Endpoint {
    /// How an endpoint is reached. Raw values are part of the API.
    public enum Kind: String, Sendable, CaseIterable {
        /// By a request to its URL.
        case http
        /// By whoever listens: its attempts are carried over a stream that the listener opened, and its answers come back
        /// the same way. Its URL is a ``ListenPlace``.
        case listen
    }

    public var kind: Kind { ListenPlace.isMeant(by: url) ? .listen : .http }

    /// Whether one node at a time delivers to it, where several share a store: it has an order or a rate limit, or a
    /// listener, who is connected to one of them.
    public var isExclusive: Bool { isOrdered || rateLimit != nil || kind == .listen }
}
