import MartletCore
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Asks a Martlet server over its HTTP API: one connection a request, which is all that a command needs.
struct APIClient: Sendable {
    /// The server's URL.
    let url: EndpointURL
    /// The API key; `nil` for what needs none.
    let key: String?
    var timeout = Duration.seconds(30)

    /// What the server answered.
    struct Answer: Sendable {
        var status: Int
        var body: [UInt8]

        var isSuccess: Bool { (200..<300).contains(status) }
    }

    private static let longestAnswer = 64 << 20

    /// Sends a request and waits for the whole answer.
    ///
    /// - Parameters:
    ///   - path: below the server's URL: `/v1/events`.
    ///   - body: JSON; `nil` for none.
    ///   - headers: those of a request to somebody else, in the stead of the API's own.
    /// - Throws: ``CommandFailure`` where there is no answer.
    func send(
        _ method: HTTPMethod, _ path: String, body: [UInt8]? = nil, headers: [(name: String, value: String)]? = nil
    ) async throws(CommandFailure) -> Answer {
        do {
            return try await withThrowingTaskGroup(of: Answer?.self) { group in
                let request = headers.map { head(of: method, body, $0) } ?? head(method, path, body)
                group.addTask { try await exchange(request, body) }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    return nil
                }
                defer { group.cancelAll() }
                guard let first = try await group.next(), let answer = first else {
                    throw CommandFailure("\(url) did not answer within \(timeout.text).")
                }
                return answer
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure("\(url) cannot be reached: \(Self.reason(error)) Is `martlet serve` running there?")
        }
    }

    private func exchange(_ head: HTTPRequestHead, _ body: [UInt8]?) async throws -> Answer {
        try await exchanging(head, body) { try await wholeAnswer($0) }
    }

    /// Connects, sends a request, and reads the answer as `read` does.
    func exchanging<Value: Sendable>(
        _ head: HTTPRequestHead, _ body: [UInt8]?,
        _ read: (NIOAsyncChannelInboundStream<HTTPClientResponsePart>) async throws -> Value
    ) async throws -> Value {
        let host = url.host.description
        let tls = url.scheme == .https ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(10))
            .connect(host: host, port: Int(url.port)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        // An address has no name to announce; its certificate names the address itself.
                        let name: String? = if case .name(let name) = url.host { name } else { nil }
                        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
                    }
                    try pipeline.addHTTPClientHandlers()
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var parts = [HTTPClientRequestPart.head(head)]
            if let body { parts.append(.body(.byteBuffer(ByteBuffer(bytes: body)))) }
            parts.append(.end(nil))
            // At once: part by part, the server may have answered and closed before the end, which is no byte, is written.
            try await outbound.write(contentsOf: parts)
            return try await read(inbound)
        }
    }

    /// Reads an answer to its end.
    func wholeAnswer(
        _ inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>
    ) async throws -> Answer {
        var answer = Answer(status: 0, body: [])
        for try await part in inbound {
            switch part {
            case .head(let head): answer.status = Int(head.status.code)
            case .body(let bytes):
                answer.body += bytes.readableBytesView
                guard answer.body.count <= Self.longestAnswer else {
                    throw CommandFailure("\(url) answered with more than \(ByteText.text(Self.longestAnswer)).")
                }
            case .end: return answer
            }
        }
        throw CommandFailure("\(url) closed the connection before it had answered.")
    }

    /// The head of a request to somebody else, as it is to be.
    private func head(of method: HTTPMethod, _ body: [UInt8]?, _ given: [(name: String, value: String)])
        -> HTTPRequestHead
    {
        var headers: HTTPHeaders = [
            "Host": url.authority, "Connection": "close", "User-Agent": "martlet/\(Version.current)",
        ]
        for (name, value) in given { headers.replaceOrAdd(name: name, value: value) }
        headers.replaceOrAdd(name: "Content-Length", value: String(body?.count ?? 0))
        return HTTPRequestHead(version: .http1_1, method: method, uri: url.target, headers: headers)
    }

    /// The head of a request to the server.
    func head(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8]? = nil, accept: String = "application/json"
    ) -> HTTPRequestHead {
        var headers: HTTPHeaders = [
            "Host": url.authority, "Connection": "close", "User-Agent": "martlet/\(Version.current)",
            "Accept": accept,
        ]
        if let key { headers.add(name: "Authorization", value: "Bearer \(key)") }
        if let body {
            headers.add(name: "Content-Type", value: "application/json")
            headers.add(name: "Content-Length", value: String(body.count))
        }
        let base = url.target.hasSuffix("/") ? String(url.target.dropLast()) : url.target
        return HTTPRequestHead(version: .http1_1, method: method, uri: base + path, headers: headers)
    }

    /// Why there is no connection, in a sentence.
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            // One for each address that was tried; they rarely differ.
            let first = error.connectionErrors.first.map { "\(reason($0.error))" }
            return first ?? "its name cannot be resolved."
        case let error as IOError: return systemMessage(error.errnoCode) + "."
        case ChannelError.connectTimeout: return "it does not accept connections in time."
        // What the library says of it is where in its sources that was noticed.
        case NIOSSLError.handshakeFailed: return "TLS cannot be agreed on, which plain http looks like."
        case is NIOSSLError, is NIOSSLExtraError: return "its certificate is not for this name, or not to be trusted."
        default: return "\(error)."
        }
    }
}
