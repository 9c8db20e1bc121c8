import Logging
import MartletCore
import MartletStore
import WebhookSigning

/// Receives what senders send to sources: admits, judges, keeps, answers.
public struct InboundService: Sendable {
    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    /// The largest body of a request that was refused which the log keeps, in bytes.
    static let longestRefusedBody = 256 << 10

    /// Decides by what comes before a request's body whether that is read at all.
    public func admit(_ head: InboundHead) -> InboundAdmission {
        let now = context.time.now()
        guard let token = SourceToken(head.token), let inlet = context.directory.inlet(token, at: now) else {
            return .refused(.notFound)
        }
        let address = head.address.flatMap { IPAddress($0) }
        let visit = InboundVisit(inlet: inlet, head: head, address: address, receivedAt: now)
        guard inlet.source.isActive else {
            note(visit, .inactive)
            return .refused(.notFound)
        }
        if case .limited(let scope, let retryAfter) = inlet.admit(address, at: now) {
            note(visit, .limited(scope, retryAfter: retryAfter))
            return .refused(.limited(retryAfter: retryAfter))
        }
        let limit = inlet.source.limits.maxBodySize
        if let length = head.length, length > limit { return .refused(tooLarge(visit)) }
        return .open(visit, limit: limit)
    }

    /// Admits a request that ``admit(_:)`` would admit too. Of any other, `nil`, and nothing has happened: whoever goes on to
    /// ``admit(_:)`` with it is told what to answer.
    public func admitSilently(_ head: InboundHead) -> InboundVisit? {
        let now = context.time.now()
        guard let token = SourceToken(head.token), let inlet = context.directory.inlet(token, at: now),
            inlet.source.isActive, let length = head.length, length <= inlet.source.limits.maxBodySize
        else { return nil }
        let address = head.address.flatMap { IPAddress($0) }
        guard case .allowed = inlet.admit(address, at: now) else { return nil }
        return InboundVisit(inlet: inlet, head: head, address: address, receivedAt: now)
    }

    /// Judges an admitted request, for a caller that does not wait.
    ///
    /// - Parameter answer: called once what is believed is durable, or could not be made so; or at once where the request is
    ///   not believed. On any thread, and not to do work there.
    /// - Returns: whether `answer` is, or was, called. Where it is not, nothing has happened: ``receive(_:body:)`` does what
    ///   there is to do, such as answering a handshake.
    public func receive(
        _ visit: InboundVisit, body: [UInt8], answer: @escaping @Sendable (InboundAnswer) -> Void
    ) -> Bool {
        let inlet = visit.inlet
        guard let receiver = try? inlet.receiver(at: visit.receivedAt) else { return false }
        let request = WebhookRequest(
            method: visit.head.method, url: visit.head.url, headers: visit.head.headers.map { ($0.name, $0.value) },
            body: body, remoteAddress: visit.address?.description)
        switch judged(request, by: receiver, of: inlet, at: visit.receivedAt) {
        case .answered: return false
        case .refused(let verdict):
            guard !inlet.wantsToTell(at: visit.receivedAt) else { return false }
            let stored = keep(visit, verdict, body: body, preset: receiver.preset)
            context.metrics.received(verdict)
            if !inlet.takesLog(of: verdict, at: visit.receivedAt) || !context.committer.log(stored) {
                context.metrics.requestNotLogged()
            }
            answer(.unauthorised)
            return true
        case .accepted(let acceptance):
            let acknowledgement = receiver.preset.acknowledgement
            do throws(ServiceError) {
                let prepared = try prepare(visit, acceptance, body, preset: receiver.preset)
                try context.committer.accept(prepared.acceptance) { result in
                    do throws(ServiceError) {
                        _ = try settle(prepared, try result.get())
                        answer(.answer(acknowledgement))
                    } catch {
                        answer(.unavailable(error))
                    }
                }
            } catch {
                answer(.unavailable(error))
            }
            return true
        }
    }

    /// Notes that a body turned out to be larger than the source takes.
    public func tooLarge(_ visit: InboundVisit) -> InboundAnswer {
        note(visit, .tooLarge(limit: visit.inlet.source.limits.maxBodySize))
        return .tooLarge
    }

    /// Judges an admitted request. What is believed is durable when this returns.
    public func receive(_ visit: InboundVisit, body: [UInt8]) async -> InboundAnswer {
        await receiveTold(visit, body: body).answer
    }

    /// What a request came to.
    struct Told {
        var answer: InboundAnswer
        /// The request as it is kept, where it is.
        var request: StoredRequest?
    }

