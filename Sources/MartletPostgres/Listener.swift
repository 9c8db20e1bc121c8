import CPostgres
import MartletStore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Hears what other nodes tell: one connection that listens, on a thread that does nothing but wait for it.
final class Listener: Sendable {
    private struct State {
        /// The thread that listens, by its number; 0 for none.
        var current = 0
        var stream: AsyncStream<StoreNews>.Continuation?
        var threads = 0
        var isClosed = false
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    private let address: PostgresAddress
    private let membership: Membership
    private let state = Mutex(State())
    /// What is written to the one end is seen by the thread at the other.
    private let wakeUp: (read: Int32, write: Int32)

    /// How much news may wait to be taken; what goes beyond is dropped, and said to be lost.
    private static let capacity = 1024
    /// After how long without news the connection is asked whether it is still there, in milliseconds.
    private static let silence: Int32 = 15_000

    init(address: PostgresAddress, membership: Membership) {
        self.address = address
        self.membership = membership
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        for end in ends where end >= 0 {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        wakeUp = (ends[0], ends[1])
    }

    deinit {
        Glibc.close(wakeUp.read)
        Glibc.close(wakeUp.write)
    }

    /// Starts to listen; a stream that was there before ends.
    func news() -> AsyncStream<StoreNews> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: StoreNews.self, bufferingPolicy: .bufferingNewest(Self.capacity))
        let (number, before): (Int, AsyncStream<StoreNews>.Continuation?) = state.withLock { state in
            guard !state.isClosed else { return (0, nil) }
            defer { state.stream = continuation }
            state.current += 1
            state.threads += 1
            return (state.current, state.stream)
        }
        before?.finish()
        wake()
        if number == 0 {
            continuation.finish()
        } else if !startThread("listens", { [self] in listen(number, continuation) }) {
            // As good as a connection that is lost from the beginning: a poll finds what happened.
            ended(continuation)
        }
        return stream
    }

    /// Ends the stream, and returns when the connection is closed.
    func close() async {
        await withCheckedContinuation { closer in
            let isOver = state.withLock { state in
                state.isClosed = true
                if state.threads > 0 { state.closers.append(closer) }
                return state.threads == 0
            }
            wake()
            if isOver { closer.resume() }
        }
    }

    private func wake() {
        var byte: UInt8 = 1
        write(wakeUp.write, &byte, 1)
    }

    private func isWanted(_ number: Int) -> Bool {
        state.withLock { !$0.isClosed && $0.current == number }
    }

    private func ended(_ continuation: AsyncStream<StoreNews>.Continuation) {
        continuation.finish()
        let closers = state.withLock { state in
            state.threads -= 1
            guard state.threads == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.closers = [] }
            return state.closers
        }
        for closer in closers { closer.resume() }
    }

    // MARK: On the thread

    private func listen(_ number: Int, _ continuation: AsyncStream<StoreNews>.Continuation) {
        let session = Session(address)
        var heard: Connection?
        while isWanted(number) {
            do throws(StoreError) {
                let connection = try session.connected()
                if connection !== heard {
                    try subscribe(connection)
                    heard = connection
                    // Before it, or while it was away, something may have happened.
                    tell(.lost, continuation)
                }
                try wait(on: connection)
                try deliver(from: connection, to: continuation)
            } catch {
                heard = nil
                pause()
            }
        }
        heard = nil
        ended(continuation)
    }

    private func subscribe(_ connection: Connection) throws(StoreError) {
        let rows = try connection.query("SELECT \(News.channel)")
        try connection.execute("LISTEN \(rows.first?.text(0) ?? "martlet")")
    }

    /// Waits until there is something to read, or the thread is woken, or it has been silent for long.
    private func wait(on connection: Connection) throws(StoreError) {
        var sockets = [
            pollfd(fd: PQsocket(connection.handle), events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeUp.read, events: Int16(POLLIN), revents: 0),
        ]
        if poll(&sockets, 2, Self.silence) == 0 { try connection.execute("SELECT 1") }
        drain()
    }

    /// Waits before the next try, and no longer once the thread is woken.
    private func pause() {
        var socket = pollfd(fd: wakeUp.read, events: Int16(POLLIN), revents: 0)
        _ = poll(&socket, 1, 200)
        drain()
    }

    private func drain() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(wakeUp.read, &bytes, bytes.count) > 0 {}
    }

    private func deliver(
        from connection: Connection, to continuation: AsyncStream<StoreNews>.Continuation
    ) throws(StoreError) {
        guard PQconsumeInput(connection.handle) == 1 else { throw connection.failure(nil) }
        while let notification = PQnotifies(connection.handle) {
            defer { PQfreemem(notification) }
            let (node, news) = News.read(String(cString: notification.pointee.extra))
            // A node's own news is none to it.
            if node != membership.owner { tell(news, continuation) }
        }
    }

    private func tell(_ news: StoreNews, _ continuation: AsyncStream<StoreNews>.Continuation) {
        if case .dropped = continuation.yield(news) { continuation.yield(.lost) }
    }
}

/// A value that is known later than what refers to it.
final class Later<Value: Sendable>: Sendable {
    private let state = Mutex<Value?>(nil)

    var value: Value? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
