/// What a verifier found.
public enum VerificationResult: Sendable, Hashable {
    /// The signature is right and fresh.
    ///
    /// - Parameters:
    ///   - matchedSecret: The index of the first secret that it matches.
    ///   - timestamp: The signed timestamp in Unix seconds; `nil` where the scheme signs none.
    case valid(matchedSecret: Int, timestamp: Int64?)

    /// The request must not be trusted.
    case invalid(VerificationFailure)

    /// Whether the signature is right and fresh.
    public var isValid: Bool {
        if case .valid = self { true } else { false }
    }

    /// Why the request must not be trusted; `nil` when it may be.
    public var failure: VerificationFailure? {
        if case .invalid(let failure) = self { failure } else { nil }
    }
}
