/// How much a source takes, of whom.
public struct SourceLimits: Sendable, Hashable {
    /// How many requests it takes in how long, of all senders together; `nil` for no limit of its own.
    public var rate: RateLimit?
    /// How many of one address, which for IPv6 is the network of 64 bits; `nil` for no limit of its own.
    public var ratePerAddress: RateLimit?
    /// The largest body, in bytes.
    public var maxBodySize: Int

    /// Senders' largest bodies are GitHub's, which may have 25 MB.
    public static let largestBodySize = 26_214_400
    /// What a source takes where nobody said otherwise, in bytes.
    public static let defaultBodySize = 1_048_576

    public init(
        rate: RateLimit? = nil, ratePerAddress: RateLimit? = nil, maxBodySize: Int = SourceLimits.defaultBodySize
    ) {
        self.rate = rate
        self.ratePerAddress = ratePerAddress
        self.maxBodySize = maxBodySize
    }
}
