import Foundation

/// Martlet's HTTP API with one key.
struct API: Sendable {
    let http: HTTPClient
    let key: String
    /// Asked for each request: a server that was started again has another.
    let port: @Sendable () -> Int

    /// The request as it goes to the API.
    func request(
        _ method: String, _ path: String, body: String? = nil, type: String = "application/json",
        headers: [(name: String, value: String)] = []
    ) -> HTTPRequest {
        var request = HTTPRequest(method: method, path: path)
        request.headers = [("Authorization", "Bearer \(key)")] + headers
        if let body {
            request.headers.append(("Content-Type", type))
            request.body = Array(body.utf8)
        }
        return request
    }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse { try await http.send(request, to: port()) }

    func get(_ path: String, expecting status: Int = 200) async throws -> JSON {
        try await answer(to: request("GET", path), expecting: status)
    }

    /// Reads, and asks again where the store cannot be reached yet: a server whose database crashed waits a little before it
    /// tries to reach it again, one connection after the other.
    func getOnceItCan(_ path: String) async throws -> JSON {
        try await waitUntil("\(path) can be read") { () async throws -> JSON? in
            do {
                return try await get(path)
            } catch let refusal as Unexpected where refusal.response.status == 503 {
                return nil
            }
        }
    }

    func post(
        _ path: String, _ body: JSON = [:], headers: [(name: String, value: String)] = [], expecting status: Int = 200
    ) async throws -> JSON {
        try await answer(to: request("POST", path, body: body.text, headers: headers), expecting: status)
    }

    func patch(_ path: String, _ body: JSON, expecting status: Int = 200) async throws -> JSON {
        try await answer(to: request("PATCH", path, body: body.text), expecting: status)
    }

    /// Sends a request and reads the answer.
    ///
    /// - Throws: ``Unexpected`` where its status is another.
    func answer(to request: HTTPRequest, expecting status: Int) async throws -> JSON {
        let response = try await send(request)
        guard response.status == status else { throw Unexpected(request: request, response: response) }
        return response.body.isEmpty ? .null : try JSON(parsing: response.body)
    }

    struct Unexpected: Error, CustomStringConvertible {
        let request: HTTPRequest
        let response: HTTPResponse

        var description: String {
            "\(request.method) \(request.path) with \(String(decoding: request.body.prefix(1000), as: UTF8.self)) was "
                + "answered \(response.status): \(response.text.prefix(2000))"
        }
    }
}
