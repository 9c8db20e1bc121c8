public import WebhookSigning

/// How an environment's, or one endpoint's, deliveries look and behave. Data, not code: users write their own.
public struct Profile: Sendable, Hashable {
    /// What the request's body is.
    public enum Envelope: String, Sendable, CaseIterable {
        /// `{"id","type","created","data"}`.
        case event
        /// The payload alone.
        case data
    }

    /// The name endpoints and environments refer to it by.
    public var name: String
    public var envelope: Envelope
    public var signature: SignatureProfile
    public var success: SuccessRule
    /// The time one attempt has for everything: connecting, TLS, the request and the whole response.
    public var timeout: Duration
    public var retry: RetryPolicy

    public init(
        name: String, envelope: Envelope = .event, signature: SignatureProfile, success: SuccessRule = .any2xx,
        timeout: Duration, retry: RetryPolicy
    ) {
        self.name = name
        self.envelope = envelope
        self.signature = signature
        self.success = success
        self.timeout = timeout
        self.retry = retry
    }
}
