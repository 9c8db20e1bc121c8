/// A signature that a request must carry: who makes it of what, and where it is.
public struct SignatureStep: Sendable, Hashable {
    /// What makes the signature.
    public var algorithm: SignatureAlgorithm

    /// How a secret becomes the key of an HMAC. Asymmetric algorithms read keys as ``WebhookPreset/secret`` says.
    public var keyDerivation: KeyDerivation

    /// Where the signature stands.
    public var place: SignaturePlace

    /// How its bytes are written.
    public var encoding: SignatureEncoding

    /// What it is computed over.
    public var content: [ContentPart]

    /// The timestamp that it covers; `nil` where it covers none.
    public var timestamp: TimestampPlace?

    /// How far the timestamp may lie from the receiver's clock, either way; exactly this far still passes. `nil` where
    /// the sender's retries carry the first one's, so that freshness cannot be judged.
    public var tolerance: Duration?

    /// Whether the URL passes with its port and without, since the sender writes it either way.
    public var acceptsAnyPort = false

    /// An array in the payload, of whose elements each has a signature of its own; pointers start there then.
    public var items: JSONPointer?

    /// The most elements of ``items`` that are verified; a request with more is refused.
    public static let mostItems = 64

    /// Describes a signature.
    ///
    /// - Parameters:
    ///   - algorithm: What makes it.
    ///   - place: Where it stands.
    ///   - encoding: How its bytes are written.
    ///   - content: What it is computed over.
    ///   - keyDerivation: How a secret becomes the key of an HMAC.
    ///   - timestamp: The timestamp that it covers.
    ///   - tolerance: How far the timestamp may lie from the clock, either way.
    ///   - items: The array whose elements have signatures of their own.
    public init(
        _ algorithm: SignatureAlgorithm, in place: SignaturePlace, _ encoding: SignatureEncoding,
        over content: [ContentPart], keyDerivation: KeyDerivation = .utf8, timestamp: TimestampPlace? = nil,
        tolerance: Duration? = SignatureProfile.defaultTolerance, items: JSONPointer? = nil
    ) {
        self.algorithm = algorithm
        self.keyDerivation = keyDerivation
        self.place = place
        self.encoding = encoding
        self.content = content
        self.timestamp = timestamp
        self.tolerance = timestamp == nil ? nil : tolerance
        self.items = items
    }
}
