/// Why an attempt got no response that counts: a stable code and a sentence for people.
public struct AttemptFailure: Sendable, Hashable {
    /// The kinds of failure. Raw values are part of the API.
    public enum Code: String, Sendable, CaseIterable {
        case dnsNotFound = "dns_not_found"
        case dnsFailed = "dns_failed"
        case dnsTimeout = "dns_timeout"
        /// The address guard refused the URL or one of the addresses that its name resolved to.
        case addressRefused = "address_refused"
        case connectionRefused = "connection_refused"
        case connectTimeout = "connect_timeout"
        case networkUnreachable = "network_unreachable"
        case tlsNameMismatch = "tls_name_mismatch"
        case tlsExpired = "tls_expired"
        case tlsUntrusted = "tls_untrusted"
        case tlsFailed = "tls_failed"
        case tlsTimeout = "tls_timeout"
        /// The deadline passed before the response's head arrived.
        case timeout
        case connectionReset = "connection_reset"
        case connectionClosed = "connection_closed"
        case malformedResponse = "malformed_response"
        /// The response's head was larger than is read.
        case responseTooLarge = "response_too_large"
        /// The endpoint's settings do not let a request be made: the sentence says which.
        case misconfigured
        /// The service stopped before the exchange was over.
        case interrupted
    }

    public var code: Code
    /// What happened and, where one knows, how to mend it.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
