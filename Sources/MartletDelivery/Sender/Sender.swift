public import MartletCore
public import NIOCore

/// Sends webhooks: our own small HTTP/1.1 client on NIO.
///
/// What no general client offers, and this product lives by: the address that was vetted is the one that is dialled,
/// with the name in `Host` and in TLS; one deadline spans resolving, connecting, TLS, the request and the whole
/// response; a response's body is cut off at a bound and kept as it is; the time is split by phase.
///
/// Connections are kept alive per origin and event loop, vetted anew whenever the name is resolved anew. Redirects are
/// never followed, bodies never decompressed. What goes wrong is an ``AttemptFailure``, never an error thrown.
public final class Sender: Sendable {
    private let loops: [(loop: any EventLoop, state: NIOLoopBoundBox<SenderLoop>)]
    private let group: any EventLoopGroup

    /// - Parameters:
    ///   - group: The loops that connections live on.
    ///   - policy: What may be connected to. Every address of every lookup is judged by it before one is dialled.
    ///   - resolver: Where addresses come from.
    ///   - trustRoots: The authorities that may vouch for a receiver.
    public init(
        group: any EventLoopGroup, policy: EgressPolicy, resolver: any AddressResolver,
        limits: SenderLimits = SenderLimits(), trustRoots: TrustRoots = .system
    ) {
        let tls = LazyTLSContext(trustRoots)
        let eventLoops = Array(group.makeIterator())
        let share = max(1, limits.connections / max(1, eventLoops.count))
        self.group = group
        loops = eventLoops.map { loop in
            let state = SenderLoop(
                eventLoop: loop, policy: policy, resolver: resolver, limits: limits, tls: tls, mostConnections: share)
            return (loop, NIOLoopBoundBox.makeBoxSendingValue(state, eventLoop: loop))
        }
    }

    /// Sends a request.
    ///
    /// - Parameters:
    ///   - loop: One of the group's loops, best the one that the caller is on; `nil` for any.
    ///   - completion: Called exactly once, on that loop, and never before this returns.
    public func send(
        _ request: OutgoingRequest, on loop: (any EventLoop)? = nil,
        completion: @escaping @Sendable (AttemptOutcome) -> Void
    ) {
        let loop = loop ?? group.any()
        guard let state = loops.first(where: { $0.loop === loop })?.state else {
            preconditionFailure("The event loop is not of the sender's group.")
        }
        if loop.inEventLoop {
            state.value.send(request, completion: completion)
        } else {
            loop.execute { state.value.send(request, completion: completion) }
        }
    }

    /// Sends a request and waits for its outcome, which comes at its deadline at the latest.
    public func send(_ request: OutgoingRequest) async -> AttemptOutcome {
        await withCheckedContinuation { continuation in
            send(request) { continuation.resume(returning: $0) }
        }
    }

    /// Takes no more requests and waits until those under way are over, which their deadlines bound.
    public func drain() async {
        for (loop, state) in loops {
            let promise = loop.makePromise(of: Void.self)
            loop.execute { state.value.drain(promise) }
            // The promise is never failed, and where the group is gone there is nothing to wait for.
            try? await promise.futureResult.get()
        }
    }

    /// Ends at once: requests under way end as `interrupted`, as does any sent later, and all connections are closed.
    public func shutdown() async {
        for (loop, state) in loops {
            try? await loop.submit { state.value.interrupt() }.get()
        }
    }
}
