/// How one sender's webhooks are verified, answered and read: a value, made of steps.
///
/// ``named(_:parameters:)`` has those of known senders and ``table`` all of them. One's own is made of the same steps:
///
/// ```swift
/// let acme = WebhookPreset(
///     name: "acme", title: "Acme", documentation: "https://acme.example/docs", secret: "the key of the webhook",
///     checks: [
///         .signature(SignatureStep(
///             .hmac(.sha256), in: .header("X-Acme-Signature", prefix: "v1="), .hex,
///             over: [.timestamp, .text("."), .body], timestamp: .header("X-Acme-Time")))
///     ],
///     eventID: [.payload("/id")], eventType: [.payload("/type")])
/// ```
public struct WebhookPreset: Sendable, Identifiable {
    /// The name that configuration uses: `github`.
    public var name: String

    /// The sender's name for people: `GitHub`.
    public var title: String

    /// The sender's own documentation that the steps follow: an address, or a specification's name.
    public var documentation: String

    /// What to give as the secret, in a phrase; `nil` where there is none.
    public var secret: String?

    /// What a request must pass, all of it.
    public var checks: [InboundCheck]

    /// How the sender asks whether the URL is meant.
    public var handshakes: [Handshake]

    /// Where the event's own id is: the first place that has one counts.
    public var eventID: [EventField]

    /// Where it says what happened: the first place that has it counts.
    public var eventType: [EventField]

    /// What the sender expects for an event that was accepted.
    public var acknowledgement: WebhookAnswer

    /// A body as the sender would send it, for tests.
    public var sample: String

    /// What ``sample`` tells of, where the sender says that in a header.
    public var sampleType: String?

    /// The media type of ``sample``.
    public var sampleContentType: String

    /// What is worth knowing besides, in a sentence.
    public var note: String?

    /// The name.
    public var id: String { name }

    /// Describes a preset.
    public init(
        name: String, title: String, documentation: String, secret: String?, checks: [InboundCheck],
        handshakes: [Handshake] = [], eventID: [EventField] = [], eventType: [EventField] = [],
        acknowledgement: WebhookAnswer = WebhookAnswer(status: 200), sample: String = #"{"test":true}"#,
        sampleType: String? = nil, sampleContentType: String = "application/json", note: String? = nil
    ) {
        self.name = name
        self.title = title
        self.documentation = documentation
        self.secret = secret
        self.checks = checks
        self.handshakes = handshakes
        self.eventID = eventID
        self.eventType = eventType
        self.acknowledgement = acknowledgement
        self.sample = sample
        self.sampleType = sampleType
        self.sampleContentType = sampleContentType
        self.note = note
    }

    /// How far timestamps may lie from the receiver's clock, either way; `nil` where none is judged.
    public var tolerance: Duration? { checks.lazy.compactMap(\.tolerance).first }

    /// Whether it takes secrets.
    public var needsSecret: Bool { checks.contains(where: \.needsSecret) }

    /// Whether its sender signs with a private key, whose public half is the secret here.
    public var takesKeyPair: Bool { checks.contains { $0.asymmetricAlgorithm != nil } }

    /// Where requests must come from; anywhere when empty.
    public var allowedAddresses: [AddressRange] {
        checks.flatMap { check -> [AddressRange] in
            if case .addresses(let ranges) = check { ranges } else { [] }
        }
    }
}
