import MartletCore
import NIOCore
import NIOPosix

/// The sender's half that lives on one event loop: its origins, its connections, its deadlines.
///
/// Nothing here is shared with another loop, so a request takes no lock and hops nowhere.
final class SenderLoop {
    let limits: SenderLimits
    /// Whether connections are kept for another request.
    let keepsAlive: Bool

    private let eventLoop: any EventLoop
    private let policy: EgressPolicy
    private let resolver: any AddressResolver
    private let tls: LazyTLSContext
    private let mostConnections: Int

    private var origins: [Origin.Key: Origin] = [:]
    private var connections = ConnectionTable()
    private var deadlines = DeadlineQueue()
    private var alarm: (time: NIODeadline, task: Scheduled<Void>)?
    private var outstanding = 0
    private var isClosed = false
    private var drained: [EventLoopPromise<Void>] = []
    /// Whether a caller of ``send(_:completion:)`` is still on the stack: its completion must wait.
    private var isSending = false

    init(
        eventLoop: any EventLoop, policy: EgressPolicy, resolver: any AddressResolver, limits: SenderLimits,
        tls: LazyTLSContext, mostConnections: Int
    ) {
        self.eventLoop = eventLoop
        self.policy = policy
        self.resolver = resolver
        self.limits = limits
        self.tls = tls
        self.mostConnections = mostConnections
        keepsAlive = limits.idleConnectionsPerOrigin > 0
    }

    // MARK: - The way of a request

    func send(_ request: OutgoingRequest, completion: @escaping @Sendable (AttemptOutcome) -> Void) {
        let wasSending = isSending
        isSending = true
        defer { isSending = wasSending }

        let now = NIODeadline.now()
        let key = Origin.Key(request.url)
        let known = origins[key]
        let origin = known ?? Origin(request.url)
        let exchange = Exchange(
            request: request, origin: origin, loop: self, started: now, completion: completion)
        outstanding += 1
        guard !isClosed else { return finish(exchange, with: .failure(Self.interrupted)) }
        if known == nil {
            // The rules for the URL itself are applied once an origin; those for addresses at every lookup.
            do {
                try policy.vet(request.url)
            } catch {
                return finish(exchange, with: .failure(AttemptFailure(.addressRefused, error.message)))
            }
            remember(origin)
        }
        advance(exchange, now)
    }

    /// Gives the exchange a connection, or the lookup that must come first.
    private func advance(_ exchange: Exchange, _ now: NIODeadline) {
        let origin = exchange.origin
        guard origin.isResolved(now) else {
            watch(exchange)
            origin.waiting.append(exchange)
            resolve(origin)
            return
        }
        connect(exchange, now)
    }

    /// Gives the exchange, whose origin has just been resolved or is still believed, a connection.
    private func connect(_ exchange: Exchange, _ now: NIODeadline) {
        let origin = exchange.origin
        while let connection = origin.idle.popLast() {
            connections.noteBusy(connection)
            guard connection.deadline > now else {
                connection.retire()
                connection.close(.politely)
                continue
            }
            exchange.isOnReusedConnection = true
            exchange.address = connection.address
            exchange.milestone = now
            deadlines.remove(exchange)
            return connection.begin(exchange)
        }
        connectAnew(exchange, now)
    }

    private func remember(_ origin: Origin) {
        if origins.count >= limits.origins {
            // Those in use stay: connections and callers bound their number.
            origins = origins.filter { !$0.value.idle.isEmpty || $0.value.isResolving }
        }
        origins[origin.key] = origin
        if case .address(let address) = origin.key.host { origin.believe([address], until: .distantFuture) }
    }

    // MARK: - Resolving

    private func resolve(_ origin: Origin) {
        guard !origin.isResolving, case .name(let name) = origin.key.host else { return }
        origin.isResolving = true
        let bound = NIOLoopBound((self, origin), eventLoop: eventLoop)
        resolver.resolve(name, on: eventLoop).hop(to: eventLoop).whenComplete { result in
            let (loop, origin) = bound.value
            loop.resolved(origin, name, result)
        }
    }

