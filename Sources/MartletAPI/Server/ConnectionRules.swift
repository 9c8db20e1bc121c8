import HTTPTypes
import NIOCore
import NIOHTTP1

/// What HTTP/1.1 asks of a server beyond what its framework does: a problem for bytes that are no request, an end for
/// bodies that do not come and for connections that nobody uses, `100 Continue`, and closing for whoever asked to.
///
/// What ``PublishShortcut`` answers does not come here: the two know of each other by ``ConnectionUse`` and ``AllAnswered``.
///
/// Where a connection's bytes make no sense any more, the framework answers a bare 400 and closes. That one is put into
/// words here, in its place, so that it cannot overtake the answers to earlier requests.
final class ConnectionRules: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// A request that has no answer yet.
    private struct Exchange {
        /// Whether the connection ends with the answer.
        var closes: Bool
    }

    /// Told towards the socket where all that came has been answered and none of it stands half-read.
    struct AllAnswered {}

    private let bodyTime: TimeAmount
    private let idleTime: TimeAmount
    private let mostBytes: Int
    private var unanswered: [Exchange] = []
    private var isReading = false
    private let use: ConnectionUse
    /// When the body that is being read has to be there.
    private let body = LazyDeadline()
    private var idleCheck: Scheduled<Void>?
    /// Why nothing more can be read.
    private var failure: Problem?

    /// - Parameters:
    ///   - bodyTime: how long a body may take.
    ///   - idleTime: how long a connection may be idle, and how long a request's headers may take.
    ///   - mostBytes: the largest body that a client is told to go on with.
    ///   - use: what else is known of the connection's use.
    init(bodyTime: TimeAmount, idleTime: TimeAmount, mostBytes: Int, use: ConnectionUse) {
        self.use = use
        self.bodyTime = bodyTime
        self.idleTime = idleTime
        self.mostBytes = mostBytes
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard failure == nil else { return }
        use.last = context.eventLoop.now
        switch unwrapInboundIn(data) {
        case .head(let head):
            let fields = Fields(head.headers)
            if let problem = problem(with: head, fields) { return fail(problem, context) }
            isReading = true
            unanswered.append(Exchange(closes: !head.isKeepAlive))
            if fields.length.map({ $0 > 0 }) ?? fields.hasCoding {
                body.due = context.eventLoop.now + bodyTime
                if fields.expects { answerExpectation(of: head, length: fields.length, context) }
            }
            context.fireChannelRead(data)
        case .body: context.fireChannelRead(data)
        case .end:
            isReading = false
            body.due = nil
            context.fireChannelRead(data)
            tellIfAllIsAnswered(context)
        }
    }

    /// Only a body that did not come along with its head is looked for later.
    func channelReadComplete(context: ChannelHandlerContext) {
        if body.due != nil { body.watch(on: context.eventLoop) { self.bodyIsOverdue(context) } }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError {
            fail(Problem(error), context)
        } else {
            context.fireErrorCaught(error)
        }
    }

    func handlerAdded(context: ChannelHandlerContext) { checkForUse(context, at: context.eventLoop.now + idleTime) }

    func handlerRemoved(context: ChannelHandlerContext) {
        body.cancel()
        idleCheck?.cancel()
    }

    /// Closes the connection once nothing has come or gone for too long, unless an answer is on its way.
    private func checkForUse(_ context: ChannelHandlerContext, at instant: NIODeadline) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        idleCheck = context.eventLoop.scheduleTask(deadline: instant) {
            let (rules, context) = bound.value
            let now = context.eventLoop.now
            let isAnswering = rules.use.isAnswering || !rules.isReading && !rules.unanswered.isEmpty
            let end = (isAnswering ? now : rules.use.last) + rules.idleTime
            if end <= now { context.close(promise: nil) } else { rules.checkForUse(context, at: end) }
        }
    }

    /// What these rules go by, of a request's header fields.
    private struct Fields {
        var hosts = 0
        /// The first `Content-Length`, where that is a number.
        var length: Int?
        var hasCoding = false
        var expects = false

        init(_ headers: HTTPHeaders) {
            var hasLength = false
            for (name, value) in headers {
                switch name.utf8.count {
                case 4 where name.isField("host"):
                    let isOne = !value.isEmpty && !value.utf8.contains(UInt8(ascii: ","))
                    hosts += isOne ? 1 : value.split(separator: ",").count
                case 6 where name.isField("expect"): expects = true
                case 14 where name.isField("content-length") && !hasLength:
                    hasLength = true
                    length = Int(value)
                case 17 where name.isField("transfer-encoding"): hasCoding = true
                default: break
                }
            }
        }
    }

    private func problem(with head: HTTPRequestHead, _ fields: Fields) -> Problem? {
        if head.version != .http1_1 && head.version != .http1_0 {
            return Problem(
                .httpVersionNotSupported, "http_version_not_supported",
                "The request is HTTP/\(head.version.major).\(head.version.minor). Send HTTP/1.1.")
        }
        // RFC 9112, section 3.2.
        if head.version == .http1_1, fields.hosts != 1 {
            return Problem(.badRequest, "malformed_request", "The request needs exactly one Host header.")
        }
        if head.method == .CONNECT {
            return Problem(
                .methodNotAllowed, "method_not_allowed", "This is no proxy: CONNECT is not taken.",
                headers: [.allow: ""])
        }
        return nil
    }

    private func bodyIsOverdue(_ context: ChannelHandlerContext) {
        let seconds = bodyTime.nanoseconds / 1_000_000_000
        fail(
            Problem(.requestTimeout, "request_timeout", "The body did not come within \(seconds) s of its headers."),
            context)
    }

    /// RFC 9110, section 10.1.1: whoever sends a body that nobody takes is told before it is sent.
    private func answerExpectation(of head: HTTPRequestHead, length: Int?, _ context: ChannelHandlerContext) {
        let expects = head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
        guard expects, head.version == .http1_1 else { return }
        if (length ?? 0) <= mostBytes {
            // Only where no answer to an earlier request is still to come: the client would take this for its beginning.
            guard unanswered.count == 1 else { return }
            context.writeAndFlush(
                wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
        } else {
            // Whether the body comes all the same is not to be known, so the connection cannot be used any further.
            unanswered[unanswered.count - 1].closes = true
        }
    }

    /// Gives up reading. The framework answers once it gets there.
    private func fail(_ problem: Problem, _ context: ChannelHandlerContext) {
        guard failure == nil else { return }
        failure = problem
        body.due = nil
        if isReading && unanswered.isEmpty {
            // The request was answered before its body had come: there is nothing to say any more.
            context.close(promise: nil)
        } else {
            // An answer may be on its way that did not wait for the body; then it is the last one.
            if isReading { unanswered[unanswered.count - 1].closes = true }
            context.fireErrorCaught(HTTPParserError.unknown)
        }
    }

    // MARK: Answering

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where head.status.code >= 200:
            if let failure, isBare(head) { return write(failure, context, promise) }
            if unanswered.first?.closes ?? false {
                head.headers.replaceOrAdd(name: "connection", value: "close")
                return context.write(wrapOutboundOut(.head(head)), promise: promise)
            }
            context.write(data, promise: promise)
        case .end:
            use.last = context.eventLoop.now
            let closes = unanswered.isEmpty ? failure != nil : unanswered.removeFirst().closes
            guard closes else {
                context.write(data, promise: promise)
                return tellIfAllIsAnswered(context)
            }
            context.writeAndFlush(data, promise: promise)
            // With more of the body on its way, closing altogether would reset the connection under the answer.
            context.close(mode: isReading && failure == nil ? .output : .all, promise: nil)
        case .head, .body: context.write(data, promise: promise)
        }
    }

    private func tellIfAllIsAnswered(_ context: ChannelHandlerContext) {
        guard unanswered.isEmpty, !isReading, failure == nil else { return }
        context.triggerUserOutboundEvent(AllAnswered(), promise: nil)
    }

    /// Whether this is the framework's own answer to what it could not read.
    private func isBare(_ head: HTTPResponseHead) -> Bool {
        head.status == .badRequest && head.headers["connection"] == ["close"]
            && head.headers.first(name: "content-length") == "0"
    }

    private func write(_ problem: Problem, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        let bytes = problem.bytes
        var headers: HTTPHeaders = [
            "content-type": "application/problem+json", "cache-control": "no-store", "connection": "close",
            "content-length": String(bytes.count),
        ]
        for field in problem.headers { headers.add(name: field.name.rawName, value: field.value) }
        let status = HTTPResponseStatus(statusCode: problem.status.code)
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: promise)
    }
}

