import NIOCore
import NIOPosix
import Synchronization

/// Answers 200 to every delivery, and tells from the mark in its body how long it was on its way.
struct BenchReceiver: Sendable {
    /// What has arrived.
    struct Arrivals: Sendable {
        var count = 0
        /// From the moment in which an event was to be published to the moment in which it arrived, in microseconds, by
        /// the channel of its mark.
        var delays: [UInt8: BenchHistogram] = [:]
    }

    private let ledger: ArrivalLedger
    private let listening: any Channel

    /// - Parameter other: a receiver that counts what arrives here together with its own.
    init(group: any EventLoopGroup, beside other: BenchReceiver? = nil) async throws {
        ledger = other?.ledger ?? ArrivalLedger()
        listening = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [ledger] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ReceivingHandler(ledger))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var port: Int { listening.localAddress?.port ?? 0 }

    /// Forgets what has arrived.
    func begin() { ledger.clear() }

    /// What has arrived since ``begin()``, once it is so many deliveries.
    func arrivals(of count: Int) async -> Arrivals { await ledger.arrivals(of: count) }

    func close() { listening.close(promise: nil) }
}

/// Counts what arrives, for the one who waits for it.
private final class ArrivalLedger: Sendable {
    private struct State {
        var arrivals = BenchReceiver.Arrivals()
        var wanted: (count: Int, waiting: CheckedContinuation<BenchReceiver.Arrivals, Never>)?

        /// Who waited for what has arrived now, and that.
        mutating func satisfied() -> (CheckedContinuation<BenchReceiver.Arrivals, Never>, BenchReceiver.Arrivals)? {
            guard let wanted, arrivals.count >= wanted.count else { return nil }
            self.wanted = nil
            return (wanted.waiting, arrivals)
        }
    }

    private let state = Mutex(State())

    func clear() { state.withLock { $0.arrivals = BenchReceiver.Arrivals() } }

    func take(_ batch: BenchReceiver.Arrivals) {
        change { state in
            state.arrivals.count += batch.count
            for (channel, delays) in batch.delays {
                state.arrivals.delays[channel, default: BenchHistogram()].add(delays)
            }
        }
    }

    func arrivals(of count: Int) async -> BenchReceiver.Arrivals {
        await withCheckedContinuation { waiting in change { $0.wanted = (count, waiting) } }
    }

    private func change(_ body: (inout State) -> Void) {
        let satisfied = state.withLock { state in
            body(&state)
            return state.satisfied()
        }
        if let (waiting, arrivals) = satisfied { waiting.resume(returning: arrivals) }
    }
}

private final class ReceivingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let answer = ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    private let ledger: ArrivalLedger
    private var pending = ByteBuffer()

    init(_ ledger: ArrivalLedger) { self.ledger = ledger }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var incoming = unwrapInboundIn(data)
        pending.writeBuffer(&incoming)
        var batch = BenchReceiver.Arrivals()
        while let length = pending.withUnsafeReadableBytes(MessageFraming.length(of:)) {
            if let mark = pending.withUnsafeReadableBytes({ BenchMark(in: $0.prefix(length)) }) {
                batch.delays[mark.channel, default: BenchHistogram()].record(
                    BenchClock.microseconds - mark.microseconds)
            }
            pending.moveReaderIndex(forwardBy: length)
            batch.count += 1
            context.write(wrapOutboundOut(Self.answer), promise: nil)
        }
        pending.discardReadBytes()
        context.flush()
        if batch.count > 0 { ledger.take(batch) }
    }
}
