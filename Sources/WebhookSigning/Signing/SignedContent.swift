/// A form of the bytes that a signature is computed over.
public enum SignedContent: String, Sendable, Hashable, CaseIterable {
    /// The body alone.
    case body
    /// The timestamp directly followed by the body.
    case timestampBody = "timestamp+body"
    /// `TIMESTAMP.BODY`.
    case timestampDotBody = "timestamp.body"
    /// `ID.BODY`.
    case idDotBody = "id.body"
    /// `ID.TIMESTAMP.BODY`.
    case idDotTimestampDotBody = "id.timestamp.body"

    /// Whether the id goes into it.
    var hasID: Bool { self == .idDotBody || self == .idDotTimestampDotBody }

    /// Whether the timestamp goes into it.
    var hasTimestamp: Bool { self != .body && self != .idDotBody }

    /// What stands in front of the body. Kept apart from it so that a body is never copied to be signed.
    func head(id: String, timestamp: String) -> [UInt8] {
        var head: [UInt8] = []
        head.reserveCapacity(id.utf8.count + timestamp.utf8.count + 2)
        if hasID {
            head.append(contentsOf: id.utf8)
            head.append(UInt8(ascii: "."))
        }
        if hasTimestamp {
            head.append(contentsOf: timestamp.utf8)
            if self != .timestampBody { head.append(UInt8(ascii: ".")) }
        }
        return head
    }
}

extension SignatureProfile {
    /// The exact bytes that this profile signs, for showing them to people.
    ///
    /// - Parameters:
    ///   - id: The message's id. Not used by schemes that do not sign it.
    ///   - timestamp: Unix seconds. Not used by schemes that do not sign it.
    ///   - body: The body as sent.
    public func signedContent(id: String, timestamp: Int64, body: some Collection<UInt8>) -> [UInt8] {
        scheme.signedContent.head(id: id, timestamp: String(timestamp)) + body
    }

    /// ``signedContent(id:timestamp:body:)`` as text; bytes that are not UTF-8 show as U+FFFD.
    public func signatureBase(id: String, timestamp: Int64, body: some Collection<UInt8>) -> String {
        String(decoding: signedContent(id: id, timestamp: timestamp, body: body), as: UTF8.self)
    }
}
