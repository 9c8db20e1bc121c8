import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import NIOCore
import ServiceLifecycle

/// `/v1/stream`: what happens, as it happens, as server-sent events (HTML Standard, section 9.2).
struct StreamRoutes: RouteGroup {
    let kit: RouteKit

    /// How often a silent stream says that it lives, so that nobody on the way takes it for dead.
    private static let heartbeat = Duration.seconds(15)

    var operations: [Operation] {
        [
            Operation(
                .get, "/v1/stream", "stream", "Listen to events, attempts and requests as they happen",
                detail:
                    "Server-sent events: `event.accepted` with the event and its deliveries, `event.replayed` with the "
                    + "same, `attempt.finished` with the delivery and its attempt, `request` with what a source received and how it "
                    + "was judged, `missed` with a `count` where the "
                    + "listener was too slow. What this process accepts and delivers is told; what was before is not.",
                .readEvents,
                query: [
                    QueryParameter("type", "Only events of this type, or of a pattern such as `transaction.*`."),
                    .application, QueryParameter("webhook", "Only what goes to this webhook."),
                    QueryParameter("source", "Only the requests of this source."),
                ],
                answer: Answer(status: .ok, content: .text("text/event-stream"), detail: "A stream that does not end."),
                listen)
        ]
    }

    private func listen(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let (type, application, endpoint, source) = try kit.query(request) { reader in
            (
                reader.string("type"), reader.string("application"),
                reader.identifier("webhook", EndpointID.self), reader.identifier("source", SourceID.self)
            )
        }
        let live = LiveService(kit.services)
        // Whatever is wrong is told before the stream begins; a HEAD subscribes to nothing.
        _ = try live.filter(
            type: type, application: application, endpoint: endpoint, source: source, for: principal)
        let keys = KeyService(kit.services)
        let body = ResponseBody { writer in
            let subscription = try live.subscribe(
                type: type, application: application, endpoint: endpoint, source: source, for: principal)
            try await subscription.ticking(every: Self.heartbeat) { items in
                try await writer.write(ByteBuffer(string: ": listening\n\n"))
                for await item in items.cancelOnGracefulShutdown() {
                    let missed = subscription.takeMissed()
                    if missed > 0 {
                        try await writer.write(ByteBuffer(string: "event: missed\ndata: {\"count\":\(missed)}\n\n"))
                    }
                    if case .tick = item {
                        // A key that is withdrawn hears nothing more.
                        guard keys.isGood(principal) else { return }
                        try await writer.write(ByteBuffer(string: ": \n\n"))
                    } else {
                        try await writer.write(Self.message(item))
                    }
                }
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
    }

    private static func message(_ item: LiveItem) -> ByteBuffer {
        var writer = JSONWriter(capacity: 1024)
        let name: String
        switch item {
        case .accepted(let event, let deliveries, let isReplay):
            name = isReplay ? "event.replayed" : "event.accepted"
            writer.object { writer in
                writer.key("event")
                event.write(to: &writer, deliveries: nil, unmatched: nil)
                writer.array("deliveries") { writer in
                    for delivery in deliveries.prefix(100) { delivery.writeSummary(to: &writer) }
                }
            }
        case .attempted(let event, let delivery, let attempt):
            name = "attempt.finished"
            writer.object { writer in
                writer.field("type", event.type)
                writer.key("delivery")
                delivery.writeSummary(to: &writer)
                writer.object("attempt") { writer in
                    writer.field("id", attempt.id.description)
                    writer.field("number", attempt.number)
                    writer.field("started_at", attempt.startedAt)
                    switch attempt.outcome.result {
                    case .response(let response): writer.field("status", response.status)
                    case .failure(let failure): writer.field("error", failure.code.rawValue)
                    }
                    writer.field("total_ms", Double(attempt.outcome.timing.total) / 1000)
                }
            }
        case .received(let request):
            name = "request"
            request.write(to: &writer)
        case .tick: return ByteBuffer(string: ": \n\n")
        }
        // A payload that is carried as it came may have line breaks, which end a message here; between the tokens of JSON,
        // where alone they can be, a blank does as well.
        let data = writer.bytes.map { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") ? UInt8(ascii: " ") : $0 }
        var buffer = ByteBuffer(string: "event: \(name)\n")
        if let id = item.event?.id { buffer.writeString("id: \(id)\n") }
        buffer.writeString("data: ")
        buffer.writeBytes(data)
        buffer.writeString("\n\n")
        return buffer
    }
}
