public import MartletCore

/// An attempt on its way to whoever listens: the request that an ordinary endpoint would get.
public struct HandedAttempt: Sendable {
    /// Which attempt it is. A listener that has answered it once gives the same answer again, so that what is handed out
    /// twice is forwarded once.
    public struct Key: Sendable, Hashable {
        public var delivery: DeliveryID
        /// 1 for the first.
        public var number: Int

        public init(delivery: DeliveryID, number: Int) {
            self.delivery = delivery
            self.number = number
        }
    }

    public var key: Key
    /// The event's id as receivers see it.
    public var event: String
    public var type: String
    /// Every header but `Host` and `Content-Length`.
    public var headers: [HeaderField]
    /// The query with which the sender of an inbound event made its request: belongs behind that of the receiver's URL.
    public var query: String?
    public var body: ArraySlice<UInt8>
    /// How long the receiver may take for all of it.
    public var timeout: Duration

    public init(
        key: Key, event: String, type: String, headers: [HeaderField], query: String? = nil, body: ArraySlice<UInt8>,
        timeout: Duration
    ) {
        self.key = key
        self.event = event
        self.type = type
        self.headers = headers
        self.query = query
        self.body = body
        self.timeout = timeout
    }
}

/// What a listener says came of an attempt.
public struct ListenAnswer: Sendable {
    public var result: AttemptOutcome.Result
    /// The phases that it measured, in microseconds; how long it took in all is measured here.
    public var connect: Int64?
    public var firstByte: Int64?
    /// The address that it dialled.
    public var address: IPAddress?

    public init(
        result: AttemptOutcome.Result, connect: Int64? = nil, firstByte: Int64? = nil, address: IPAddress? = nil
    ) {
        self.result = result
        self.connect = connect
        self.firstByte = firstByte
        self.address = address
    }
}
