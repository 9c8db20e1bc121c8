public import Logging
import MartletCore
public import MartletStore
import Synchronization

/// Makes events and outcomes durable in batches: whatever waits at the moment the last transaction ended shares the next
/// one and its sync to disk. No timer adds latency.
public final class GroupCommitter: Sendable {
    private typealias Answer = Result<AcceptanceResult, StoreError>

    private struct WaitingAcceptance {
        let acceptance: Acceptance
        let answer: @Sendable (Answer) -> Void
    }

    private struct Queue {
        var acceptances: [WaitingAcceptance] = []
        var settlements: [PendingSettlement] = []
        var requests: [StoredRequest] = []
        var requestBytes = 0
        var events = 0
        var bytes = 0
        /// Who brought the last acceptance that was taken, and how many more batches are short since somebody else did.
        var publisher: Publisher?
        var shortBatches = 0
        var isEmpty: Bool { acceptances.isEmpty && settlements.isEmpty && requests.isEmpty }

        /// Set while ``run(handingOverTo:)`` has nothing to do.
        var wake: CheckedContinuation<Void, Never>?
        var isClosed = false
        var batchesBegun = 0
        var batchesHandedOver = 0
        /// Who waits until so many batches have been handed over.
        var barriers: [(batch: Int, pass: CheckedContinuation<Void, Never>)] = []
    }

    private let queue = Mutex(Queue())
    /// Whether more is taken, and how much waits.
    public let intake: Intake
    /// Tells whoever listens what became durable.
    public let feed = LiveFeed()
    private let store: any DeliveryStore
    private let limits: CommitLimits
    private let log: Logger
    private let metrics: ServiceMetrics

    public init(
        store: any DeliveryStore, limits: CommitLimits, metrics: ServiceMetrics, log: Logger, intake: Intake = Intake()
    ) {
        self.intake = intake
        self.store = store
        self.limits = limits
        self.metrics = metrics
        self.log = log
    }

