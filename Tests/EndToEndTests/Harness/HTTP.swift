/// A request to a server on this machine.
struct HTTPRequest: Sendable {
    var method: String
    var path: String
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    /// The request as it goes over the wire (RFC 9112).
    func bytes(host: String) -> [UInt8] {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\n"
        for header in headers { head += "\(header.name): \(header.value)\r\n" }
        if method != "GET" { head += "Content-Length: \(body.count)\r\n" }
        return Array((head + "\r\n").utf8) + body
    }
}

/// What was answered.
struct HTTPResponse: Sendable {
    var status: Int
    /// Names in lower case, in their order.
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The first header of that name, in lower case.
    subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
