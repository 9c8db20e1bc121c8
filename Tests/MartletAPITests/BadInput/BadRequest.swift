/// A request that must be refused, and how.
struct BadRequest: Sendable {
    /// What is wrong with it.
    let name: String
    /// The request's bytes; `KEY` stands for an admin's key.
    let bytes: [UInt8]
    /// Whether the client says that nothing more follows.
    var ends = false
    let status: Int
    let code: String
    /// What the answer's sentence, or one of its errors, must name.
    let culprit: String

    /// A request with a body of these bytes.
    init(
        _ name: String, _ line: String, body: [UInt8], headers: [String] = [], key: String? = "KEY", _ status: Int,
        _ code: String, _ culprit: String
    ) {
        var lines = ["\(line) HTTP/1.1", "Host: localhost"]
        if let key { lines.append("Authorization: Bearer \(key)") }
        if !headers.contains(where: { $0.lowercased().hasPrefix("content-type:") }) {
            lines.append("Content-Type: application/json")
        }
        lines += headers + ["Content-Length: \(body.count)"]
        bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
        self.name = name
        self.status = status
        self.code = code
        self.culprit = culprit
    }

    /// A request with a body of this text.
    init(
        _ name: String, _ line: String, _ body: String, headers: [String] = [], key: String? = "KEY", _ status: Int,
        _ code: String, _ culprit: String
    ) {
        self.init(name, line, body: Array(body.utf8), headers: headers, key: key, status, code, culprit)
    }

    /// A request whose every byte is given.
    init(_ name: String, raw text: String, ends: Bool = false, _ status: Int, _ code: String, _ culprit: String) {
        bytes = Array(text.utf8)
        self.name = name
        self.ends = ends
        self.status = status
        self.code = code
        self.culprit = culprit
    }

    /// An event whose payload is this text.
    static func payload(_ name: String, _ data: String, _ status: Int, _ code: String, _ culprit: String) -> BadRequest
    {
        BadRequest(name, "POST /v1/events", #"{"type":"a.b","data":\#(data)}"#, status, code, culprit)
    }

    /// An event with one field as this text.
    static func event(_ name: String, _ field: String, _ value: String, _ culprit: String) -> BadRequest {
        BadRequest(
            name, "POST /v1/events", #"{"type":"a.b","data":{},"\#(field)":\#(value)}"#, 422, "invalid_request", culprit
        )
    }

    /// A webhook with one field as this text.
    static func webhook(_ name: String, _ field: String, _ value: String, _ culprit: String) -> BadRequest {
        let url = field == "url" ? "" : #""url":"https://example.com/","#
        let events = field == "events" ? "" : #""events":["*"],"#
        return BadRequest(
            name, "POST /v1/webhooks", #"{\#(url)\#(events)"\#(field)":\#(value)}"#, 422, "invalid_request", culprit)
    }
}

/// Bad requests of one kind.
struct BadRequestGroup: Sendable, CustomStringConvertible {
    let description: String
    let requests: [BadRequest]

    static let all = [
        bodies, payloads, events, batches, webhooks, addresses, configuration, identity, targets, framing,
    ]
}
