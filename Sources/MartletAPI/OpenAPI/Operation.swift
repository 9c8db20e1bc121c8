import HTTPTypes
import Hummingbird
import MartletService

/// One operation of the API: its route and what `/openapi.json` says of it, in one declaration, so that neither can be
/// without the other.
struct Operation: Sendable {
    /// Answers a request from somebody who may make it.
    typealias Responder = @Sendable (Request, APIContext, Principal) async throws -> Response

    /// Who may ask.
    enum Access: Sendable {
        /// Anybody: no key is looked at.
        case open(@Sendable (Request, APIContext) async throws -> Response)
        /// A key whose role may.
        case keyed(Permission, Responder)
    }

    var method: HTTPRequest.Method
    /// As OpenAPI writes it: `/v1/webhooks/{id}`.
    var path: String
    /// The operation's id: a verb and a noun, for generated clients.
    var name: String
    /// What it does, in a few words.
    var summary: String
    /// What else one has to know.
    var detail: String
    var query: [QueryParameter]
    var body: RequestContent?
    var answer: Answer
    /// What else it may be answered with, under another status.
    var alternative: Answer?
    /// The codes of its 409s, beside those of `Idempotency-Key`.
    var conflicts: [String]
    var access: Access

    /// An operation that takes a key whose role has `permission`.
    init(
        _ method: HTTPRequest.Method, _ path: String, _ name: String, _ summary: String, detail: String = "",
        _ permission: Permission, query: [QueryParameter] = [], body: RequestContent? = nil, answer: Answer,
        alternative: Answer? = nil, conflicts: [String] = [], _ respond: @escaping Responder
    ) {
        self.method = method
        self.path = path
        self.name = name
        self.summary = summary
        self.detail = detail
        self.query = query
        self.body = body
        self.answer = answer
        self.alternative = alternative
        self.conflicts = conflicts
        access = .keyed(permission, respond)
    }

    /// A GET that anybody may make.
    init(
        open path: String, _ name: String, _ summary: String, detail: String = "", answer: Answer,
        _ respond: @escaping @Sendable (Request, APIContext) async throws -> Response
    ) {
        self.init(open: .get, path, name, summary, detail: detail, answer: answer, respond)
    }

    /// An operation that takes no key.
    init(
        open method: HTTPRequest.Method, _ path: String, _ name: String, _ summary: String, detail: String = "",
        answer: Answer, _ respond: @escaping @Sendable (Request, APIContext) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.name = name
        self.summary = summary
        self.detail = detail
        query = []
        self.answer = answer
        conflicts = []
        access = .open(respond)
    }

    /// Whether the path names one thing of a collection.
    var namesOne: Bool { path.contains("{") }

    /// Every POST takes an `Idempotency-Key`: docs/api.md.
    var takesIdempotencyKey: Bool { method == .post && !isInbound }

    /// Whether it is what senders ask of a source, who are told little.
    var isInbound: Bool { path.hasPrefix(InboundRoutes.root) }

    /// The first part of its path after the version, which its operations are grouped by: `webhooks`.
    var group: String {
        if isInbound { return "sources" }
        let parts = path.split(separator: "/")
        return parts.first == "v1" && parts.count > 1 ? String(parts[1]) : "service"
    }

    /// Adds the route.
    func add(to router: APIRouter, caller: Caller) {
        let route = RouterPath(path.map { $0 == "{" ? ":" : $0 == "}" ? "" : String($0) }.joined())
        switch access {
        case .open(let respond): router.on(route, method: method, use: respond)
        case .keyed(let permission, let respond):
            router.on(route, method: method) { request, context -> Response in
                let principal = try caller.principal(of: request)
                try principal.require(permission)
                return try await respond(request, context, principal)
            }
        }
    }
}

/// Routes that belong together.
protocol RouteGroup {
    var operations: [Operation] { get }
}

/// A parameter of a request's query.
struct QueryParameter: Sendable {
    var name: String
    var detail: String
    /// A JSON Schema.
    var schema: String

    init(_ name: String, _ detail: String, schema: String = #"{"type":"string"}"#) {
        self.name = name
        self.detail = detail
        self.schema = schema
    }
}

/// What a request's body may be.
struct RequestContent: Sendable {
    /// The name of its schema, by media type.
    var schemas: [(type: String, schema: String)]
    var isRequired = true
    var example: String?

    /// A JSON object.
    static func json(_ schema: String, isRequired: Bool = true, example: String? = nil) -> RequestContent {
        RequestContent(schemas: [("application/json", schema)], isRequired: isRequired, example: example)
    }
}

/// What a request is answered with when all is well.
struct Answer: Sendable {
    enum Content: Sendable {
        case none
        /// One thing, by the name of its schema.
        case one(String)
        /// A page of things.
        case page(String)
        /// What is not JSON, by its media type.
        case text(String)
        /// This document.
        case document
    }

    var status: HTTPResponse.Status
    var content: Content
    var detail: String

    static func one(_ schema: String, _ detail: String, status: HTTPResponse.Status = .ok) -> Answer {
        Answer(status: status, content: .one(schema), detail: detail)
    }

    static func page(_ schema: String) -> Answer {
        Answer(status: .ok, content: .page(schema), detail: "A page, newest first.")
    }

    /// 201 with the thing that was made.
    static func made(_ schema: String) -> Answer {
        Answer(status: .created, content: .one(schema), detail: "Made. `Location` says where it is.")
    }

    static let deleted = Answer(status: .noContent, content: .none, detail: "Deleted.")
}
