/// Why a text is no endpoint's URL.
public struct EndpointURLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The stable codes. Their raw values appear in API answers and never change.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// Nothing, or more than ``EndpointURL/longest`` bytes.
        case length = "url_length"
        /// A space or a control character, raw or escaped.
        case whitespace = "url_whitespace"
        /// A backslash, which browsers take for a slash and others do not.
        case backslash = "url_backslash"
        /// Not `http://` or `https://`.
        case scheme = "url_scheme"
        /// A user name or password.
        case credentials = "url_credentials"
        /// A host that is missing or no proper name.
        case host = "url_host"
        /// A host that is not ASCII.
        case internationalHost = "url_host_not_ascii"
        /// An address in another form than the canonical one.
        case address = "url_address"
        /// A port that is no number from 1 to 65535.
        case port = "url_port"
        /// A character that a path or query cannot have unescaped.
        case path = "url_path"
        /// A fragment, which is never sent.
        case fragment = "url_fragment"
    }

    /// What is wrong, for programs.
    public var code: Code
    /// What is wrong and how to mend it, for people.
    public var message: String

    /// Creates an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The sentence.
    public var description: String { message }
}
