import HTTPTypes
import MartletCore
import MartletService
import NIOCore
import NIOHTTP1
import WebhookSigning

/// What ``PublishShortcut`` publishes with; one for all connections.
struct Publisher: Sendable {
    let bytes: BodyBytes
    /// The largest body that an event may come in, in bytes.
    let mostBytes: Int
    private let inbound: InboundService
    private let services: ServiceContext
    private let caller: Caller
    private let events: EventService
    private let directory: Directory
    private let told: Int
    private let server: String
    private let date = DateField()

    /// - Parameters:
    ///   - bytes: bounds the bodies of all requests under way.
    ///   - server: the value of the header `Server`.
    init(_ context: ServiceContext, bytes: BodyBytes, server: String) {
        self.bytes = bytes
        services = context
        inbound = InboundService(context)
        self.server = server
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

    /// A sender's request that is admitted, where it may be answered without the framework.
    ///
    /// - Parameter length: how long the body is, in bytes.
    func visit(_ head: HTTPRequestHead, length: Int, peer: String?) -> InboundVisit? {
        let target = head.uri
        let token = target.dropFirst(InboundRoutes.root.count).prefix { $0 != "?" }
        // Host first, as the routes have it.
        var host: String?
        var headers: [HeaderField] = []
        headers.reserveCapacity(head.headers.count)
        var forwarded: [String] = []
        for (name, value) in head.headers {
            if name.isField("host") {
                host = value
                headers.insert(HeaderField(name: "host", value: value), at: 0)
                continue
            }
            if name.isField("x-forwarded-for") { forwarded.append(value) }
            headers.append(HeaderField(name: name, value: value))
        }
        return inbound.admitSilently(
            InboundHead(
                token: String(token), method: "POST", url: services.publicURL(host: host) + target, headers: headers,
                address: services.proxies.sender(peer: peer, forwarded: forwarded), length: length))
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
    func answer(_ answer: InboundAnswer) -> (head: HTTPResponseHead, body: ByteBuffer) {
        var headers = HTTPHeaders()
        headers.reserveCapacity(6)
        let status: HTTPResponseStatus
        let bytes: [UInt8]
        switch InboundRoutes.outcome(of: answer) {
        case .success(let answer):
            status = HTTPResponseStatus(statusCode: answer.status)
            bytes = answer.body
            for header in answer.headers { headers.add(name: header.name, value: header.value) }
        case .failure(let problem):
            let (refused, type, text, more) = refusal(problem)
            (status, bytes) = (refused, text)
            headers.add(name: "Content-Type", value: type)
            headers.add(name: "Cache-Control", value: "no-store")
            for field in more { headers.add(name: field.name.rawName, value: field.value) }
        }
        if status != .noContent { headers.add(name: "Content-Length", value: String(bytes.count)) }
        headers.add(name: "Date", value: date.text)
        headers.add(name: "Server", value: server)
        return (HTTPResponseHead(version: .http1_1, status: status, headers: headers), ByteBuffer(bytes: bytes))
    }

    // MARK: Answering

    /// What the publisher is told, as the routes tell it.
    func answer(_ result: Result<PublishedEvent, ServiceError>) -> (head: HTTPResponseHead, body: ByteBuffer) {
        let (status, type, bytes, more) =
            switch result {
            case .success(let published):
                (HTTPResponseStatus.accepted, "application/json", text(of: published), HTTPFields())
            case .failure(let error): refusal(Problem(error))
            }
        var headers = HTTPHeaders()
        headers.reserveCapacity(6)
        headers.add(name: "Content-Type", value: type)
        headers.add(name: "Cache-Control", value: "no-store")
        headers.add(name: "Content-Length", value: String(bytes.count))
        headers.add(name: "Date", value: date.text)
        headers.add(name: "Server", value: server)
        for field in more { headers.add(name: field.name.rawName, value: field.value) }
        return (HTTPResponseHead(version: .http1_1, status: status, headers: headers), ByteBuffer(bytes: bytes))
    }

    private func text(of published: PublishedEvent) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.object { published.writeMembers(to: &$0, told: told) }
        return writer.bytes
    }

    private func refusal(_ problem: Problem) -> (HTTPResponseStatus, String, [UInt8], HTTPFields) {
        (
            HTTPResponseStatus(statusCode: problem.status.code), "application/problem+json", problem.bytes,
            problem.headers
        )
    }
}
