import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import NIOCore
import WebhookSigning

/// `/in/{token}`: where senders send to. docs/sources.md.
struct InboundRoutes: RouteGroup {
    let kit: RouteKit
    let inbound: InboundService

    init(_ kit: RouteKit) {
        self.kit = kit
        inbound = InboundService(kit.services)
    }

    /// What its path begins with.
    static let root = "/in/"

    var operations: [Operation] {
        let answer = Answer(
            status: .ok, content: .none, detail: "It is durable, or was there before. Some senders expect a body.")
        return [
            Operation(
                open: .post, "/in/{id}", "receiveRequest", "Receive a sender's request",
                detail: "Verified over its bytes as they came, by the source's preset. Any media type.", answer: answer,
                receive),
            Operation(
                open: .get, "/in/{id}", "answerHandshake", "Answer a sender that asks whether the URL is meant",
                answer: answer, receive),
            Operation(
                open: .options, "/in/{id}", "answerPermission", "Answer a sender that asks whether it may send",
                detail: "CloudEvents, HTTP 1.1 Web Hooks for Event Delivery, section 4.", answer: answer, receive),
        ]
    }

    private func receive(_ request: Request, _ context: APIContext) async throws -> Response {
        var headers: [HeaderField] = []
        headers.reserveCapacity(request.headers.count + 1)
        // The framework keeps it apart; senders sign it, and people look for it.
        if let authority = request.head.authority { headers.append(HeaderField(name: "host", value: authority)) }
        var forwarded: [String] = []
        for field in request.headers {
            headers.append(HeaderField(name: field.name.rawName, value: field.value))
            if field.name.canonicalName == "x-forwarded-for" { forwarded.append(field.value) }
        }
        let head = InboundHead(
            token: context.name, method: request.method.rawValue,
            url: kit.publicURL(of: request) + (request.head.path ?? request.uri.string), headers: headers,
            address: kit.services.proxies.sender(peer: context.peer, forwarded: forwarded),
            length: request.headers[.contentLength].flatMap { Int($0) })
        switch inbound.admit(head) {
        case .refused(let answer): return try response(to: answer)
        case .open(let visit, let limit):
            let body: ByteBuffer
            do {
                body = try await request.body.collect(upTo: limit)
            } catch let error as HTTPError where error.status == .contentTooLarge {
                return try response(to: inbound.tooLarge(visit))
            } catch is NIOTooManyBytesError {
                return try response(to: inbound.tooLarge(visit))
            }
            return try response(to: await inbound.receive(visit, body: Array(buffer: body)))
        }
    }

    private func response(to answer: InboundAnswer) throws -> Response {
        switch Self.outcome(of: answer) {
        case .failure(let problem): throw problem
        case .success(let answer):
            var headers = HTTPFields()
            for header in answer.headers {
                guard let name = HTTPField.Name(header.name) else { continue }
                headers.append(HTTPField(name: name, value: header.value))
            }
            return Response(
                status: HTTPResponse.Status(code: answer.status), headers: headers,
                body: answer.body.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
        }
    }

    /// What a sender is told.
    static func outcome(of answer: InboundAnswer) -> Result<WebhookAnswer, Problem> {
        switch answer {
        case .answer(let answer): .success(answer)
        case .notFound: .failure(Problem(ServiceError.notFound("source")))
        // Why is in the log, for the source's owner. A sender who is none learns nothing to try next.
        case .unauthorised:
            .failure(
                Problem(
                    .unauthorized, "not_verified", "The request could not be verified.",
                    headers: [.wwwAuthenticate: "Signature"]))
        case .limited(let retryAfter):
            .failure(
                Problem(
                    ServiceError(
                        .limited, "rate_limited", "More requests come in than the source takes. Send it again later.",
                        retryAfter: retryAfter)))
        case .tooLarge:
            .failure(
                Problem(.contentTooLarge, "request_too_large", "The body is larger than the source takes."))
        case .unavailable(let error): .failure(Problem(error))
        }
    }
}
