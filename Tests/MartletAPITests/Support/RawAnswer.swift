/// An HTTP response as it came over the wire.
struct RawAnswer: Sendable {
    /// Bytes that are no response.
    struct Malformed: Error {
        var bytes: String
    }

    var status: Int
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    /// The value of a header, whatever its case; several are joined as RFC 9110 has it.
    func header(_ name: String) -> String? {
        let values = headers.filter { $0.name == name }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    /// Takes the response that stands first in `bytes`; `nil` where it is not all there yet.
    init?(takingFrom bytes: inout [UInt8], isForHead: Bool) throws {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            throw Malformed(bytes: String(decoding: bytes.prefix(200), as: UTF8.self))
        }
        self.status = status
        headers = lines.dropFirst().map { line in
            let name = line.prefix { $0 != ":" }
            let value = line.dropFirst(name.count + 1).drop { $0 == " " }
            return (name.lowercased(), String(value))
        }
        body = []
        var rest = end.upperBound
        let hasNoBody = isForHead || status < 200 || status == 204 || status == 304
        if !hasNoBody {
            guard let length = header("content-length").flatMap({ Int($0) }) else {
                throw Malformed(bytes: "no Content-Length: " + String(decoding: bytes.prefix(400), as: UTF8.self))
            }
            guard bytes.count >= rest + length else { return nil }
            body = Array(bytes[rest..<(rest + length)])
            rest += length
        }
        bytes.removeSubrange(..<rest)
    }
}
