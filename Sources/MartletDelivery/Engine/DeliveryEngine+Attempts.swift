import MartletCore
import MartletService
import NIOCore
import Synchronization
import WebhookSigning

/// The way of an attempt: from a parcel to a signed request, and from its answer back to the dispatcher.
extension DeliveryEngine {
    private static let contentType = HeaderField(name: "Content-Type", value: "application/json")
    /// What is recorded in the place of an owner's own header's value.
    private static let masked = "•••"

    /// Starts attempts, those from elsewhere spread over the loops with one hop for each loop.
    func start(_ parcels: [Parcel], on loop: (any EventLoop)?) {
        guard !parcels.isEmpty else { return }
        if let loop {
            for parcel in parcels { attempt(parcel, on: loop) }
            return
        }
        let first = nextLoop.wrappingAdd(1, ordering: .relaxed).oldValue
        let share = (parcels.count + loops.count - 1) / loops.count
        for (index, start) in stride(from: 0, to: parcels.count, by: share).enumerated() {
            let part = parcels[start..<min(start + share, parcels.count)]
            let loop = loops[Int(UInt(bitPattern: first &+ index) % UInt(loops.count))]
            loop.execute { for parcel in part { self.attempt(parcel, on: loop) } }
        }
    }

    private func attempt(_ parcel: Parcel, on loop: any EventLoop) {
        if let fence, !fence.isOpen { return notMade(parcel) }
        let startedAt = clock.now()
        metrics.attemptStarted()
        let target = directory.target(parcel.delivery.endpoint)
        do throws(DeliveryTarget.Misconfiguration) {
            if let target, target.isListening { return try hand(parcel, target, at: startedAt, on: loop) }
            let (request, recorded) = try self.request(parcel, target, at: startedAt)
            sender.send(request, on: loop) { outcome in
                self.finished(parcel, target, startedAt, recorded, outcome, on: loop)
            }
        } catch {
            misconfigured(parcel, target, error, at: startedAt, on: loop)
        }
    }

    /// Records an attempt that could not be made.
    func misconfigured(
        _ parcel: Parcel, _ target: DeliveryTarget?, _ reason: DeliveryTarget.Misconfiguration, at startedAt: Timestamp,
        on loop: any EventLoop
    ) {
        let outcome = AttemptOutcome(
            result: .failure(AttemptFailure(.misconfigured, reason.message)), timing: AttemptTiming(total: 0),
            address: nil)
        let recorded = AttemptRequest(url: target?.endpoint.url ?? "", headers: [])
        // Not from within: a run of such failures would be as deep as it is long.
        loop.execute { self.finished(parcel, target, startedAt, recorded, outcome, on: loop) }
    }

    private func request(
        _ parcel: Parcel, _ target: DeliveryTarget?, at now: Timestamp
    ) throws(DeliveryTarget.Misconfiguration) -> (OutgoingRequest, AttemptRequest) {
        guard let target else { throw DeliveryTarget.Misconfiguration(message: "The webhook no longer exists.") }
        let url = try target.url.get()
        if target.requiresHTTPS, url.scheme == .http {
            throw DeliveryTarget.Misconfiguration(
                message: "The environment takes https alone, and the webhook's URL is plain http. Change the URL.")
        }
        let (headers, body, recorded) = try message(parcel, target, at: now)
        return (
            OutgoingRequest(url: url, headers: headers, body: body, timeout: target.profile.timeout, fence: fence),
            recorded
        )
    }

    /// What the receiver is sent, signed for this moment; and what of it is recorded.
    ///
    /// - Parameter original: the request that the event came in by, where the receiver gets its headers. They stand as they
    ///   came, and what would be added under a name that the sender used is left out.
    func message(
        _ parcel: Parcel, _ target: DeliveryTarget, at now: Timestamp, relaying original: OriginalRequest? = nil
    ) throws(DeliveryTarget.Misconfiguration) -> (
        headers: [HeaderField], body: ArraySlice<UInt8>, recorded: AttemptRequest
    ) {
        let body = parcel.event.body.slice(target.profile.envelope)
        var signed: [WebhookSigner.Header] = []
        signed.reserveCapacity(6)
        let signer = try target.signer(at: now, other: parcel.usesOtherSecret)
        do throws(WebhookSigningError) {
            try body.span.bytes.withUnsafeBytes { bytes throws(WebhookSigningError) in
                try signer.sign(
                    id: parcel.event.publicID, timestamp: now.seconds, body: bytes, into: &signed)
            }
        } catch {
            throw DeliveryTarget.Misconfiguration(message: error.description)
        }
        if let original { return relayed(original, body, target, signed) }
        var headers: [HeaderField] = []
        headers.reserveCapacity(signed.count + target.endpoint.headers.count + 2)
        if let carriage = parcel.event.body.carriage {
            // What the sender called its own signature must not stand beside ours under the same name.
            headers += carriage.headers.filter { carried in
                !signed.contains { $0.name.lowercased() == carried.name }
            }
        } else {
            headers.append(Self.contentType)
        }
        headers.append(userAgent)
        for (name, value) in signed { headers.append(HeaderField(name: name, value: value)) }
        var recorded = AttemptRequest(url: target.endpoint.url, headers: headers)
        if !target.endpoint.headers.isEmpty {
            headers += target.endpoint.headers
            recorded.headers += target.endpoint.headers.map { HeaderField(name: $0.name, value: Self.masked) }
        }
        return (headers, body, recorded)
    }

