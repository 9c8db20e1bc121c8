import NIOCore
import NIOPosix

/// A connection to the server on which a test says exactly the bytes that it wants.
final class RawConnection {
    private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var received: [UInt8] = []

    private init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        iterator = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    /// Runs `body` with a connection, and closes it.
    static func with<Value>(
        port: Int, _ body: (RawConnection) async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await body(RawConnection(inbound, outbound))
        }
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }

    /// Says that nothing more will be sent.
    func finishSending() { outbound.finish() }

    /// The next answer; `nil` where the server closed instead.
    ///
    /// - Parameter isForHead: whether the request was a HEAD, whose answer has no body.
    func answer(isForHead: Bool = false) async throws -> RawAnswer? {
        while true {
            if let answer = try RawAnswer(takingFrom: &received, isForHead: isForHead) { return answer }
            guard try await receive() else { return nil }
        }
    }

    /// All that comes until it contains `mark`, and after it `end`.
    @discardableResult
    func text(until mark: String, _ end: String = "") async throws -> String {
        while true {
            let text = String(decoding: received, as: UTF8.self)
            if let found = text.firstRange(of: mark), text[found.upperBound...].contains(end) || end.isEmpty {
                return text
            }
            guard try await receive() else { throw RawAnswer.Malformed(bytes: text) }
        }
    }

    /// Whether the server closes without saying anything more.
    func endsSilently() async throws -> Bool {
        while try await receive() {}
        return received.isEmpty
    }

    private func receive() async throws -> Bool {
        do {
            guard let bytes = try await iterator.next() else { return false }
            received += bytes.readableBytesView
            return true
        } catch is IOError {
            // A reset: the server has closed while there were bytes that it had not read.
            return false
        }
    }
}
