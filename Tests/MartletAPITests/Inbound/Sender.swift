import MartletCore
import MartletService
import Testing
import WebhookSigning

/// Sends to a source as its sender would, byte for byte.
struct Sender {
    let service: TestService
    let source: SourceID
    /// The URL as the source's maker was told it.
    let url: String

    private static let origin = "http://localhost"

    /// Makes a source in the sandbox and stands at its URL.
    init(
        _ service: TestService, preset: String, parameters: [String: String] = [:], secret: SigningSecret? = nil,
        _ further: [JSONValue.Member] = [], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        var body: [JSONValue.Member] = [
            .init("name", .string(preset)), .init("preset", .string(preset)),
            .init("parameters", .object(parameters.map { .init($0.key, .string($0.value)) })),
        ]
        if let secret { body.append(.init("secret", .string(secret.revealed))) }
        let made = try await service.admin.post("/v1/sources", .object(body + further))
        #expect(made.status == 201, "\(made.text)", sourceLocation: sourceLocation)
        self.service = service
        source = try #require(SourceID(made.string("id")), sourceLocation: sourceLocation)
        url = try made.string("url")
    }

    /// Sends a request as it is, its method and headers included, and gives the answer.
    func send(_ request: WebhookRequest, isChunked: Bool = false) async throws -> RawAnswer {
        let target = request.url.hasPrefix(Self.origin) ? String(request.url.dropFirst(Self.origin.count)) : request.url
        var head = "\(request.method) \(target) HTTP/1.1\r\nHost: localhost\r\n"
        for (name, value) in request.headers { head += "\(name): \(value)\r\n" }
        var bytes: [UInt8]
        if isChunked {
            head += "Transfer-Encoding: chunked\r\n\r\n"
            bytes = Array((head + String(request.body.count, radix: 16) + "\r\n").utf8)
            bytes += request.body + Array("\r\n0\r\n\r\n".utf8)
        } else {
            head += "Content-Length: \(request.body.count)\r\n\r\n"
            bytes = Array(head.utf8) + request.body
        }
        let answer = try await RawConnection.with(port: service.port) { [bytes] connection in
            try await connection.send(bytes)
            return try await connection.answer(isForHead: request.method == "HEAD")
        }
        return try #require(answer)
    }

    /// A POST with this body.
    func post(_ body: String, _ headers: [WebhookSigner.Header] = []) async throws -> RawAnswer {
        try await send(WebhookRequest(url: url, headers: headers, body: Array(body.utf8)))
    }

    /// What the log has of the source, newest first.
    ///
    /// What is refused is written down with the next batch, which an event of somebody else's brings about.
    func log() async throws -> [JSONValue] {
        _ = try await service.admin.publish(type: "settled.\(source.description.suffix(8))")
        return try await service.admin.get("/v1/requests?source=\(source)&limit=250").items
    }
}
