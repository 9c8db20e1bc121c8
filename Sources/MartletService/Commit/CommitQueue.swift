import MartletCore
import MartletStore

/// What waits to be made durable, and the rule by which it is: a value, for whoever guards it to take batches from.
///
/// Who publishes much makes nobody else wait for long. Of more than a batch holds, what has least before it of its own
/// publisher goes first (start-time fair queueing). While several publish, batches are short; and as soon as large
/// acceptances wait beside small ones, they take turns, batch by batch, so that the small ones do not wait until a large
/// one that came with them is written. What one publisher brought stays in its order.
struct CommitQueue {
    /// An acceptance whose publisher waits to be told.
    struct WaitingAcceptance {
        let acceptance: Acceptance
        let answer: @Sendable (Result<AcceptanceResult, StoreError>) -> Void
        fileprivate let publisher: Publisher
        /// How many bytes it keeps in memory.
        fileprivate let bytes: Int
        /// How many events it has.
        fileprivate var events: Int { acceptance.entries.count }

        init(acceptance: Acceptance, answer: @escaping @Sendable (Result<AcceptanceResult, StoreError>) -> Void) {
            self.acceptance = acceptance
            self.answer = answer
            publisher = Publisher(of: acceptance)
            bytes = acceptance.size
        }
    }

    /// What shares a transaction.
    struct Batch {
        var acceptances: [WaitingAcceptance]
        var settlements: [PendingSettlement]
        var requests: [StoredRequest]
    }

    private let limits: CommitLimits
    private var acceptances: [WaitingAcceptance] = []
    private var settlements: [PendingSettlement] = []
    private var requests: [StoredRequest] = []
    private var events = 0
    private var bytes = 0
    private var requestBytes = 0
    /// Whose acceptances were taken: batches are short while that is several publishers.
    private var publishing = SharedUse<Publisher>()
    /// Whether the last batch was of small acceptances, and a large one waited.
    private var isLargesTurn = false

    init(limits: CommitLimits) { self.limits = limits }

    /// Whether several publish.
    var isShared: Bool { publishing.isShared }

    var isEmpty: Bool { acceptances.isEmpty && settlements.isEmpty && requests.isEmpty }

    // MARK: Adding

    /// - Returns: whether there was room.
    mutating func add(_ waiting: WaitingAcceptance) -> Bool {
        guard events + waiting.events <= limits.waitingEvents, bytes + waiting.bytes <= limits.waitingBytes else {
            return false
        }
        acceptances.append(waiting)
        events += waiting.events
        bytes += waiting.bytes
        return true
    }

    /// Outcomes are bounded by whoever makes attempts.
    mutating func add(_ outcomes: [PendingSettlement]) { settlements.append(contentsOf: outcomes) }

    /// Puts outcomes back that were taken and could not be stored.
    mutating func putBack(_ outcomes: [PendingSettlement]) { settlements.insert(contentsOf: outcomes, at: 0) }

    /// - Returns: whether there was room.
    mutating func add(_ request: StoredRequest) -> Bool {
        let footprint = request.footprint
        guard requests.count < Self.mostRequests, requestBytes + footprint <= Self.mostRequestBytes else {
            return false
        }
        requests.append(request)
        requestBytes += footprint
        return true
    }

    /// How many entries of the request log may wait, and how many bytes they may have together.
    private static let mostRequests = 1000
    private static let mostRequestBytes = 8 << 20

    // MARK: Taking

    /// Takes what shares the next transaction.
    mutating func take() -> Batch {
        let isShared = isShared
        let most = isShared ? limits.sharedBatch : limits.batch
        publishing.pass()
        let taken = takeAcceptances(most: most, large: isShared ? most / 4 : .max)
        var deliveries = 0
        for waiting in taken {
            deliveries += waiting.acceptance.entries.reduce(0) { $0 + $1.deliveries.count }
            events -= waiting.events
            bytes -= waiting.bytes
            publishing.note(waiting.publisher)
        }
        let requests = requests.takeFirst(most)
        for request in requests { requestBytes -= request.footprint }
        // Beside few events few outcomes, or those would make the batch long.
        let outcomes = isShared && !taken.isEmpty ? max(most / 4, deliveries) : most
        return Batch(acceptances: taken, settlements: settlements.takeFirst(outcomes), requests: requests)
    }

    /// - Parameters:
    ///   - most: with how many events a batch is full.
    ///   - large: with more events than this, an acceptance is not taken together with others'.
    private mutating func takeAcceptances(most: Int, large: Int) -> [WaitingAcceptance] {
        if events <= most, acceptances.allSatisfy({ $0.events <= large }) { return acceptances.takeFirst(.max) }
        var brought: [Publisher: Int] = [:]
        var isBehindLarge: Set<Publisher> = []
        var firstLarge: Publisher?
        /// The small ones that may go, with how much comes before each of its own publisher.
        var small: [(start: Int, index: Int)] = []
        for (index, waiting) in acceptances.enumerated() {
            let publisher = waiting.publisher
            let start = brought[publisher, default: 0]
            if waiting.events > large, isBehindLarge.insert(publisher).inserted, start == 0 {
                firstLarge = firstLarge ?? publisher
            }
            if !isBehindLarge.contains(publisher) { small.append((start, index)) }
            brought[publisher] = start + waiting.events
        }
        if let firstLarge, isLargesTurn || small.isEmpty {
            isLargesTurn = false
            return take(of: firstLarge, most)
        }
        isLargesTurn = firstLarge != nil
        small.sort { ($0.start, $0.index) < ($1.start, $1.index) }
        var events = 0
        var chosen: [Int] = []
        for (_, index) in small where events < most {
            chosen.append(index)
            events += acceptances[index].events
        }
        return take(at: chosen)
    }

    /// Takes what one publisher brought, as far as it fits and at least the first of it.
    private mutating func take(of publisher: Publisher, _ most: Int) -> [WaitingAcceptance] {
        var events = 0
        var chosen: [Int] = []
        for index in acceptances.indices where acceptances[index].publisher == publisher {
            guard chosen.isEmpty || events + acceptances[index].events <= most else { break }
            chosen.append(index)
            events += acceptances[index].events
        }
        return take(at: chosen)
    }

    /// Takes those at these places, in the order in which they came.
    private mutating func take(at indices: [Int]) -> [WaitingAcceptance] {
        let places = RangeSet(indices, within: acceptances)
        defer { acceptances.removeSubranges(places) }
        return Array(acceptances[places])
    }

    /// Whose turn an acceptance takes: the application's that its first event is for, or the environment's.
    fileprivate struct Publisher: Hashable {
        let environment: EnvironmentID?
        let application: ApplicationID?

        init(of acceptance: Acceptance) {
            environment = acceptance.entries.first?.event.environment
            application = acceptance.entries.first?.event.application
        }
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
