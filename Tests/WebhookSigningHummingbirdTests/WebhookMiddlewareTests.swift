import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOEmbedded
import Synchronization
import Testing
import WebhookSigning
import WebhookSigningHummingbird

@Suite struct WebhookMiddlewareTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let now: Int64 = 1_700_000_000
    private static let body = Array(#"{"type":"a.b"}"#.utf8)

    /// What a handler saw.
    private final class Seen: Sendable {
        let events = Mutex([(id: String?, body: [UInt8])]())

        var ids: [String?] { events.withLock { $0.map(\.id) } }
    }

    private struct Broken: Error {}

    private func responder(
        _ receiver: WebhookReceiver? = nil, seen: Seen = Seen(), largestBody: Int = 1 << 20,
        handler: @escaping @Sendable (_ count: Int) async throws -> HTTPResponse.Status = { _ in .ok }
    ) throws -> some HTTPResponder<BasicWebhookRequestContext> {
        let receiver =
            try receiver
            ?? WebhookReceiver(preset: .named("standard"), secrets: [SigningSecret(Self.secret)])
        let router = Router(context: BasicWebhookRequestContext.self)
        let middleware = WebhookMiddleware<BasicWebhookRequestContext, MemoryReplayStore>(
            receiver, replays: MemoryReplayStore(), largestBody: largestBody
        ) { Self.now }
        router.webhooks("hook", middleware) { request, context -> HTTPResponse.Status in
            let body = try await request.body.collect(upTo: 1 << 20)
            let count = seen.events.withLock { events in
                events.append((context.webhook?.eventID, Array(body.readableBytesView)))
                return events.count
            }
            return try await handler(count)
        }
        return router.buildResponder()
    }

    private func send(
        _ responder: some HTTPResponder<BasicWebhookRequestContext>, id: String = "evt_1", body: [UInt8] = Self.body,
        signed: [UInt8]? = nil, at timestamp: Int64 = Self.now, headers: HTTPFields = [:]
    ) async throws -> Response {
        let signer = try WebhookSigner(profile: .standard, secrets: [SigningSecret(Self.secret)])
        var fields = headers
        for header in try signer.sign(id: id, timestamp: timestamp, body: signed ?? body) {
            fields.append(HTTPField(name: try #require(HTTPField.Name(header.name)), value: header.value))
        }
        let head = HTTPRequest(
            method: .post, scheme: "https", authority: "hooks.example", path: "/hook", headerFields: fields)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body)))
        let source = ApplicationRequestContextSource(
            channel: NIOAsyncTestingChannel(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return try await responder.respond(to: request, context: BasicWebhookRequestContext(source: source))
    }

    @Test func aSignedRequestReachesTheHandlerWithItsBytes() async throws {
        let seen = Seen()
        let responder = try responder(seen: seen)

        let response = try await send(responder)

        #expect(response.status == .ok)
        #expect(seen.ids == ["evt_1"])
        #expect(seen.events.withLock { $0[0].body } == Self.body)
    }

    @Test func whatIsNotSignedIsAnswered401WithoutAWord() async throws {
        let seen = Seen()
        let responder = try responder(seen: seen)

        let respelt = try await send(responder, signed: Array(#"{"type": "a.b"}"#.utf8))
        let stale = try await send(responder, at: Self.now - 301)
        let early = try await send(responder, at: Self.now + 301)

        for response in [respelt, stale, early] {
            #expect(response.status == .unauthorized)
            #expect(response.body.contentLength == 0)
        }
        #expect(seen.ids.isEmpty)
    }

    @Test func anEventIsHandledOnceHoweverOftenItIsSent() async throws {
        let seen = Seen()
        let responder = try responder(seen: seen)

        var statuses: [HTTPResponse.Status] = []
        for id in ["evt_1", "evt_1", "evt_2", "evt_1"] { statuses.append(try await send(responder, id: id).status) }

        #expect(statuses == [.ok, .ok, .ok, .ok])
        #expect(seen.ids == ["evt_1", "evt_2"])
    }

    @Test func anEventThatWasNotTakenIsNewTheNextTime() async throws {
        let seen = Seen()
        let responder = try responder(seen: seen) { count in
            switch count {
            case 1: throw Broken()
            case 2: .internalServerError
            default: .accepted
            }
        }

        await #expect(throws: Broken.self) { try await send(responder) }
        let second = try await send(responder)
        let third = try await send(responder)
        let fourth = try await send(responder)

        #expect([second.status, third.status, fourth.status] == [.internalServerError, .accepted, .ok])
        #expect(seen.ids.count == 3)
    }

    @Test func anEventThatIsUnderWayIsNotAnsweredForYet() async throws {
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let (finished, finish) = AsyncStream<Void>.makeStream()
        let responder = try responder { _ in
            begin.yield()
            for await _ in finished { break }
            return .ok
        }

        async let first = send(responder)
        for await _ in begun { break }
        let second = try await send(responder)
        finish.yield()

        #expect(second.status == .serviceUnavailable)
        #expect(second.headers[.retryAfter] == "5")
        #expect(try await first.status == .ok)
        #expect(try await send(responder).status == .ok)
    }

    @Test func aBodyThatIsTooLargeIsRefused() async throws {
        let seen = Seen()
        let responder = try responder(seen: seen, largestBody: Self.body.count - 1)

        #expect(try await send(responder).status == .contentTooLarge)
        #expect(seen.ids.isEmpty)
    }

    @Test func aHandshakeIsAnswered() async throws {
        let receiver = try WebhookReceiver(preset: .named("okta"), secrets: [SigningSecret("secret")])
        let seen = Seen()
        let responder = try responder(receiver, seen: seen)
        let request = Request(
            head: HTTPRequest(
                method: .get, scheme: "https", authority: "hooks.example", path: "/hook",
                headerFields: [
                    .authorization: "secret", try #require(HTTPField.Name("x-okta-verification-challenge")): "abc",
                ]),
            body: RequestBody(buffer: ByteBuffer()))
        let source = ApplicationRequestContextSource(
            channel: NIOAsyncTestingChannel(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })

        let response = try await responder.respond(to: request, context: BasicWebhookRequestContext(source: source))

        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "application/json")
        #expect(seen.ids.isEmpty)
    }

    @Test func signedURLsAreThoseOfTheSender() async throws {
        let preset = try WebhookPreset.named("square")
        let secret = try SigningSecret("key")
        let signer = try PresetSigner(preset: preset, secret: secret)
        let signed = try signer.sign(
            WebhookRequest(url: "https://public.example/hook?x=1", body: Self.body), now: Self.now)
        let middleware = WebhookMiddleware<BasicWebhookRequestContext, MemoryReplayStore>(
            try WebhookReceiver(preset: preset, secrets: [secret]), publicURL: "https://public.example")
        let router = Router(context: BasicWebhookRequestContext.self)
        router.webhooks("hook", middleware) { _, _ in HTTPResponse.Status.ok }
        var fields = HTTPFields()
        for header in signed.headers {
            fields.append(HTTPField(name: try #require(HTTPField.Name(header.name)), value: header.value))
        }
        let head = HTTPRequest(
            method: .post, scheme: "http", authority: "10.0.0.1:8080", path: "/hook?x=1", headerFields: fields)
        let source = ApplicationRequestContextSource(
            channel: NIOAsyncTestingChannel(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })

        let response = try await router.buildResponder().respond(
            to: Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: Self.body))),
            context: BasicWebhookRequestContext(source: source))

        #expect(response.status == .ok)
    }
}
