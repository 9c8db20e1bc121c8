import MartletCore
import Testing

/// Asks the API. Every answer is held against `/openapi.json`: its status must be one that the operation is said to
/// have, its content of the type and the schema that goes with it.
struct APIClient: Sendable {
    let service: TestService
    let key: String?

    func get(_ path: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> APIAnswer {
        try await send("GET", path, sourceLocation: sourceLocation)
    }

    func post(
        _ path: String, _ body: JSONValue? = nil, headers: [(String, String)] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> APIAnswer {
        try await send("POST", path, body?.bytes, headers: headers, sourceLocation: sourceLocation)
    }

    func patch(
        _ path: String, _ body: JSONValue, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> APIAnswer {
        try await send("PATCH", path, body.bytes, sourceLocation: sourceLocation)
    }

    func delete(_ path: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> APIAnswer {
        try await send("DELETE", path, sourceLocation: sourceLocation)
    }

    func send(
        _ method: String, _ path: String, _ body: [UInt8]? = nil, headers: [(String, String)] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> APIAnswer {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n"
        if let key { head += "Authorization: Bearer \(key)\r\n" }
        if let body {
            if !headers.contains(where: { $0.0.lowercased() == "content-type" }) {
                head += "Content-Type: application/json\r\n"
            }
            head += "Content-Length: \(body.count)\r\n"
        }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        head += "\r\n"
        let raw = try await RawConnection.with(port: service.port) { connection in
            try await connection.send(Array(head.utf8) + (body ?? []))
            return try await connection.answer(isForHead: method == "HEAD")
        }
        let answer = APIAnswer(raw: try #require(raw, sourceLocation: sourceLocation))
        service.contract.check(answer, to: method, path, sourceLocation: sourceLocation)
        return answer
    }
}

/// What the API answered.
struct APIAnswer: Sendable {
    let raw: RawAnswer
    /// The body, where it is JSON.
    let json: JSONValue?

    init(raw: RawAnswer) {
        self.raw = raw
        json = try? JSONValue(parsing: raw.body)
    }

    var status: Int { raw.status }
    var text: String { String(decoding: raw.body, as: UTF8.self) }

    /// A member of the body.
    subscript(name: String) -> JSONValue? { json?[name] }

    /// A problem's code.
    var code: String? { json?["code"]?.string }
    /// A problem's sentence.
    var detail: String { json?["detail"]?.string ?? "" }
    /// The culprits that a problem names.
    var culprits: [String] { json?["errors"]?.array?.compactMap { $0["field"]?.string } ?? [] }
    /// The items of a page.
    var items: [JSONValue] { json?["data"]?.array ?? [] }
    /// The names of the body's members, in their order.
    var members: [String] { json?.object?.map(\.key) ?? [] }

    /// A member of the body that has to be a string.
    func string(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        try #require(json?[name]?.string, "\(text)", sourceLocation: sourceLocation)
    }
}