    /// Returns once the events and their deliveries are durable.
    ///
    /// - Throws: `backlog_full`, `disk_nearly_full` or `overloaded` where a bound is reached, before anything is stored.
    public func accept(_ acceptance: Acceptance) async throws(ServiceError) -> AcceptanceResult {
        let answer = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<AcceptanceResult, ServiceError>, Never>) in
            do throws(ServiceError) {
                try accept(acceptance) { continuation.resume(returning: $0) }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        return try answer.get()
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
        let bytes = acceptance.size
        let waiting = WaitingAcceptance(acceptance: acceptance) { [intake] result in
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
        let verdict: Verdict = queue.withLock { queue in
            guard !queue.isClosed, queue.events + acceptance.entries.count <= limits.waitingEvents,
                queue.bytes + bytes <= limits.waitingBytes
            else { return .refused }
            queue.acceptances.append(waiting)
            queue.events += acceptance.entries.count
            queue.bytes += bytes
            defer { queue.wake = nil }
            return .queued(queue.wake)
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
        let wake = queue.withLock { queue in
            queue.settlements.append(contentsOf: outcomes)
            defer { queue.wake = nil }
            return queue.wake
        }
        wake?.resume()
    }

    /// Writes requests that came to nothing into the request log with the next batch. Nobody waits for it, so what would be
    /// too much, or is in a batch that fails, is left out.
    ///
    /// - Returns: whether the entry was taken.
    func log(_ request: StoredRequest) -> Bool {
        guard !intake.isStorageShort else { return false }
        let footprint = request.footprint
        let (isTaken, wake) = queue.withLock { queue -> (Bool, CheckedContinuation<Void, Never>?) in
            guard !queue.isClosed, queue.requests.count < Self.mostWaitingRequests,
                queue.requestBytes + footprint <= Self.mostWaitingRequestBytes
            else { return (false, nil) }
            queue.requests.append(request)
            queue.requestBytes += footprint
            defer { queue.wake = nil }
            return (true, queue.wake)
        }
        wake?.resume()
        return isTaken
    }

    /// How many entries of the request log may wait, and how many bytes they may have together.
    private static let mostWaitingRequests = 1000
    private static let mostWaitingRequestBytes = 8 << 20

    /// Returns once every batch that had begun by now has been handed over.
    public func barrier() async {
        await withCheckedContinuation { (pass: CheckedContinuation<Void, Never>) in
            let isPassed = queue.withLock { queue in
                if queue.batchesHandedOver >= queue.batchesBegun { return true }
                queue.barriers.append((queue.batchesBegun, pass))
                return false
            }
            if isPassed { pass.resume() }
        }
    }

    /// Takes nothing more; ``run(handingOverTo:)`` returns once what waits has been dealt with.
    public func close() {
        let wake = queue.withLock { queue in
            queue.isClosed = true
            defer { queue.wake = nil }
            return queue.wake
        }
        wake?.resume()
    }

    /// Commits batch after batch until ``close()``, telling `receiver` of each before its publishers are answered.
    public func run(handingOverTo receiver: any CommitReceiver) async {
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
                let isLast = queue.withLock(\.isClosed)
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

    private func nextBatch() async -> NextBatch? {
        while true {
            let batch: NextBatch?? = queue.withLock { queue in
                guard !queue.isEmpty else {
                    return queue.isClosed ? .some(nil) : nil
                }
                queue.batchesBegun += 1
                return take(from: &queue)
            }
            if let batch { return batch }
            await withCheckedContinuation { (wake: CheckedContinuation<Void, Never>) in
                let isWanted = queue.withLock { queue in
                    if queue.isEmpty, !queue.isClosed {
                        queue.wake = wake
                        return false
                    }
                    return true
                }
                if isWanted { wake.resume() }
            }
        }
    }

    private struct NextBatch {
        var acceptances: [WaitingAcceptance]
        var settlements: [PendingSettlement]
        var requests: [StoredRequest]
    }

    private func take(from queue: inout Queue) -> NextBatch {
        let most = queue.shortBatches > 0 ? limits.sharedBatch : limits.batch
        queue.shortBatches = max(0, queue.shortBatches - 1)
        let acceptances = queue.events <= most ? queue.acceptances.takeFirst(.max) : takeShares(of: &queue, most)
        for waiting in acceptances {
            queue.events -= waiting.acceptance.entries.count
            queue.bytes -= waiting.acceptance.size
            let publisher = Publisher(of: waiting.acceptance)
            guard publisher != queue.publisher else { continue }
            if queue.publisher != nil { queue.shortBatches = Self.shortBatches }
            queue.publisher = publisher
        }
        let requests = queue.requests.takeFirst(most)
        for request in requests { queue.requestBytes -= request.footprint }
        return NextBatch(
            acceptances: acceptances, settlements: queue.settlements.takeFirst(most), requests: requests)
    }

    /// How many batches are short after one that another publisher had a part in: enough for one who publishes about once a
    /// second to find none that is long.
    private static let shortBatches = 256

    /// Takes a batch of more that waits: first what has least before it of its own publisher, so that who publishes much
    /// makes nobody else wait (start-time fair queueing). What one publisher brought stays in its order.
    private func takeShares(of queue: inout Queue, _ most: Int) -> [WaitingAcceptance] {
        var brought: [Publisher: Int] = [:]
        let starts = queue.acceptances.map { waiting in
            let publisher = Publisher(of: waiting.acceptance)
            defer { brought[publisher, default: 0] += waiting.acceptance.entries.count }
            return brought[publisher, default: 0]
        }
        let turns = starts.indices.sorted { (starts[$0], $0) < (starts[$1], $1) }
        var isTaken = Array(repeating: false, count: starts.count)
        var events = 0
        for turn in turns {
            isTaken[turn] = true
            events += queue.acceptances[turn].acceptance.entries.count
            if events >= most { break }
        }
        let taken = zip(queue.acceptances, isTaken).lazy.filter(\.1).map(\.0)
        defer { queue.acceptances = zip(queue.acceptances, isTaken).lazy.filter { !$1 }.map(\.0) }
        return Array(taken)
    }

    /// Whose turn an acceptance takes: the application's that its first event is for, or the environment's.
    private struct Publisher: Hashable {
        let environment: EnvironmentID?
        let application: ApplicationID?

        init(of acceptance: Acceptance) {
            environment = acceptance.entries.first?.event.environment
            application = acceptance.entries.first?.event.application
        }
    }

    private func putBack(_ settlements: [PendingSettlement]) {
        guard !settlements.isEmpty else { return }
        queue.withLock { $0.settlements.insert(contentsOf: settlements, at: 0) }
    }

    private func finishBatch() {
        let passed = queue.withLock { queue in
            queue.batchesHandedOver += 1
            let handedOver = queue.batchesHandedOver
            let passed = queue.barriers.filter { $0.batch <= handedOver }
            if !passed.isEmpty { queue.barriers.removeAll { $0.batch <= handedOver } }
            return passed
        }
        for barrier in passed { barrier.pass.resume() }
    }

    private func entries(
        of acceptances: [WaitingAcceptance], _ results: [AcceptanceResult]
    ) -> [Acceptance.Entry] {
        zip(acceptances, results).flatMap { waiting, result -> [Acceptance.Entry] in
            guard case .accepted(let entries) = result else { return [] }
            return zip(waiting.acceptance.entries, entries).filter { $1 == .stored }.map(\.0)
        }
    }

    private func parcels(of acceptances: [WaitingAcceptance], _ results: [AcceptanceResult]) -> [Parcel] {
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

extension Acceptance {
    /// How many bytes it keeps in memory, its bodies above all.
    var size: Int {
        entries.reduce(request?.footprint ?? 0) { $0 + $1.event.body.bytes.count }
    }
}

extension StoredRequest {
    /// How many bytes it keeps in memory.
    fileprivate var footprint: Int {
        headers.reduce(256 + body.count + url.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 32 }
    }
}

extension Array {
    /// Removes and returns the first `count` elements, or all where there are fewer.
    fileprivate mutating func takeFirst(_ count: Int) -> [Element] {
        guard count < self.count else {
            defer { self = [] }
            return self
        }
        defer { removeFirst(count) }
        return Array(prefix(count))
    }
}