    private func resolved(_ origin: Origin, _ name: String, _ result: Result<[IPAddress], any Error>) {
        origin.isResolving = false
        let waiting = origin.waiting
        origin.waiting = []
        let now = NIODeadline.now()
        do {
            let addresses = try result.get()
            try policy.vet(addresses: addresses, of: name)
            origin.believe(addresses, until: now + TimeAmount(limits.resolutionLifetime))
            // Connections to where the name no longer points are not to be used again.
            close(origin.idle.filter { !addresses.contains($0.address) })
            for exchange in waiting where exchange.phase == .resolving {
                exchange.timing.resolve = exchange.lap(now)
                connect(exchange, now)
            }
        } catch {
            let failure = Self.failure(error, resolving: name)
            if failure.code == .addressRefused {
                origin.forget()
                close(origin.idle)
            }
            for exchange in waiting where exchange.phase == .resolving {
                exchange.timing.resolve = exchange.lap(now)
                finish(exchange, with: .failure(failure), at: now)
            }
        }
    }

    private static func failure(_ error: any Error, resolving name: String) -> AttemptFailure {
        switch error {
        case let refusal as EgressRefusal:
            if case .noAddress = refusal.reason { return AttemptFailure(.dnsNotFound, refusal.message) }
            return AttemptFailure(.addressRefused, refusal.message)
        case let failure as ResolutionFailure:
            switch failure.code {
            case .notFound: return AttemptFailure(.dnsNotFound, failure.message)
            case .failed: return AttemptFailure(.dnsFailed, failure.message)
            case .timedOut: return AttemptFailure(.dnsTimeout, failure.message)
            }
        default:
            return AttemptFailure(.dnsFailed, "Cannot resolve '\(name)': \(error).")
        }
    }

    // MARK: - Connecting

    private func connectAnew(_ exchange: Exchange, _ now: NIODeadline) {
        exchange.isOnReusedConnection = false
        exchange.untried = exchange.origin.addresses.prefix(limits.addressesTried)
        exchange.milestone = now
        exchange.phase = .connecting
        watch(exchange)
        connectNext(exchange, now)
    }

