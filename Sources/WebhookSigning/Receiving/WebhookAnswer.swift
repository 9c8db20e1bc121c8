/// What to answer a request with.
public struct WebhookAnswer: Sendable, Hashable {
    /// The HTTP status.
    public var status: Int

    /// The headers, without `Content-Length`.
    public var headers: [Header]

    /// The body.
    public var body: [UInt8]

    /// One header of an answer.
    public struct Header: Sendable, Hashable {
        /// The name, in lower case.
        public var name: String
        /// The value.
        public var value: String
    }

    /// An answer without a body.
    ///
    /// - Parameters:
    ///   - status: The HTTP status.
    ///   - headers: Names and values.
    public init(status: Int, headers: [(name: String, value: String)] = []) {
        self.status = status
        self.headers = headers.map { Header(name: $0.name, value: $0.value) }
        body = []
    }

    /// An answer whose body nobody takes for a page, whatever is in it: the type is stated, guessing forbidden
    /// (`nosniff`) and storing too.
    ///
    /// - Parameters:
    ///   - contentType: The media type of the body.
    ///   - body: The body.
    init(contentType: String, body: [UInt8]) {
        self.init(
            status: 200,
            headers: [
                ("content-type", contentType), ("x-content-type-options", "nosniff"), ("cache-control", "no-store"),
            ])
        self.body = body
    }

    static func text(_ text: String) -> WebhookAnswer {
        WebhookAnswer(contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    static func json(_ fields: [(name: String, value: String)]) -> WebhookAnswer {
        var text: [UInt8] = [UInt8(ascii: "{")]
        for (index, field) in fields.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            JSONProbe.write(field.name, to: &text)
            text.append(UInt8(ascii: ":"))
            JSONProbe.write(field.value, to: &text)
        }
        text.append(UInt8(ascii: "}"))
        return WebhookAnswer(contentType: "application/json", body: text)
    }
}