    private func relayed(
        _ original: OriginalRequest, _ body: ArraySlice<UInt8>, _ target: DeliveryTarget,
        _ signed: [WebhookSigner.Header]
    ) -> (headers: [HeaderField], body: ArraySlice<UInt8>, recorded: AttemptRequest) {
        var added: [HeaderField] = original.has(userAgent.name) ? [] : [userAgent]
        // All or none: an id of one and a signature of the other would fit nobody's secret.
        if !signed.contains(where: { original.has($0.name) }) {
            for (name, value) in signed { added.append(HeaderField(name: name, value: value)) }
        }
        let own = target.endpoint.headers.filter { !original.has($0.name) }
        return (
            original.headers + added + own, body,
            AttemptRequest(
                url: target.endpoint.url,
                headers: original.shown + added + own.map { HeaderField(name: $0.name, value: Self.masked) })
        )
    }

    func finished(
        _ parcel: Parcel, _ target: DeliveryTarget?, _ startedAt: Timestamp, _ recorded: AttemptRequest,
        _ outcome: AttemptOutcome, on loop: any EventLoop
    ) {
        let now = clock.now()
        if case .failure(let failure) = outcome.result, failure.code == .interrupted {
            // The service is stopping: the delivery stays as it stands in the store, and is attempted again.
            metrics.attemptNotMade()
            if target?.isListening ?? false { notTaken(parcel) } else if fence != nil { notMade(parcel) }
            return
        }
        let attempt = Attempt(
            id: identifiers.next(at: startedAt), delivery: parcel.delivery.id, number: parcel.nextNumber,
            startedAt: startedAt, request: recorded, outcome: outcome)
        let isAcknowledged = count(attempt, target, parcel, now: now)
        let otherIsWorthATry = outcome.isUnauthorised && target?.hasOtherSecret(at: now) ?? false
        // Drawing from the system costs a call to the kernel; an acknowledged delivery needs no jitter.
        let random = isAcknowledged ? 0.5 : Double.random(in: 0..<1)
        perform(on: loop) { state in
            state.dispatcher.attemptFinished(
                parcel, attempt: attempt, otherSecretIsWorthATry: otherIsWorthATry, now: now, random: random)
        }
    }

    /// Puts back what was to be attempted when this node had reason to believe that others take it for dead.
    private func notMade(_ parcel: Parcel) {
        putBack(parcel) { $0.attemptNotMade(parcel, now: $1) }
    }

    /// Tells the dispatcher that an attempt was not made after all, and whoever waits for its outcome that there is none.
    func putBack(_ parcel: Parcel, _ decide: (inout Dispatcher, Timestamp) -> [DispatchAction]) {
        let now = clock.now()
        var waiters: [CheckedContinuation<Void, Never>] = []
        perform { state in
            waiters = state.waiters.removeValue(forKey: parcel.delivery.id) ?? []
            return decide(&state.dispatcher, now)
        }
        for waiter in waiters { waiter.resume() }
    }

    private func count(_ attempt: Attempt, _ target: DeliveryTarget?, _ parcel: Parcel, now: Timestamp) -> Bool {
        let label: String
        var isAcknowledged = false
        switch attempt.outcome.result {
        case .failure(let failure): label = failure.code.rawValue
        case .response(let response):
            isAcknowledged = (target?.profile.success ?? .any2xx).accepts(response.status)
            label = isAcknowledged ? "acknowledged" : "refused"
        }
        let isFirst = isAcknowledged && attempt.number == 1 && parcel.delivery.cause == .publish
        metrics.attemptFinished(
            outcome: label, microseconds: attempt.outcome.timing.total,
            sinceAccepted: isFirst ? now.since(max(parcel.event.acceptedAt, parcel.due)) : nil)
        return isAcknowledged
    }
}
