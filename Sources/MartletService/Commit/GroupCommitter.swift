public import Logging
import MartletCore
public import MartletStore
import Synchronization

/// Makes events and outcomes durable in batches: whatever waits at the moment the last transaction ended shares the next
/// one and its sync to disk. No timer adds latency.
public final class GroupCommitter: Sendable {
    private struct State {
        var queue: CommitQueue
        /// Set while ``run(handingOverTo:)`` has nothing to do.
        var wake: CheckedContinuation<Void, Never>?
        var isClosed = false
        var batchesBegun = 0
        var batchesHandedOver = 0
        /// Who waits until so many batches have been handed over.
        var barriers: [(batch: Int, pass: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>
    /// How many events that need not be durable together wait together.
    private let piece: Int
    /// Whether more is taken, and how much waits.
    public let intake: Intake
    /// Tells whoever listens what became durable.
    public let feed = LiveFeed()
    private let store: any DeliveryStore
    private let log: Logger
    private let metrics: ServiceMetrics

    public init(
        store: any DeliveryStore, limits: CommitLimits, metrics: ServiceMetrics, log: Logger, intake: Intake = Intake()
    ) {
        self.intake = intake
        self.store = store
        state = Mutex(State(queue: CommitQueue(limits: limits)))
        piece = limits.sharedBatch
        self.metrics = metrics
        self.log = log
    }

    /// Returns once the events and their deliveries are durable.
    ///
    /// - Throws: `backlog_full`, `disk_nearly_full` or `overloaded` where a bound is reached, before anything is stored.
    public func accept(_ acceptance: Acceptance) async throws(ServiceError) -> AcceptanceResult {
        try intake.admit(acceptance)
        return try await wait(for: acceptance)
    }

    /// Returns once it is known of each event whether it and its deliveries are durable. Many come into several
    /// transactions where others publish too, so that those do not wait for all of them.
    public func accept(_ entries: [Acceptance.Entry]) async -> [Result<AcceptanceResult.EntryResult, ServiceError>] {
        do throws(ServiceError) {
            try intake.admit(Acceptance(entries: entries))
        } catch {
            return entries.map { _ in .failure(error) }
        }
        guard entries.count > piece else { return await accept(admitted: entries) }
        return await withTaskGroup { group in
            for start in stride(from: 0, to: entries.count, by: piece) {
                let part = Array(entries[start..<min(start + piece, entries.count)])
                // At once, so that they wait in their order.
                group.addImmediateTask { (start, await self.accept(admitted: part)) }
            }
            var parts: [(start: Int, results: [Result<AcceptanceResult.EntryResult, ServiceError>])] = []
            for await part in group { parts.append(part) }
            return parts.sorted { $0.start < $1.start }.flatMap(\.results)
        }
    }

    private func accept(
        admitted entries: [Acceptance.Entry]
    ) async -> [Result<AcceptanceResult.EntryResult, ServiceError>] {
        do throws(ServiceError) {
            guard case .accepted(let results) = try await wait(for: Acceptance(entries: entries)) else {
                preconditionFailure("what has neither a key nor a step is refused by the entry alone")
            }
            return results.map { .success($0) }
        } catch {
            return entries.map { _ in .failure(error) }
        }
    }

    /// Has the events and their deliveries made durable, for a caller that does not wait.
    ///
    /// - Parameter answer: called once they are durable, or could not be made so; on any thread, and not to do work there.
    /// - Throws: `backlog_full`, `disk_nearly_full` or `overloaded` where a bound is reached. Then nothing is stored, and
    ///   `answer` is not called.
    public func accept(
        _ acceptance: Acceptance, answer: @escaping @Sendable (Result<AcceptanceResult, ServiceError>) -> Void
    ) throws(ServiceError) {
        try intake.admit(acceptance)
        try wait(for: acceptance, answer: answer)
    }

    private func wait(for acceptance: Acceptance) async throws(ServiceError) -> AcceptanceResult {
        let answer = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<AcceptanceResult, ServiceError>, Never>) in
            do throws(ServiceError) {
                try wait(for: acceptance) { continuation.resume(returning: $0) }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        return try answer.get()
    }

    /// Has wait what is admitted.
    private func wait(
        for acceptance: Acceptance, answer: @escaping @Sendable (Result<AcceptanceResult, ServiceError>) -> Void
    ) throws(ServiceError) {
        let waiting = CommitQueue.WaitingAcceptance(acceptance: acceptance) { [intake] result in
            switch result {
            case .success(let result):
                Self.giveBack(acceptance, result, to: intake)
                answer(.success(result))
            case .failure(let error):
                intake.withdraw(acceptance.entries.lazy.flatMap(\.deliveries))
                answer(.failure(.store(error)))
            }
        }
        enum Verdict { case queued(CheckedContinuation<Void, Never>?), refused }
        let verdict: Verdict = state.withLock { state in
            guard !state.isClosed, state.queue.add(waiting) else { return .refused }
            defer { state.wake = nil }
            return .queued(state.wake)
        }
        switch verdict {
        case .queued(let wake): wake?.resume()
        case .refused:
            intake.withdraw(acceptance.entries.lazy.flatMap(\.deliveries))
            throw ServiceError(
                .unavailable, "overloaded", "More events are waiting to be stored than the service takes. Try again.",
                retryAfter: .seconds(1))
        }
    }

    /// Gives back what was counted of an acceptance and is not stored.
    private static func giveBack(_ acceptance: Acceptance, _ result: AcceptanceResult, to intake: Intake) {
        guard case .accepted(let results) = result else {
            return intake.withdraw(acceptance.entries.lazy.flatMap(\.deliveries))
        }
        for (entry, result) in zip(acceptance.entries, results) where result != .stored {
            intake.withdraw(entry.deliveries)
        }
    }

    /// Makes an outcome durable in its turn, and tells the receiver of ``run(handingOverTo:)``. An outcome is kept until
    /// the store takes it: whoever makes attempts bounds how many there are.
    public func settle(_ outcomes: [PendingSettlement]) {
        let wake = state.withLock { state in
            state.queue.add(outcomes)
            defer { state.wake = nil }
            return state.wake
        }
        wake?.resume()
    }

    /// Writes requests that came to nothing into the request log with the next batch. Nobody waits for it, so what would be
    /// too much, or is in a batch that fails, is left out.
    ///
    /// - Returns: whether the entry was taken.
    func log(_ request: StoredRequest) -> Bool {
        guard !intake.isStorageShort else { return false }
        let (isTaken, wake) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
            guard !state.isClosed, state.queue.add(request) else { return (false, nil) }
            defer { state.wake = nil }
            return (true, state.wake)
        }
        wake?.resume()
        return isTaken
    }

    /// Returns once every batch that had begun by now has been handed over.
    public func barrier() async {
        await withCheckedContinuation { (pass: CheckedContinuation<Void, Never>) in
            let isPassed = state.withLock { state in
                if state.batchesHandedOver >= state.batchesBegun { return true }
                state.barriers.append((state.batchesBegun, pass))
                return false
            }
            if isPassed { pass.resume() }
        }
    }

    /// Takes nothing more; ``run(handingOverTo:)`` returns once what waits has been dealt with.
    public func close() {
        let wake = state.withLock { state in
            state.isClosed = true
            defer { state.wake = nil }
            return state.wake
        }
        wake?.resume()
    }

    /// Commits batch after batch until ``close()``, telling `receiver` of each before its publishers are answered.
    public func run(handingOverTo receiver: any CommitReceiver) async {
        await withTaskExecutorPreference(store.committing) { await commitAll(handingOverTo: receiver) }
    }

    private func commitAll(handingOverTo receiver: any CommitReceiver) async {
        var pause = Duration.zero
        while let next = await nextBatch() {
            let (acceptances, settlements) = (next.acceptances, next.settlements)
            let batch = CommitBatch(
                acceptances: acceptances.map(\.acceptance), settlements: settlements.map(\.settlement),
                requests: next.requests)
            do throws(StoreError) {
                let result = try await store.commit(batch)
                pause = .zero
                metrics.committed(units: acceptances.count + settlements.count)
                intake.settled(zip(settlements, result.settled).lazy.filter(\.1).map(\.0.settlement))
                receiver.accepted(parcels(of: acceptances, result.acceptances))
                let outcomes = zip(settlements, result.settled).map { SettledParcel(pending: $0, moved: $1) }
                receiver.settled(outcomes)
                if feed.isHeard {
                    feed.accepted(entries(of: acceptances, result.acceptances))
                    feed.settled(outcomes.lazy.filter(\.moved))
                    feed.received(next.requests)
                    feed.received(
                        zip(acceptances, result.acceptances).lazy.compactMap { $0.acceptance.request?.judged(by: $1) })
                }
                finishBatch()
                for (waiting, result) in zip(acceptances, result.acceptances) { waiting.answer(.success(result)) }
            } catch {
                log.error(
                    "a batch could not be stored",
                    metadata: [
                        "error": "\(error)", "events": "\(acceptances.count)", "outcomes": "\(settlements.count)",
                    ])
                metrics.commitFailed()
                if error.isFull { intake.ranOut() }
                // Nothing was kept of a batch that a node brought which was taken for dead.
                if !error.isLapsed {
                    receiver.mayHaveBeenAccepted(
                        acceptances.flatMap { $0.acceptance.entries }.flatMap { entry in
                            entry.deliveries.map { Parcel(delivery: $0, event: entry.event) }
                        })
                }
                let isLast = state.withLock(\.isClosed)
                if !isLast { putBack(settlements) }
                finishBatch()
                for waiting in acceptances { waiting.answer(.failure(error)) }
                if isLast {
                    // Nobody would come to repair the store while this waits; the attempts are made again.
                    if !settlements.isEmpty { log.error("outcomes were not stored, and their attempts are made again") }
                } else if !settlements.isEmpty {
                    // Outcomes stay: try them again, more slowly each time, while publishers go on being answered.
                    pause = min(.seconds(1), pause * 2 + .milliseconds(20))
                    try? await Task.sleep(for: pause)
                }
            }
        }
    }

    private func nextBatch() async -> CommitQueue.Batch? {
        while true {
            let batch: CommitQueue.Batch?? = state.withLock { state in
                guard !state.queue.isEmpty else {
                    return state.isClosed ? .some(nil) : nil
                }
                state.batchesBegun += 1
                SharedActivity.commits.note(state.queue.isShared)
                return state.queue.take()
            }
            if let batch { return batch }
            await withCheckedContinuation { (wake: CheckedContinuation<Void, Never>) in
                let isWanted = state.withLock { state in
                    if state.queue.isEmpty, !state.isClosed {
                        state.wake = wake
                        return false
                    }
                    return true
                }
                if isWanted { wake.resume() }
            }
        }
    }

    private func putBack(_ settlements: [PendingSettlement]) {
        guard !settlements.isEmpty else { return }
        state.withLock { $0.queue.putBack(settlements) }
    }

    private func finishBatch() {
        let passed = state.withLock { state in
            state.batchesHandedOver += 1
            let handedOver = state.batchesHandedOver
            let passed = state.barriers.filter { $0.batch <= handedOver }
            if !passed.isEmpty { state.barriers.removeAll { $0.batch <= handedOver } }
            return passed
        }
        for barrier in passed { barrier.pass.resume() }
    }

    private func entries(
        of acceptances: [CommitQueue.WaitingAcceptance], _ results: [AcceptanceResult]
    ) -> [Acceptance.Entry] {
        zip(acceptances, results).flatMap { waiting, result -> [Acceptance.Entry] in
            guard case .accepted(let entries) = result else { return [] }
            return zip(waiting.acceptance.entries, entries).filter { $1 == .stored }.map(\.0)
        }
    }

    private func parcels(of acceptances: [CommitQueue.WaitingAcceptance], _ results: [AcceptanceResult]) -> [Parcel] {
        var parcels: [Parcel] = []
        for (waiting, result) in zip(acceptances, results) {
            guard case .accepted(let entries) = result else { continue }
            for (entry, result) in zip(waiting.acceptance.entries, entries) where result == .stored {
                for delivery in entry.deliveries { parcels.append(Parcel(delivery: delivery, event: entry.event)) }
            }
        }
        return parcels
    }
}
