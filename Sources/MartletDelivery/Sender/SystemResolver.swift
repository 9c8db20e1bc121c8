public import MartletCore
public import NIOCore
import NIOPosix
import Synchronization

/// The machine's own resolver (`getaddrinfo`, with all that `nsswitch.conf` says), on threads of its own.
///
/// A lookup cannot be taken back once it has begun, and one for a dead domain holds its thread for tens of seconds. So
/// one name is looked up once at a time, whoever asks; names that were slow before may hold only half of the threads;
/// and what waits is bounded.
public final class SystemResolver: AddressResolver {
    typealias Lookup = @Sendable (_ host: String) -> Result<[IPAddress], ResolutionFailure>

    /// What waits for lookups, and what runs.
    private struct Queue {
        var askers: [String: [EventLoopPromise<[IPAddress]>]] = [:]
        var usual = CircularBuffer<String>()
        var slow = CircularBuffer<String>()
        var running = 0
        var slowRunning = 0
        /// Names whose last lookup was slow.
        var knownSlow: Set<String> = []
        /// A service that delivers to nobody needs no threads.
        var hasThreads = false
        var isShutDown = false
    }

    private let pool: NIOThreadPool
    private let threads: Int
    private let longestQueue: Int
    private let slowness: Duration
    private let lookup: Lookup
    private let queue = Mutex(Queue())

    /// - Parameters:
    ///   - threads: Lookups at once.
    ///   - queueLimit: Names that wait for a thread; beyond it, lookups fail at once.
    public convenience init(threads: Int = 8, queueLimit: Int = 4096) {
        self.init(threads: threads, queueLimit: queueLimit, slowness: .seconds(1), lookup: SystemLookup.addresses)
    }

    init(threads: Int, queueLimit: Int, slowness: Duration, lookup: @escaping Lookup) {
        self.threads = max(2, threads)
        self.longestQueue = queueLimit
        self.slowness = slowness
        self.lookup = lookup
        pool = NIOThreadPool(numberOfThreads: self.threads)
    }

    public func resolve(_ host: String, on loop: any EventLoop) -> EventLoopFuture<[IPAddress]> {
        let promise = loop.makePromise(of: [IPAddress].self)
        let refusal: ResolutionFailure? = queue.withLock { queue in
            if queue.isShutDown { return ResolutionFailure(.failed, "The resolver was shut down.") }
            if queue.askers[host] != nil {
                queue.askers[host]?.append(promise)
                return nil
            }
            guard queue.usual.count + queue.slow.count < longestQueue else {
                return ResolutionFailure(.failed, "The resolver is busy: too many names wait to be looked up.")
            }
            if !queue.hasThreads {
                // In the lock: a shutdown comes before it or after it.
                pool.start()
                queue.hasThreads = true
            }
            queue.askers[host] = [promise]
            if queue.knownSlow.contains(host) { queue.slow.append(host) } else { queue.usual.append(host) }
            return nil
        }
        if let refusal { promise.fail(refusal) } else { startLookups() }
        return promise.futureResult
    }

    /// Fails what waits, and lets the threads go as their lookups end; does not wait for them.
    public func shutdown() {
        let askers = queue.withLock { queue in
            queue.isShutDown = true
            queue.usual.removeAll()
            queue.slow.removeAll()
            defer { queue.askers = [:] }
            return queue.askers
        }
        for promise in askers.values.joined() {
            promise.fail(ResolutionFailure(.failed, "The resolver was shut down."))
        }
        pool.shutdownGracefully { _ in }
    }

    private func startLookups() {
        while let (host, isSlow) = takeNext() {
            pool.submit { [self] state in
                guard state == .active else { return }
                let started = NIODeadline.now()
                let result = lookup(host)
                end(host, result, wasSlow: NIODeadline.now() - started > TimeAmount(slowness), ranAsSlow: isSlow)
                startLookups()
            }
        }
    }

    private func takeNext() -> (host: String, isSlow: Bool)? {
        queue.withLock { queue in
            guard queue.running < threads else { return nil }
            if let host = queue.usual.popFirst() {
                queue.running += 1
                return (host, false)
            }
            guard queue.slowRunning < threads / 2, let host = queue.slow.popFirst() else { return nil }
            queue.running += 1
            queue.slowRunning += 1
            return (host, true)
        }
    }

    private func end(
        _ host: String, _ result: Result<[IPAddress], ResolutionFailure>, wasSlow: Bool, ranAsSlow: Bool
    ) {
        let askers = queue.withLock { queue in
            queue.running -= 1
            if ranAsSlow { queue.slowRunning -= 1 }
            if wasSlow {
                // Forgetting is harmless: the next lookup tells.
                if queue.knownSlow.count >= 4096 { queue.knownSlow.removeAll() }
                queue.knownSlow.insert(host)
            } else {
                queue.knownSlow.remove(host)
            }
            return queue.askers.removeValue(forKey: host) ?? []
        }
        for promise in askers { promise.completeWith(result.mapError { $0 as any Error }) }
    }
}
