extension BadRequestGroup {
    private static let key = "Host: a\r\nAuthorization: Bearer KEY\r\n"
    private static let event = #"{"type":"a.b","data":{}}"#

    private static func publish(_ headers: String, _ body: String) -> String {
        "POST /v1/events HTTP/1.1\r\n\(key)\(headers)\r\n\r\n\(body)"
    }

    /// Bytes that are no HTTP/1.1 request, or that stop being one.
    static let framing = BadRequestGroup(
        description: "framing",
        requests: [
            BadRequest("garbage", raw: "garbage\r\n\r\n", 400, "malformed_request", "method"),
            BadRequest("TLS", raw: "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\r\n\r\n", 400, "malformed_request", "not"),
            BadRequest(
                "the beginning of HTTP/2", raw: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "malformed_request", "HTTP"),
            BadRequest("no version", raw: "GET /healthz\r\n\(key)\r\n", 400, "malformed_request", "HTTP"),
            BadRequest(
                "a version that there is not", raw: "GET /healthz HTTP/9.9\r\n\(key)\r\n", 400, "malformed_request",
                "version"),
            BadRequest("another protocol", raw: "GET /healthz FTP/1.1\r\n\(key)\r\n", 400, "malformed_request", "not"),
            BadRequest(
                "a method that there is not", raw: "FETCH /healthz HTTP/1.1\r\n\(key)\r\n", 400, "malformed_request",
                "method"),
            BadRequest(
                "a method in small letters", raw: "get /healthz HTTP/1.1\r\n\(key)\r\n", 400, "malformed_request",
                "method"),
            BadRequest(
                "a blank in the target", raw: "GET /a b HTTP/1.1\r\n\(key)\r\n", 400, "malformed_request", "not"),
            BadRequest("no target", raw: "GET  HTTP/1.1\r\n\(key)\r\n", 400, "malformed_request", "not"),
            BadRequest("no Host", raw: "GET /healthz HTTP/1.1\r\n\r\n", 400, "malformed_request", "Host"),
            BadRequest(
                "two Hosts", raw: "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "malformed_request",
                "Host"),
            BadRequest(
                "a blank before the colon", raw: "GET /healthz HTTP/1.1\r\n\(key)X-A : b\r\n\r\n", 400,
                "malformed_request", "header"),
            BadRequest(
                "a header without a name", raw: "GET /healthz HTTP/1.1\r\n\(key): b\r\n\r\n", 400, "malformed_request",
                "header"),
            BadRequest(
                "a header without a colon", raw: "GET /healthz HTTP/1.1\r\n\(key)garbage\r\n\r\n", 400,
                "malformed_request", "header"),
            BadRequest(
                "a NUL in a header", raw: "GET /healthz HTTP/1.1\r\n\(key)X-A: a\0b\r\n\r\n", 400, "malformed_request",
                "header"),
            BadRequest(
                "a tunnel", raw: "CONNECT example.com:443 HTTP/1.1\r\n\(key)\r\n", 405, "method_not_allowed", "CONNECT"),
            BadRequest(
                "a length that is none", raw: publish("Content-Length: x", event), 400, "malformed_request",
                "Content-Length"),
            BadRequest(
                "a length below nothing", raw: publish("Content-Length: -1", event), 400, "malformed_request",
                "Content-Length"),
            BadRequest(
                "a length that overflows", raw: publish("Content-Length: 99999999999999999999999", event), 400,
                "malformed_request", "Content-Length"),
            BadRequest(
                "two lengths", raw: publish("Content-Length: 24\r\nContent-Length: 25", event), 400,
                "malformed_request", "Content-Length"),
            BadRequest(
                "a length and chunks", raw: publish("Content-Length: 24\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
                400, "malformed_request", "framed"),
            BadRequest(
                "a length that is more than comes", raw: publish("Content-Length: 100", event), ends: true, 400,
                "truncated_request", "ended"),
            BadRequest(
                "a length that is less than comes", raw: publish("Content-Length: 10", event), 400, "not_json",
                "not JSON"),
            BadRequest(
                "a length of much too much", raw: publish("Content-Length: 104857600", ""), ends: true, 413,
                "request_too_large", "1048576"),
            BadRequest(
                "a chunk that is cut off", raw: publish("Transfer-Encoding: chunked", "18\r\n{\"type\""), ends: true,
                400, "truncated_request", "ended"),
            BadRequest(
                "chunks without an end", raw: publish("Transfer-Encoding: chunked", "18\r\n\(event)\r\n"), ends: true,
                400, "truncated_request", "ended"),
            BadRequest(
                "a chunk whose size is none", raw: publish("Transfer-Encoding: chunked", "zz\r\n\(event)\r\n0\r\n\r\n"),
                400, "malformed_request", "chunk"),
            BadRequest(
                "a chunk whose size overflows",
                raw: publish("Transfer-Encoding: chunked", "fffffffffffffffff\r\n\(event)"), 400, "malformed_request",
                "not"),
            BadRequest(
                "a chunk that is longer than its size",
                raw: publish("Transfer-Encoding: chunked", "5\r\n\(event)\r\n0\r\n\r\n"), 400, "malformed_request",
                "not"),
            BadRequest(
                "a header of 20,000 letters",
                raw: "GET /healthz HTTP/1.1\r\n\(key)X-A: \(String(repeating: "x", count: 20_000))\r\n\r\n", 431,
                "headers_too_large", "headers"),
            BadRequest(
                "200 headers", raw: "GET /healthz HTTP/1.1\r\n\(key)\((0..<200).map { "X-\($0): v\r\n" }.joined())\r\n",
                431, "headers_too_large", "headers"),
            BadRequest(
                "a target of 100,000 letters",
                raw: "GET /\(String(repeating: "x", count: 100_000)) HTTP/1.1\r\n\(key)\r\n", 431, "headers_too_large",
                "headers"),
            BadRequest(
                "headers without an end", raw: "GET /healthz HTTP/1.1\r\n\(key)X-A: b", ends: true, 400,
                "truncated_request", "ended"),
        ])
}
