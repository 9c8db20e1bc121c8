import HTTPTypes
public import Hummingbird
public import HummingbirdCore
import Logging
import NIOCore
import Synchronization
public import WebhookSigning

/// Lets through the webhooks of one sender, each event once, and nothing else.
///
/// A request is judged over its raw bytes, before anything parses them. What is not the sender's is answered 401 without a
/// word; why stands in the log. The sender's handshakes are answered here. An event that was let through before is answered
/// 200 and goes no further, so that a handler sees each event once however often it is sent.
///
/// ```swift
/// let receiver = try WebhookReceiver(preset: .named("standard"), secrets: [SigningSecret(secret)])
/// let router = Router(context: BasicWebhookRequestContext.self)
/// router.webhooks("webhook", WebhookMiddleware(receiver)) { request, context in
///     let body = try await request.body.collect(upTo: 1 << 20)  // the very bytes that were signed
///     try await queue.add(body, id: context.webhook?.eventID)
///     return HTTPResponse.Status.ok
/// }
/// ```
///
/// A handler that throws, or answers with a status from 300 on, has not taken the event: it is forgotten, so that the
/// sender's next try is new. While a handler is at an event, the same event is answered 503 with `Retry-After`: which of the
/// two will have been right is not known yet.
public struct WebhookMiddleware<Context: WebhookRequestContext, Store: ReplayStore>: RouterMiddleware {
    private let receiver: WebhookReceiver
    private let replays: ReplayGuard<Store>
    private let largestBody: Int
    private let publicURL: String?
    private let scope: String
    private let now: @Sendable () -> Int64
    private let underWay = EventsUnderWay()

    /// Makes a middleware that remembers events where you say.
    ///
    /// - Parameters:
    ///   - receiver: What the sender's requests look like, and its secrets.
    ///   - replays: Where the events that were let through are remembered. What several processes share, such as a table or a
    ///     cache, lets each event through once for all of them.
    ///   - window: How long an event is remembered; longer than the sender goes on sending it again.
    ///   - largestBody: The largest body in bytes; a larger one is answered 413 before it is read to its end.
    ///   - publicURL: The scheme and host that the sender knows this server by (`https://hooks.example`), for senders that
    ///     sign the URL. `https` and the request's own host when left out.
    ///   - scope: What to tell the events of several senders apart by, where they share `replays`.
    ///   - now: The clock, in Unix seconds.
    public init(
        _ receiver: WebhookReceiver, replays: Store, window: Duration = .seconds(3 * 86_400),
        largestBody: Int = 1 << 20, publicURL: String? = nil, scope: String? = nil,
        now: @escaping @Sendable () -> Int64 = systemSeconds
    ) {
        self.receiver = receiver
        self.replays = ReplayGuard(store: replays, window: window)
        self.largestBody = largestBody
        self.publicURL = publicURL
        self.scope = scope ?? receiver.preset.name
        self.now = now
    }

    public func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var request = request
        let body: ByteBuffer
        do {
            // The bytes as they came; the handler finds them again in the request.
            body = try await request.collectBody(upTo: largestBody)
        } catch is NIOTooManyBytesError {
            return Response(status: .contentTooLarge)
        }
        let webhook = described(request, body)
        switch receiver.receive(webhook, now: now()) {
        case .refused(let failure):
            context.logger.notice(
                "webhook refused", metadata: ["code": "\(failure.code)", "reason": "\(failure)"])
            return Response(status: .unauthorized)
        case .answered(let answer): return Self.response(answer)
        case .accepted(let acceptance):
            return try await admit(acceptance, webhook, request, context, next)
        }
    }

    private func admit(
        _ acceptance: Acceptance, _ webhook: WebhookRequest, _ request: Request, _ context: Context,
        _ next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let key = acceptance.key(of: webhook, scope: scope)
        guard underWay.begin(key) else {
            return Response(status: .serviceUnavailable, headers: [.retryAfter: "5"])
        }
        defer { underWay.end(key) }
        guard try await replays.admits(acceptance, of: webhook, scope: scope, at: now()) else {
            context.logger.debug("webhook repeated", metadata: ["event": "\(acceptance.eventID ?? "-")"])
            return Response(status: .ok)
        }
        var context = context
        context.webhook = acceptance
        do {
            let response = try await next(request, context)
            if response.status.code >= 300 {
                try await replays.forget(acceptance, of: webhook, scope: scope)
            }
            return response
        } catch {
            try await replays.forget(acceptance, of: webhook, scope: scope)
            throw error
        }
    }

    private func described(_ request: Request, _ body: ByteBuffer) -> WebhookRequest {
        let host = request.head.authority ?? ""
        var headers = request.headers.map { (name: $0.name.rawName, value: $0.value) }
        if !host.isEmpty { headers.append((name: "Host", value: host)) }
        return WebhookRequest(
            method: request.method.rawValue, url: (publicURL ?? "https://\(host)") + request.uri.string,
            headers: headers, body: Array(body.readableBytesView))
    }

    private static func response(_ answer: WebhookAnswer) -> Response {
        var headers = HTTPFields()
        for header in answer.headers {
            if let name = HTTPField.Name(header.name) { headers.append(HTTPField(name: name, value: header.value)) }
        }
        return Response(
            status: HTTPResponse.Status(code: answer.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }
}

extension WebhookMiddleware where Store == MemoryReplayStore {
    /// Makes a middleware that remembers events in memory: for one process, and as long as it lives.
    ///
    /// - Parameters:
    ///   - receiver: What the sender's requests look like, and its secrets.
    ///   - largestBody: The largest body in bytes; a larger one is answered 413 before it is read to its end.
    ///   - publicURL: The scheme and host that the sender knows this server by (`https://hooks.example`), for senders that
    ///     sign the URL. `https` and the request's own host when left out.
    public init(_ receiver: WebhookReceiver, largestBody: Int = 1 << 20, publicURL: String? = nil) {
        self.init(receiver, replays: MemoryReplayStore(), largestBody: largestBody, publicURL: publicURL)
    }
}

/// The events that a handler is at.
private final class EventsUnderWay: Sendable {
    private let keys = Mutex(Set<String>())

    /// Whether nobody is at it yet.
    func begin(_ key: String) -> Bool { keys.withLock { $0.insert(key).inserted } }

    func end(_ key: String) { keys.withLock { _ = $0.remove(key) } }
}
