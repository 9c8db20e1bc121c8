import HTTPTypes
import MartletCore
import MartletService
import NIOCore
import NIOHTTP1

/// What ``PublishShortcut`` publishes with; one for all connections.
struct Publisher: Sendable {
    let bytes: BodyBytes
    /// The largest body that an event may come in, in bytes.
    let mostBytes: Int
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
