/// What came of one HTTP request. A receiver's failure is a value, never thrown.
public struct AttemptOutcome: Sendable, Hashable {
    /// What ended the exchange.
    public enum Result: Sendable, Hashable {
        /// The response's head arrived; whether it acknowledges is the success rule's word.
        case response(AttemptResponse)
        /// No response that counts.
        case failure(AttemptFailure)
    }

    public var result: Result
    public var timing: AttemptTiming
    /// The address that was dialled, once one was.
    public var address: IPAddress?

    public init(result: Result, timing: AttemptTiming, address: IPAddress?) {
        self.result = result
        self.timing = timing
        self.address = address
    }
}

/// A receiver's answer as it was kept.
public struct AttemptResponse: Sendable, Hashable {
    public var status: Int
    public var headers: [HeaderField]
    /// The body's first bytes, whatever they are; at most 64 KiB.
    public var body: [UInt8]
    /// Whether there was more, or the deadline cut it off.
    public var isTruncated: Bool

    public init(status: Int, headers: [HeaderField], body: [UInt8], isTruncated: Bool) {
        self.status = status
        self.headers = headers
        self.body = body
        self.isTruncated = isTruncated
    }
}

/// Where an attempt's time went, in microseconds; a phase that did not happen is `nil`.
public struct AttemptTiming: Sendable, Hashable {
    public var resolve: Int64?
    public var connect: Int64?
    public var tls: Int64?
    /// From the request's first byte out to the response's head in.
    public var firstByte: Int64?
    /// From the start to the end, whatever the end was.
    public var total: Int64

    public init(
        resolve: Int64? = nil, connect: Int64? = nil, tls: Int64? = nil, firstByte: Int64? = nil, total: Int64
    ) {
        self.resolve = resolve
        self.connect = connect
        self.tls = tls
        self.firstByte = firstByte
        self.total = total
    }
}

extension AttemptOutcome {
    /// Whether the receiver answered 401 or 403, as one does that cannot verify the signature.
    public var isUnauthorised: Bool {
        if case .response(let response) = result { response.status == 401 || response.status == 403 } else { false }
    }
}