    /// Dials the first address that has not been tried.
    private func connectNext(_ exchange: Exchange, _ now: NIODeadline) {
        guard let address = exchange.untried.popFirst() else { return }
        let context: TLSContext?
        do {
            context = exchange.origin.key.scheme == .https ? try tls.get(for: exchange.origin.serverName) : nil
        } catch {
            let message = "TLS cannot be set up on the sending machine: \(error)."
            return finish(exchange, with: .failure(AttemptFailure(.tlsFailed, message)))
        }
        while connections.count >= mostConnections, let oldest = connections.oldestIdle {
            close([oldest])
        }
        let connection = Connection(to: address, of: exchange.origin, for: exchange, loop: self, now: now)
        connections.insert(connection)
        exchange.connection = connection
        exchange.address = address

        let bound = NIOLoopBound(connection, eventLoop: eventLoop)
        let peer: SocketAddress
        do {
            peer = try address.socketAddress(port: exchange.origin.key.port)
        } catch {
            return connection.connectFailed(error)
        }
        // Each address gets its share of the time, so that one that swallows packets leaves some for the next.
        let left = (exchange.deadline - now).nanoseconds
        ClientBootstrap(group: eventLoop)
            .connectTimeout(.nanoseconds(left / Int64(exchange.untried.count + 1)))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try bound.value.install(in: channel, tls: context)
                }
            }
            // The address itself: resolving its name again could give another one.
            .connect(to: peer)
            .whenFailure { bound.value.connectFailed($0) }
    }

    /// The connection to `address` could not be opened.
    func connectFailed(_ exchange: Exchange, to address: IPAddress, _ error: any Error) {
        let now = NIODeadline.now()
        if (error as? IOError)?.isShortageOfFiles == true, connections.oldestIdle != nil {
            // Idle connections are the first to go where the process has no descriptor left.
            for _ in 0..<32 {
                guard let idle = connections.oldestIdle else { break }
                idle.retire()
                idle.close(.now)
            }
            exchange.untried = [address] + exchange.untried
        }
        if !exchange.untried.isEmpty, exchange.deadline > now { return connectNext(exchange, now) }
        exchange.timing.connect = exchange.lap(now)
        let failure = AttemptFailure.connecting(
            to: address, port: exchange.origin.key.port, timeout: exchange.request.timeout, error)
        finish(exchange, with: .failure(failure), at: now)
    }

    /// The exchange has its connection, whose deadline it is from now on.
    func connected(_ exchange: Exchange) {
        deadlines.remove(exchange)
    }

    /// Sends the request once more on a new connection, where a reused one closed at once and without a byte: the
    /// receiver closed it for idleness as the request was on its way. Returns whether that is so.
    ///
    /// A receiver that read the request and then died looks the same; it may get the request twice, with the same
    /// `webhook-id`. The alternative, a failed attempt for every lost race, would delay deliveries by minutes.
    func resend(_ exchange: Exchange) -> Bool {
        let now = NIODeadline.now()
        guard exchange.isOnReusedConnection, !exchange.wasSentBefore, !isClosed, exchange.deadline > now,
            now - exchange.milestone < TimeAmount(limits.resendWindow), exchange.origin.isResolved(now)
        else { return false }
        exchange.wasSentBefore = true
        connectAnew(exchange, now)
        return true
    }

    // MARK: - Connections

    /// Takes a connection whose exchange is over for the next one.
    func park(_ connection: Connection, _ now: NIODeadline) {
        let origin = connection.origin
        guard !isClosed, keepsAlive, origin.addresses.contains(connection.address) else {
            connection.retire()
            connection.close(.politely)
            return
        }
        if origin.idle.count >= limits.idleConnectionsPerOrigin {
            connection.deadline = min(connection.deadline, now + TimeAmount(limits.burstTimeout))
        }
        origin.idle.append(connection)
        connections.noteIdle(connection)
        watch(connection)
    }

    /// Forgets a connection that is closing.
    func drop(_ connection: Connection, wasIdle: Bool) {
        deadlines.remove(connection)
        connections.remove(connection)
        // Those that go are among the ones that have been idle for longest.
        if wasIdle, let index = connection.origin.idle.firstIndex(where: { $0 === connection }) {
            connection.origin.idle.remove(at: index)
        }
    }

    private func close(_ idle: [Connection]) {
        for connection in idle {
            connection.retire()
            connection.close(.politely)
        }
    }

    // MARK: - Deadlines

    /// Sees to it that the target's deadline is kept.
    func watch(_ target: Timed) {
        deadlines.note(target)
        setAlarm()
    }

    private func setAlarm() {
        guard let next = deadlines.next else { return }
        if let alarm {
            guard next < alarm.time else { return }
            alarm.task.cancel()
        }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        alarm = (next, eventLoop.scheduleTask(deadline: next) { bound.value.ring() })
    }

    private func ring() {
        alarm = nil
        let now = NIODeadline.now()
        while let due = deadlines.popDue(now) { due.deadlinePassed() }
        setAlarm()
    }

    /// The time of an exchange is up before it had a connection.
    func deadlinePassed(for exchange: Exchange) {
        let now = NIODeadline.now()
        let within = "within \(exchange.request.timeout.spoken)"
        let failure: AttemptFailure
        switch exchange.phase {
        case .resolving:
            exchange.timing.resolve = exchange.lap(now)
            exchange.origin.waiting.removeAll { $0 === exchange }
            let host = exchange.origin.key.host
            failure = AttemptFailure(.dnsTimeout, "No answer from the name servers for '\(host)' \(within).")
        case .connecting:
            exchange.timing.connect = exchange.lap(now)
            failure = .connecting(
                to: exchange.address ?? IPAddress(v4: 0), port: exchange.origin.key.port,
                timeout: exchange.request.timeout, ChannelError.connectTimeout(.zero))
        case .securing:
            exchange.timing.tls = exchange.lap(now)
            failure = AttemptFailure(.tlsTimeout, "The TLS handshake was not over \(within).")
        case .exchanging, .over:
            return
        }
        let connection = exchange.connection
        connection?.retire()
        connection?.close(.now)
        finish(exchange, with: .failure(failure), at: now)
    }

    // MARK: - Ending

    private static let interrupted = AttemptFailure(
        .interrupted, "The service stopped before the exchange was over.")

    func finish(_ exchange: Exchange, with result: AttemptOutcome.Result, at now: NIODeadline = .now()) {
        guard let (completion, outcome) = exchange.conclude(result, at: now) else { return }
        deadlines.remove(exchange)
        outstanding -= 1
        if isSending {
            eventLoop.execute { completion(outcome) }
        } else {
            completion(outcome)
        }
        if outstanding == 0, !drained.isEmpty {
            let promises = drained
            drained = []
            for promise in promises { promise.succeed() }
        }
    }

    /// Takes no more requests; succeeds once those under way are over.
    func drain(_ promise: EventLoopPromise<Void>) {
        isClosed = true
        close(connections.all.filter(\.isIdle))
        if outstanding == 0 { promise.succeed() } else { drained.append(promise) }
    }

    /// Ends everything under way.
    func interrupt() {
        isClosed = true
        for origin in origins.values {
            let waiting = origin.waiting
            origin.waiting = []
            for exchange in waiting { finish(exchange, with: .failure(Self.interrupted)) }
        }
        for connection in connections.all { connection.interrupt(with: Self.interrupted) }
        alarm?.task.cancel()
        alarm = nil
    }
}
