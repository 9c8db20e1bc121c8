import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import NIOCore
import ServiceLifecycle

/// `/v1/webhooks/{id}/listen`: the attempts of a webhook that is listened to, and the answers to them: docs/listen.md.
struct ListenRoutes: RouteGroup {
    let kit: RouteKit
    private let listening: ListenService

    /// How often a silent stream says that it lives: a listener that hears nothing for three times as long may take it for
    /// dead.
    private static let heartbeat = Duration.seconds(5)

    init(_ kit: RouteKit) {
        self.kit = kit
        listening = ListenService(kit.services)
    }

    var operations: [Operation] {
        [
            Operation(
                .get, "/v1/webhooks/{id}/listen", "listenToWebhook", "Receive a webhook's attempts",
                detail:
                    "For a webhook whose URL is `listen:` and a name. Server-sent events: `listening` once, with how often "
                    + "a silent stream says that it lives; `attempt` with the request to make, its body in base64; `end` "
                    + "with the reason. Whoever listened before hears no more. What was handed out and has not been "
                    + "answered is handed out again: an attempt is known by its `delivery` and `number`.",
                .changeWebhooks,
                query: [
                    QueryParameter(
                        "session", "What the listener calls itself, the same each time that it connects.",
                        schema: #"{"type":"string","minLength":1,"maxLength":128}"#)
                ],
                answer: Answer(status: .ok, content: .text("text/event-stream"), detail: "A stream that does not end."),
                conflicts: ["webhook_not_listening"], listen),
            Operation(
                .post, "/v1/webhooks/{id}/listen/answers", "answerAttempt", "Say what came of an attempt",
                detail: "Answered once the attempt is recorded.", .changeWebhooks,
                body: .json(
                    "ListenAnswer",
                    example: #"{"delivery":"dlv_01jz0000000000000000000000","number":1,"response":{"status":200}}"#),
                answer: .one("Recorded", "The attempt is recorded."),
                conflicts: ["webhook_not_listening", "attempt_not_awaited"], answer),
        ]
    }

    private func listen(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let id = try context.id(EndpointID.self, "webhook")
        let session = try kit.query(request) { $0.string("session") } ?? "listener"
        // Whatever is wrong is told before the stream begins; a HEAD connects nobody.
        try await listening.prepare(id, session: session, for: principal)
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                let subscription = try listening.connect(to: id, session: session)
                defer { listening.stop(subscription, to: id) }
                try await subscription.ticking(every: Self.heartbeat) { items in
                    try await writer.write(Self.greeting)
                    for await item in items.cancelOnGracefulShutdown() {
                        switch item {
                        case .tick:
                            guard listening.isGood(id, for: principal) else { return }
                            try await writer.write(ByteBuffer(string: ": \n\n"))
                        case .attempt(let attempt): try await writer.write(Self.message(attempt))
                        case .end(let reason):
                            try await writer.write(
                                ByteBuffer(string: "event: end\ndata: {\"reason\":\"\(reason.rawValue)\"}\n\n"))
                        }
                    }
                }
                try await writer.finish(nil)
            })
    }

    private static let greeting = ByteBuffer(
        string: "event: listening\ndata: {\"heartbeat\":\"\(heartbeat.text)\"}\n\n")

    private static func message(_ attempt: HandedAttempt) -> ByteBuffer {
        var writer = JSONWriter(capacity: attempt.body.count * 2 + 1024)
        writer.object { writer in
            writer.field("delivery", attempt.key.delivery.description)
            writer.field("number", attempt.key.number)
            writer.field("event", attempt.event)
            writer.field("type", attempt.type)
            writer.field("timeout", attempt.timeout.text)
            writer.array("headers") { writer in
                for header in attempt.headers {
                    writer.object { writer in
                        writer.field("name", header.name)
                        writer.field("value", header.value)
                    }
                }
            }
            if let query = attempt.query { writer.field("query", query) }
            writer.field("body_base64", Base64Text.encode(attempt.body))
        }
        var buffer = ByteBuffer(string: "event: attempt\ndata: ")
        buffer.writeBytes(writer.bytes)
        buffer.writeString("\n\n")
        return buffer
    }

    private func answer(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let id = try context.id(EndpointID.self, "webhook")
        return try await kit.post(request, principal) { reader in
            let read = ListenAnswerReader.read(&reader)
            try reader.finish()
            guard let (key, answer) = read else { throw ServiceError.invalid("delivery", "Give the delivery's id.") }
            try await listening.answer(key, of: id, with: answer, by: principal)
            return .json { writer in writer.object { $0.field("recorded", true) } }
        }
    }
}