extension Problem {
    /// What a client is told whose bytes are not a request.
    fileprivate init(_ error: HTTPParserError) {
        switch error {
        case .headerOverflow:
            self.init(
                .requestHeaderFieldsTooLarge, "headers_too_large", "The request's headers are larger than is taken.")
        case .invalidEOFState, .closedConnection:
            self.init(.badRequest, "truncated_request", "The connection ended in the middle of the request.")
        case .invalidContentLength, .unexpectedContentLength:
            self.init(
                .badRequest, "malformed_request",
                "The request's Content-Length is no length, or contradicts another header.")
        case .invalidChunkSize:
            self.init(.badRequest, "malformed_request", "A chunk of the body does not have the size it says.")
        case .invalidMethod: self.init(.badRequest, "malformed_request", "The request's method is not known.")
        case .invalidURL, .invalidPath, .invalidQueryString, .invalidHost, .invalidPort, .invalidFragment:
            self.init(.badRequest, "malformed_request", "The request's target is not a URL.")
        case .invalidHeaderToken:
            self.init(.badRequest, "malformed_request", "A header of the request has a character that it cannot have.")
        case .invalidVersion:
            self.init(.badRequest, "malformed_request", "The request's version is not an HTTP version. Send HTTP/1.1.")
        default:
            self.init(
                .badRequest, "malformed_request",
                "The bytes are not an HTTP/1.1 request, or its body is framed in a way that RFC 9112, section 6, forbids."
            )
        }
    }
}
