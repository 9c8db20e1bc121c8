import MartletCore
import NIOCore

/// Writes a request's bytes (RFC 9112 section 3): head and body in one buffer, so that they leave in one system call.
enum RequestWriter {
    /// Why a request cannot be written.
    struct Fault: Error {
        let message: String
    }

    /// - Throws: ``Fault`` where a header would end early, or say where the message ends; `buffer` is then of no use.
    static func write(
        _ request: OutgoingRequest, authority: String, keepsAlive: Bool, into buffer: inout ByteBuffer
    ) throws(Fault) {
        buffer.writeStaticString("POST ")
        buffer.writeString(request.url.target)
        buffer.writeStaticString(" HTTP/1.1\r\nHost: ")
        buffer.writeString(authority)
        for field in request.headers {
            try vet(field)
            buffer.writeStaticString("\r\n")
            buffer.writeString(field.name)
            buffer.writeStaticString(": ")
            buffer.writeString(field.value)
        }
        if !keepsAlive { buffer.writeStaticString("\r\nConnection: close") }
        buffer.writeStaticString("\r\nContent-Length: ")
        buffer.writeString(String(request.body.count))
        buffer.writeStaticString("\r\n\r\n")
        buffer.writeBytes(request.body)
    }

    private static func vet(_ field: HeaderField) throws(Fault) {
        // A line break in a value would begin a header, or a request, of its author's choice.
        guard isName(field.name.utf8.span) else {
            throw Fault(message: "The header name '\(field.name)' has characters that names cannot have.")
        }
        guard isValue(field.value.utf8.span) else {
            throw Fault(message: "The value of the header '\(field.name)' has control characters.")
        }
        guard !framing.contains(where: { field.name.spells($0) }) else {
            throw Fault(message: "The header '\(field.name)' is for the sender alone to write. Remove it.")
        }
    }

    private static func isName(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices where !ResponseParser.isTokenByte(bytes[index]) { return false }
        return !bytes.isEmpty
    }

    private static func isValue(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices {
            let byte = bytes[index]
            if byte < 0x20 ? byte != 0x09 : byte == 0x7F { return false }
        }
        return true
    }

    /// The headers that say where a message ends or what becomes of its connection.
    private static let framing: [StaticString] = [
        "host", "te", "upgrade", "trailer", "expect", "connection", "keep-alive", "content-length", "transfer-encoding",
    ]
}
