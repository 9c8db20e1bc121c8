import MartletCore
import NIOHTTP1
import Synchronization

/// Hears a webhook's attempts from the server, forwards them here, and tells the server what came of them, whatever becomes
/// of the connection in between.
///
/// What it may do is ``ListenLedger``'s to say. Answers are in ``ListenJournal`` before the server is told them, and attempts
/// before they are forwarded.
final class Listener: Sendable {
    /// The most attempts in hand at once. A server hands out no more than 1,000.
    static let mostInHand = 1024
    /// How long stopping waits for receivers and for the server.
    static let patience = Duration.seconds(10)
    /// How long a connection may be silent until the server has said how often it speaks.
    private static let silence = Duration.seconds(20)

    private let client: APIClient
    private let webhook: String
    private let session: String
    private let forwarder: Forwarder
    private let tell: @Sendable (ListenNews) -> Void
    private let state: Mutex<State>
    private let work: AsyncStream<Work>
    private let workSource: AsyncStream<Work>.Continuation
    /// What ends the listener: only the first counts.
    private let failures: AsyncStream<CommandFailure>
    private let failureSource: AsyncStream<CommandFailure>.Continuation

    private struct State {
        var ledger: ListenLedger
        var journal: ListenJournal
        /// Whether the server has taken the connection that is open.
        var isGreeted = false
        var isStopping = false
    }

    private enum Work: Sendable {
        case forward(ListenedAttempt)
        case answer(ForwardResult)
    }