    /// As ``receive(_:body:)``, telling what was kept.
    ///
    /// - Parameter trial: judges in the stead of the source's own receiver.
    func receiveTold(_ visit: InboundVisit, body: [UInt8], by trial: WebhookReceiver? = nil) async -> Told {
        let inlet = visit.inlet
        let receiver: WebhookReceiver
        do throws(Inlet.Misconfiguration) {
            if let trial { receiver = trial } else { receiver = try inlet.receiver(at: visit.receivedAt) }
        } catch {
            context.log.error(
                "a source cannot judge its requests",
                metadata: ["source": "\(inlet.source.id)", "error": "\(error.message)"])
            let verdict = RequestVerdict.refused(code: "source_misconfigured", reason: error.message)
            return await refused(visit, body, verdict, preset: nil)
        }
        let request = WebhookRequest(
            method: visit.head.method, url: visit.head.url, headers: visit.head.headers.map { ($0.name, $0.value) },
            body: body, remoteAddress: visit.address?.description)
        switch judged(request, by: receiver, of: inlet, at: visit.receivedAt) {
        case .refused(let verdict):
            return await refused(visit, body, verdict, preset: receiver.preset)
        case .answered(let answer):
            let stored = keep(visit, .answered(status: answer.status), body: body, preset: receiver.preset)
            await log(stored, of: visit)
            return Told(answer: .answer(answer), request: stored)
        case .accepted(let acceptance):
            do throws(ServiceError) {
                let kept = try await accept(visit, acceptance, body, preset: receiver.preset)
                return Told(answer: .answer(receiver.preset.acknowledgement), request: kept)
            } catch {
                return Told(answer: .unavailable(error), request: nil)
            }
        }
    }

    // MARK: Judging

    /// What a request is, before anything is done about it.
    enum Judgement {
        case accepted(WebhookSigning.Acceptance)
        case answered(WebhookAnswer)
        case refused(RequestVerdict)
    }

    /// Judges a request.
    ///
    /// - Parameter now: when it arrived.
    func judged(
        _ request: WebhookRequest, by receiver: WebhookReceiver, of inlet: Inlet, at now: Timestamp
    ) -> Judgement {
        let noSecret = RequestVerdict.refused(code: "no_secret", reason: inlet.reasonWithoutSecret)
        switch receiver.receive(request, now: now.seconds) {
        case .refused(let failure): return .refused(inlet.lacksSecret ? noSecret : .refused(failure))
        case .answered(let answer): return inlet.cannotAnswer ? .refused(noSecret) : .answered(answer)
        case .accepted(let acceptance):
            // A handshake is all that these bring. What they carried besides, nobody would have meant as an event.
            guard request.method != "GET", request.method != "OPTIONS", request.method != "HEAD" else {
                return .refused(
                    .refused(
                        code: "no_event",
                        reason: "A \(request.method) request brings no event, and this is no handshake."))
            }
            return .accepted(acceptance)
        }
    }

    // MARK: Accepting

    /// Makes an event of a request that was believed, and both durable with the event's deliveries.
    ///
    /// - Parameter id: the request's place in the log, where it has one already.
    /// - Returns: the request as it is kept.
    func accept(
        _ visit: InboundVisit, _ acceptance: WebhookSigning.Acceptance, _ body: [UInt8], preset: WebhookPreset,
        as id: RequestID? = nil
    ) async throws(ServiceError) -> StoredRequest {
        let prepared = try prepare(visit, acceptance, body, preset: preset, as: id)
        return try settle(prepared, try await context.committer.accept(prepared.acceptance))
    }

    /// A request that was believed with what it is to become.
    private struct Prepared: Sendable {
        var request: StoredRequest
        var acceptance: MartletStore.Acceptance
    }

    private func prepare(
        _ visit: InboundVisit, _ acceptance: WebhookSigning.Acceptance, _ body: [UInt8], preset: WebhookPreset,
        as id: RequestID? = nil
    ) throws(ServiceError) -> Prepared {
        let source = visit.inlet.source
        let now = context.time.now()
        let type = source.typing.type(of: acceptance.eventType)
        let eventID = context.identifiers.next(EventKind.self, at: now)
        let audience = context.directory.audience(
            for: type, application: source.application, source: source.id, in: source.environment)
        let subscribers = audience.members(for: body[...])
        guard subscribers.count <= context.limits.deliveriesPerEvent else {
            throw ServiceError(
                .unavailable, "too_many_deliveries",
                "\(subscribers.count) endpoints subscribe to this; an event goes to "
                    + "\(context.limits.deliveriesPerEvent) at most.", retryAfter: .seconds(60))
        }
        let request = keep(
            visit, .accepted(eventID), id: id, body: [], size: body.count, preset: preset, acceptance: acceptance)
        let event = Event(
            id: eventID, environment: source.environment, chosenID: nil, type: type, application: source.application,
            created: now, acceptedAt: now, isTest: visit.isTest, deliveryCount: subscribers.count,
            body: EventBody(
                carrying: body,
                with: Carriage(
                    source: source.id, request: request.id,
                    headers: Self.carried(visit.head.headers, visit.inlet.keptHeaders))))
        let deliveries = subscribers.map { subscriber in
            Delivery(
                id: context.identifiers.next(at: now), environment: source.environment, event: eventID,
                endpoint: subscriber.endpoint, application: subscriber.application, cause: .publish, createdAt: now,
                turn: subscriber.turn(of: event, due: now), state: .scheduled(due: now))
        }
        let stamp = acceptance.eventID.flatMap { sentID in
            source.duplicateWindow > .zero
                ? IdempotencyStamp(
                    source: source.id, environment: source.environment, sentID: sentID,
                    window: source.duplicateWindow, at: now) : nil
        }
        return Prepared(
            request: request,
            acceptance: MartletStore.Acceptance(
                entries: [.init(event: event, deliveries: deliveries)], stamp: stamp, request: request))
    }

