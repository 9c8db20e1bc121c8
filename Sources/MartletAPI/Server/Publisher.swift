import HTTPTypes
import MartletCore
import MartletService
import NIOCore
import NIOHTTP1
import WebhookSigning

/// What ``PublishShortcut`` publishes with; one for all connections.
final class Publisher: Sendable {
    let bytes: BodyBytes
    /// The largest body that an event may come in, in bytes.
    let mostBytes: Int
    private let inbound: InboundService
    private let services: ServiceContext
    private let caller: Caller
    private let events: EventService
    private let directory: Directory
    private let told: Int
    private let answers: AnswerWriter

    /// - Parameters:
    ///   - bytes: bounds the bodies of all requests under way.
    ///   - server: the value of the header `Server`.
    init(_ context: ServiceContext, bytes: BodyBytes, server: String) {
        self.bytes = bytes
        services = context
        inbound = InboundService(context)
        answers = AnswerWriter(server: server)
        mostBytes = context.limits.requestBytes
        told = context.limits.deliveriesTold
        directory = context.directory
        events = EventService(context)
        caller = Caller(keys: KeyService(context))
    }

    /// Publishes the event that a body says.
    ///
    /// - Parameter answer: called once the event is durable, or could not be made so, or `nil` where it had been published
    ///   before; on any thread.
    /// - Throws: what is wrong with the request. Then `answer` is not called.
    func publish(
        _ body: ByteBuffer, authorization: String,
        answer: @escaping @Sendable (Result<PublishedEvent, ServiceError>?) -> Void
    ) throws {
        let principal = try caller.principal(authorization: authorization)
        let reader = PublishReader(form: directory.environment(principal.environment)?.payloadForm ?? .stable)
        let draft = try body.withUnsafeReadableBytes { try reader.draft($0) }
        try events.publish(draft, by: principal, answer: answer)
    }

    // MARK: Receiving

    /// A sender's request that is admitted, where it may be answered without the framework. From here on it counts against
    /// its source's limits.
    ///
    /// - Parameters:
    ///   - target: where its target stands.
    ///   - message: its bytes.
    func visit(_ request: PlainRequest, target: Range<Int>, of message: ByteBuffer, peer: String?) -> InboundVisit? {
        let target = request.text(target, of: message)
        let token = target.dropFirst(InboundRoutes.root.count).prefix { $0 != "?" }
        var headers = request.fields(of: message)
        var forwarded: [String] = []
        for header in headers where header.name.isField("x-forwarded-for") { forwarded.append(header.value) }
        var host: String?
        if let index = headers.firstIndex(where: { $0.name.isField("host") }) {
            // First, and in small letters, as the routes have it.
            host = headers.remove(at: index).value
            headers.insert(HeaderField(name: "host", value: host ?? ""), at: 0)
        }
        return inbound.admitSilently(
            InboundHead(
                token: String(token), method: "POST", url: services.publicURL(host: host) + target, headers: headers,
                address: services.proxies.sender(peer: peer, forwarded: forwarded), length: request.bodyLength))
    }

    /// Has a source judge a request.
    ///
    /// - Returns: whether `answer` is called; else the routes have to answer.
    func receive(
        _ visit: InboundVisit, _ body: ByteBuffer, answer: @escaping @Sendable (InboundAnswer) -> Void
    ) -> Bool {
        inbound.receive(visit, body: Array(buffer: body), answer: answer)
    }

    /// What the sender is told, as the routes tell it.
    func answer(_ answer: InboundAnswer) -> ByteBuffer {
        switch InboundRoutes.outcome(of: answer) {
        case .success(let answer):
            let status = HTTPResponseStatus(statusCode: answer.status)
            var head = AnswerWriter.line(status)
            for header in answer.headers { head += AnswerWriter.field(header.name, header.value) }
            return answers.answer(head, body: status.mayHaveResponseBody ? answer.body : nil)
        case .failure(let problem):
            return answers.answer(
                Self.head(of: problem) + AnswerWriter.fields(problem.headers), body: problem.bytes)
        }
    }

    // MARK: Answering

    /// What the publisher is told, as the routes tell it.
    func answer(_ result: Result<PublishedEvent, ServiceError>) -> ByteBuffer {
        switch result {
        case .success(let published):
            var writer = JSONWriter(capacity: 1024)
            writer.object { published.writeMembers(to: &$0, told: told) }
            return answers.answer(Self.accepted, body: writer.bytes)
        case .failure(let error):
            let problem = Problem(error)
            return answers.answer(
                Self.head(of: problem), body: problem.bytes, AnswerWriter.fields(problem.headers))
        }
    }

    private static let accepted =
        AnswerWriter.line(.accepted) + AnswerWriter.field("Content-Type", "application/json")
        + AnswerWriter.field("Cache-Control", "no-store")

    private static func head(of problem: Problem) -> String {
        AnswerWriter.line(HTTPResponseStatus(statusCode: problem.status.code))
            + AnswerWriter.field("Content-Type", "application/problem+json")
            + AnswerWriter.field("Cache-Control", "no-store")
    }
}
