import HTTPTypes
import NIOCore
import NIOHTTP1

/// Writes answers as the bytes that go out, each in one piece.
struct AnswerWriter: Sendable {
    private let server: String
    private let date = DateField()

    /// - Parameter server: the value of the header `Server`.
    init(server: String) { self.server = "\r\nServer: \(server)\r\n" }

    /// An answer: `Content-Length`, `Date` and `Server` stand between the headers that the caller gives.
    ///
    /// - Parameters:
    ///   - head: the status line and the headers that come first, as they go out.
    ///   - further: the headers that come last, as they go out.
    func answer(_ head: String, body: [UInt8]?, _ further: String = "") -> ByteBuffer {
        // What stands beside, the empty line among it, is never as long.
        let others = 128
        var bytes = ByteBufferAllocator().buffer(
            capacity: head.utf8.count + server.utf8.count + further.utf8.count + (body?.count ?? 0) + others)
        bytes.writeString(head)
        if let body {
            bytes.writeStaticString("Content-Length: ")
            bytes.writeString(String(body.count))
            bytes.writeStaticString("\r\n")
        }
        bytes.writeStaticString("Date: ")
        bytes.writeString(date.text)
        bytes.writeString(server)
        bytes.writeString(further)
        bytes.writeStaticString("\r\n")
        if let body { bytes.writeBytes(body) }
        return bytes
    }

    /// A status line as it goes out.
    static func line(_ status: HTTPResponseStatus) -> String { "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n" }

    /// A header as it goes out.
    static func field(_ name: String, _ value: String) -> String { "\(name): \(value)\r\n" }

    /// Headers as they go out.
    static func fields(_ fields: HTTPFields) -> String {
        fields.reduce(into: "") { $0 += field($1.name.rawName, $1.value) }
    }
}