    /// The request as it is kept, now that it is known what became of it.
    private func settle(
        _ prepared: Prepared, _ result: AcceptanceResult
    ) throws(ServiceError) -> StoredRequest {
        guard let kept = prepared.request.judged(by: result) else {
            throw ServiceError(.conflict, "event_id_taken", "The sender's id is taken by something else.")
        }
        context.metrics.received(kept.verdict)
        guard case .accepted = kept.verdict else { return kept }
        context.metrics.accepted(events: 1, deliveries: prepared.acceptance.entries[0].deliveries.count)
        return kept
    }

    /// The content type first, then what the source keeps, in the order and the number in which it came.
    private static func carried(_ headers: [HeaderField], _ kept: Set<String>) -> [HeaderField] {
        var carried: [HeaderField] = []
        for header in headers {
            let name = header.name.lowercased()
            if name == Carriage.contentTypeName {
                // One is all that a message may have; the first counts, as for whoever verified it.
                guard carried.first?.name != name else { continue }
                carried.insert(HeaderField(name: name, value: header.value), at: 0)
            } else if kept.contains(name) {
                carried.append(HeaderField(name: name, value: header.value))
            }
        }
        return carried
    }

    // MARK: Refusing

    private func refused(
        _ visit: InboundVisit, _ body: [UInt8], _ verdict: RequestVerdict, preset: WebhookPreset?
    ) async -> Told {
        let inlet = visit.inlet
        let stored = keep(visit, verdict, body: body, preset: preset)
        let isLogged = await log(stored, of: visit)
        if isLogged, !visit.isTest, inlet.shouldTellOfRefusal(at: visit.receivedAt) {
            await tell(stored, of: inlet.source)
        }
        return Told(answer: .unauthorised, request: stored)
    }

    private func tell(_ request: StoredRequest, of source: Source) async {
        guard case .refused(let code, let reason) = request.verdict,
            let environment = context.directory.environment(source.environment)
        else { return }
        let now = context.time.now()
        let event = OperationalEvent.refusing(
            source, owner: source.application ?? environment.defaultApplication, request: request.id, code: code,
            reason: reason, id: context.identifiers.next(at: now), at: now)
        do throws(StoreError) {
            try await OperationalJournal(store: context.store).record([event], at: now)
        } catch {
            context.log.error(
                "that a source refuses could not be recorded",
                metadata: ["source": "\(source.id)", "error": "\(error)"])
        }
    }

    /// Counts a request that is not read, and logs it.
    private func note(_ visit: InboundVisit, _ verdict: RequestVerdict) {
        let inlet = visit.inlet
        guard inlet.takesLog(of: verdict, at: visit.receivedAt) else {
            context.metrics.received(verdict)
            return context.metrics.requestNotLogged()
        }
        context.metrics.received(verdict)
        let preset = try? inlet.preset.get()
        let request = keep(visit, verdict, body: [], size: visit.head.length ?? 0, preset: preset)
        if !context.committer.log(request) { context.metrics.requestNotLogged() }
    }

    /// Has a request written into the log, where that takes it.
    @discardableResult
    private func log(_ request: StoredRequest, of visit: InboundVisit) async -> Bool {
        context.metrics.received(request.verdict)
        if visit.isTest {
            // Whoever made it looks for it at once.
            return (try? await context.store.commit(CommitBatch(requests: [request]))) != nil
        }
        guard visit.inlet.takesLog(of: request.verdict, at: request.receivedAt), context.committer.log(request) else {
            context.metrics.requestNotLogged()
            return false
        }
        return true
    }

    private func keep(
        _ visit: InboundVisit, _ verdict: RequestVerdict, body: [UInt8], preset: WebhookPreset?
    ) -> StoredRequest {
        keep(
            visit, verdict, body: body.count <= Self.longestRefusedBody ? body : [], size: body.count, preset: preset)
    }

    private func keep(
        _ visit: InboundVisit, _ verdict: RequestVerdict, id: RequestID? = nil, body: [UInt8], size: Int,
        preset: WebhookPreset?, acceptance: WebhookSigning.Acceptance? = nil
    ) -> StoredRequest {
        let source = visit.inlet.source
        let request = InboundRequest(
            id: id ?? context.identifiers.next(at: visit.receivedAt), source: source.id,
            environment: source.environment, receivedAt: visit.receivedAt, method: visit.head.method,
            url: MaskedURL(visit.head.url, preset: preset), address: visit.address,
            headers: MaskedHeaders(visit.head.headers, preset: preset), body: [], sentID: acceptance?.eventID,
            sentType: acceptance?.eventType, verdict: verdict)
        return context.vault.keep(request, application: source.application, body: body, size: size)
    }
}
