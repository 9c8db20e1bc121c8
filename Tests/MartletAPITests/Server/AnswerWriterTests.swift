import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import MartletAPI

@Suite struct AnswerWriterTests {
    @Test(
        arguments: [HTTPResponseStatus.ok, .accepted, .noContent, .unauthorized, .tooManyRequests, .serviceUnavailable])
    func itsBytesAreTheFrameworks(status: HTTPResponseStatus) throws {
        let body = status.mayHaveResponseBody ? Array(#"{"a":1}"#.utf8) : nil
        let writer = AnswerWriter(server: "Martlet/1")

        let answer = writer.answer(
            AnswerWriter.line(status) + AnswerWriter.field("Content-Type", "application/json"), body: body,
            AnswerWriter.field("Retry-After", "1"))

        let text = String(buffer: answer)
        let date = try #require(text.split(separator: "\r\n").first { $0.hasPrefix("Date: ") }?.dropFirst(6))
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if let body { headers.add(name: "Content-Length", value: "\(body.count)") }
        headers.add(contentsOf: ["Date": String(date), "Server": "Martlet/1", "Retry-After": "1"])
        let channel = EmbeddedChannel(handler: HTTPResponseEncoder())
        try channel.writeOutbound(
            HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
        if let body { try channel.writeOutbound(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: body)))) }
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
        var expected = ByteBuffer()
        while var part = try channel.readOutbound(as: ByteBuffer.self) { expected.writeBuffer(&part) }
        _ = try channel.finish()
        #expect(text == String(buffer: expected))
        #expect(date.hasSuffix(" GMT"))
    }
}
