/// Parts of a URL as they must be written (RFC 3986).
enum PathSegment {
    /// A path segment, or a query's name or value: all but unreserved characters are percent-encoded.
    static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }

    /// A query with its question mark, of the parameters that have a value; empty where none has.
    static func query(_ parameters: [(name: String, value: String?)]) -> String {
        let given = parameters.compactMap { parameter in
            parameter.value.map { "\(escaped(parameter.name))=\(escaped($0))" }
        }
        return given.isEmpty ? "" : "?" + given.joined(separator: "&")
    }
}