    /// - Parameters:
    ///   - session: what it calls itself, the same as long as the journal is.
    ///   - tell: told what happens, one after the other for each attempt.
    init(
        client: APIClient, webhook: String, session: String, journal: ListenJournal, forwarder: Forwarder,
        tell: @escaping @Sendable (ListenNews) -> Void
    ) {
        self.client = client
        self.webhook = webhook
        self.session = session
        self.forwarder = forwarder
        self.tell = tell
        state = Mutex(State(ledger: ListenLedger(kept: journal.left), journal: journal))
        // Bounded by what the server hands out: see `mostInHand`.
        (work, workSource) = AsyncStream.makeStream()
        (failures, failureSource) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    /// Listens until `stop` returns, then lets receivers finish and tells the server what came of it.
    ///
    /// - Throws: ``CommandFailure`` where listening cannot go on.
    func run(until stop: @escaping @Sendable () async -> Void) async throws {
        let left = state.withLock(\.journal.left)
        if !left.isEmpty {
            tell(.resumed(left.count))
            for result in left { workSource.yield(.answer(result)) }
        }
        let ended = await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.perform() }
            let ended = await listening(until: stop)
            state.withLock { $0.isStopping = true }
            workSource.finish()
            group.addTask {
                // Whatever is not over by then is left to the journal.
                do { try await Task.sleep(for: Self.patience) } catch { return }
                await self.forwarder.stop()
            }
            await group.next()
            group.cancelAll()
            return ended
        }
        await forwarder.stop()
        try ended.get()
    }

    /// How many attempts have an answer that the server does not have yet.
    var owed: Int { state.withLock { $0.ledger.inHand } }

    /// How listening ended: because of `stop`, because it cannot go on, or because what is done here cannot be kept.
    private func listening(until stop: @escaping @Sendable () async -> Void) async -> Result<Void, any Error> {
        await withTaskGroup(of: Result<Void, any Error>.self) { group in
            group.addTask {
                do {
                    try await self.listen()
                    return .success(())
                } catch is CancellationError {
                    return .success(())
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                await stop()
                return .success(())
            }
            group.addTask {
                for await failure in self.failures { return .failure(failure) }
                return .success(())
            }
            let first = await group.next() ?? .success(())
            group.cancelAll()
            return first
        }
    }

    // MARK: Listening

    /// Listens, and again whenever the connection is lost.
    private func listen() async throws {
        let path = Webhooks.path(of: webhook, "/listen") + PathSegment.query([("session", session)])
        var pause = Backoff()
        while true {
            state.withLock { $0.isGreeted = false }
            let end = try await client.listen(to: path, silence: Self.silence) { try self.heard($0) }
            try Task.checkCancellation()
            if state.withLock(\.isGreeted) { pause = Backoff() }
            let wait = pause.next()
            tell(.lost(try reason(end), retryIn: wait))
            try await Task.sleep(for: wait)
        }
    }

    /// - Returns: after how long without a sign of life the connection is to be taken for dead, where that is told.
    private func heard(_ event: ServerSentEvents.Event) throws -> Duration? {
        switch event.name {
        case "listening":
            state.withLock { $0.isGreeted = true }
            tell(.listening)
            let heartbeat = (try? JSONValue(parsing: event.data))?["heartbeat"]?.string.flatMap { Duration(text: $0) }
            return (heartbeat ?? .seconds(5)) * 3
        case "attempt":
            guard let attempt = ListenedAttempt(event.data) else {
                throw CommandFailure(
                    "\(client.url) hands out attempts that this version of martlet cannot read. Use the server's version."
                )
            }
            try take(attempt)
        case "end":
            let reason = (try? JSONValue(parsing: event.data))?["reason"]?.string
            if reason == "replaced" {
                throw CommandFailure(
                    "Another listener listens to \(webhook) now. Give this one a --name of its own.")
            }
        default: break
        }
        return nil
    }

    private func take(_ attempt: ListenedAttempt) throws {
        let duty: ListenLedger.Duty = try state.withLock { state in
            guard !state.isStopping else { return .nothing }
            guard state.ledger.inHand < Self.mostInHand else {
                throw CommandFailure("\(client.url) hands out more than \(Self.mostInHand) attempts at once.")
            }
            let duty = state.ledger.handed(attempt.key)
            // Before anything is sent, so that an attempt of which nothing is known was not forwarded.
            if duty == .forward { try state.journal.begun(attempt.key) }
            return duty
        }
        switch duty {
        case .forward:
            tell(.forwarding(attempt))
            workSource.yield(.forward(attempt))
        case .answer(let result):
            tell(.repeated(result))
            workSource.yield(.answer(result))
        case .nothing: break
        }
    }

    /// Why a connection ended.
    ///
    /// - Throws: ``CommandFailure`` where trying again would not mend it.
    private func reason(_ end: APIClient.StreamEnd) throws -> String {
        switch end {
        case .closed: return "The server ended the connection."
        case .silent(let silence): return "Nothing was heard for \(silence.components.seconds) s."
        case .broken(let reason): return reason
        case .refused(let answer):
            // What is no answer of Martlet's comes from in between: a network's sign-in page, a proxy.
            guard Problem(answer) != nil else { return Self.sentence(answer) }
            switch answer.status {
            case 408, 425, 429, 500...: return Self.sentence(answer)
            default: throw Problem.failure(answer, of: client)
            }
        }
    }

    // MARK: Forwarding

    private func perform() async {
        await withDiscardingTaskGroup { group in
            for await item in work {
                group.addTask {
                    switch item {
                    case .forward(let attempt): await self.forward(attempt)
                    case .answer(let result): await self.answer(result)
                    }
                }
            }
        }
    }

    private func forward(_ attempt: ListenedAttempt) async {
        guard let result = await forwarder.forward(attempt) else { return }
        let isKept = keep { (state) throws(CommandFailure) in
            try state.journal.answered(result)
            state.ledger.forwarded(result)
        }
        guard isKept else { return }
        tell(.forwarded(result))
        await answer(result)
    }

    /// What the server makes of an answer.
    private enum Reception {
        /// It has it, or has no use for it.
        case recorded
        /// It does not wait for it now.
        case notAwaited
        /// It does not take the answer as it is, for this reason.
        case refused(String)
        /// It could not be told, for this reason.
        case failed(String)
    }

    /// Tells the server what came of an attempt, until it knows.
    private func answer(_ first: ForwardResult) async {
        var result = first
        var pause = Backoff()
        var isTold = false
        while true {
            switch await give(result) {
            case .recorded:
                keep { (state) throws(CommandFailure) in
                    state.ledger.acknowledged(result)
                    try state.journal.done(result.key)
                }
                return tell(.recorded(result))
            case .notAwaited: return state.withLock { $0.ledger.notAwaited(result) }
            case .refused(let reason) where result == first:
                // An attempt without an answer would be handed out for ever.
                result = ForwardResult(
                    first.key,
                    failure: AttemptFailure(.malformedResponse, "The server did not take the answer: \(reason)"))
            case .refused(let reason), .failed(let reason):
                if !isTold { tell(.owed(result, reason)) }
                isTold = true
                // What cannot be told before the end is told after the next start.
                guard !state.withLock(\.isStopping) else { return }
                do { try await Task.sleep(for: pause.next()) } catch { return }
            }
        }
    }

    private func give(_ result: ForwardResult) async -> Reception {
        do {
            let answer = try await client.send(
                .POST, Webhooks.path(of: webhook, "/listen/answers"), body: result.answer)
            switch (answer.status, Problem(answer)?.code) {
            case (200, _) where (try? JSONValue(parsing: answer.body))?["recorded"]?.boolean == true: return .recorded
            case (404, "not_found"): return .recorded
            case (409, "attempt_not_awaited"): return try await isRecorded(result.key) ? .recorded : .notAwaited
            case (400, .some), (413, .some), (422, .some): return .refused(Self.sentence(answer))
            // Of the others, listening fails for the same reason if it lasts; or it is not Martlet that answers.
            default: return .failed(Self.sentence(answer))
            }
        } catch {
            return .failed("\(error)")
        }
    }

    private static func sentence(_ answer: APIClient.Answer) -> String {
        Problem(answer).map { "\($0.detail) (\(answer.status) \($0.code))" }
            ?? "It was answered \(answer.status), and not as Martlet does."
    }

    /// Whether the server has recorded an attempt: its answer to the answer may have been lost.
    private func isRecorded(_ key: ListenedAttempt.Key) async throws -> Bool {
        let shown = try await client.send(.GET, Deliveries.path(of: key.delivery))
        if shown.status == 404, Problem(shown)?.code == "not_found" { return true }
        guard shown.status == 200, let attempts = (try? JSONValue(parsing: shown.body))?["attempts"]?.array else {
            throw CommandFailure(Self.sentence(shown))
        }
        return attempts.contains { $0["number"]?.integer == key.number }
    }

    /// Changes what is known; where that cannot be kept, the listener ends.
    @discardableResult
    private func keep(_ change: (inout State) throws(CommandFailure) -> Void) -> Bool {
        state.withLock { state in
            do throws(CommandFailure) {
                try change(&state)
                return true
            } catch {
                failureSource.yield(error)
                return false
            }
        }
    }
}

/// How long to wait before the next try: twice as long each time, up to a bound, less up to a quarter of it so that many do
/// not come back at once.
struct Backoff {
    private var pause = Duration.milliseconds(500)
    private static let longest = Duration.seconds(5)

    mutating func next() -> Duration {
        defer { pause = min(pause * 2, Self.longest) }
        return pause * Double.random(in: 0.75...1)
    }
}
