/// A piece of what a signature is computed over. The pieces follow each other without anything in between.
public enum ContentPart: Sendable, Hashable {
    /// Fixed text.
    case text(String)
    /// The body as it arrived.
    case body
    /// The timestamp as the request spells it.
    case timestamp
    /// The value of a header, without the white space around it.
    case header(String)
    /// The method.
    case method
    /// The URL as the sender wrote it.
    case url
    /// The URL with the escapes undone that HubSpot undoes.
    case decodedURL
    /// The fields of a form body, sorted, each name followed by its value. For another body nothing: the URL's query
    /// has its SHA-256 in hex under this name then, and is refused without.
    case sortedForm(orHashIn: String)
    /// The CRC-32 of the body, in decimal.
    case bodyCRC32
    /// What a string, a number or a boolean in the payload says.
    case field(JSONPointer)
    /// The bytes of a value in the payload, as they arrived.
    case rawField(JSONPointer)
    /// The body without one of its members.
    case bodyWithout(JSONPointer)

    /// What the piece is, for people: fixed text in quotation marks.
    public var name: String {
        switch self {
        case .text(let text): "\"\(text)\""
        case .body: "body"
        case .timestamp: "timestamp"
        case .header(let name): name
        case .method: "method"
        case .url: "URL"
        case .decodedURL: "URL, decoded"
        case .sortedForm(let parameter): "sorted form fields (or query parameter \(parameter), the body's SHA-256)"
        case .bodyCRC32: "CRC-32 of the body"
        case .field(let pointer): "\(pointer)"
        case .rawField(let pointer): "the bytes of \(pointer)"
        case .bodyWithout(let pointer): "body without \(pointer)"
        }
    }
}
