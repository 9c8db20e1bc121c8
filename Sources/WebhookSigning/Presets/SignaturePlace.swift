/// Where a request has its signature, and in what form.
public enum SignaturePlace: Sendable, Hashable {
    /// The value of a header, after fixed text. Of several headers each one's signature is as good as another's.
    case header([String], prefix: String)

    /// One header of tagged elements, `t=…,v1=…`: which tag has the timestamp, if any, and which has signatures.
    case tagged(header: String, separator: String, timestamp: String?, signature: String)

    /// One header of signatures with their version, `v1,… v1,…`, as Standard Webhooks has it.
    case list(header: [String], version: String)

    /// A string in the payload.
    case payload(JSONPointer)

    /// The value of one header, after fixed text.
    public static func header(_ name: String, prefix: String = "") -> SignaturePlace {
        .header([name], prefix: prefix)
    }

    /// Where the signature stands, for people.
    public var name: String {
        switch self {
        case .header(let names, let prefix):
            names.joined(separator: " or ") + ": " + prefix + "…"
        case .tagged(let header, let separator, let timestamp, let signature):
            header + ": " + (timestamp.map { "\($0)=…\(separator)" } ?? "") + signature + "=…"
        case .list(let header, let version): "\(header.joined(separator: " or ")): \(version),…"
        case .payload(let pointer): "\(pointer) in the payload"
        }
    }
}
