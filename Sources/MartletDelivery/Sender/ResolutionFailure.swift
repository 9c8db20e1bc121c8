/// Why a name gave no addresses.
public struct ResolutionFailure: Error, Sendable, Hashable {
    /// The kinds.
    public enum Code: Sendable, Hashable {
        /// There is no such name, or it has no address.
        case notFound
        /// The name servers could not say.
        case failed
        /// The name servers took too long.
        case timedOut
    }

    public var code: Code
    /// What happened, in a sentence.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
