import MartletCore
import MartletStore
import Testing

@testable import MartletService

@Suite struct CommitQueueTests {
    private static let now = Timestamp(milliseconds: 1_800_000_000_000)
    private let identifiers = IdentifierSource()
    private let environment: EnvironmentID
    private let greedy: ApplicationID
    private let modest: ApplicationID
    /// Batches of 40 events, of 16 while several publish; there, more than 4 at once are large.
    private var queue: CommitQueue

    init() {
        environment = identifiers.next(at: Self.now)
        greedy = identifiers.next(at: Self.now)
        modest = identifiers.next(at: Self.now)
        var limits = CommitLimits()
        (limits.batch, limits.sharedBatch) = (40, 16)
        queue = CommitQueue(limits: limits)
    }

    private func event(of application: ApplicationID) -> Event {
        let id: EventID = identifiers.next(at: Self.now)
        return Event(
            id: id, environment: environment, chosenID: nil, type: "a", application: application, created: Self.now,
            acceptedAt: Self.now, deliveryCount: 0,
            body: EventBody(id: "\(id)", type: "a", created: Self.now, data: Array("{}".utf8)))
    }

    private mutating func add(_ application: ApplicationID, events: Int = 1) {
        let entries = (0..<events).map { _ in Acceptance.Entry(event: event(of: application), deliveries: []) }
        let isAdded = queue.add(.init(acceptance: Acceptance(entries: entries)) { _ in })
        precondition(isAdded)
    }

    private mutating func addOutcomes(_ count: Int) {
        let outcomes = (0..<count).map { _ in
            let delivery = Delivery(
                id: identifiers.next(at: Self.now), environment: environment, event: identifiers.next(at: Self.now),
                endpoint: identifiers.next(at: Self.now), application: greedy, cause: .publish, createdAt: Self.now,
                state: .scheduled(due: Self.now))
            let attempt = Attempt(
                id: identifiers.next(at: Self.now), delivery: delivery.id, number: 1, startedAt: Self.now,
                request: AttemptRequest(url: "https://example.com", headers: []),
                outcome: AttemptOutcome(
                    result: .failure(AttemptFailure(.connectionRefused, "No.")), timing: AttemptTiming(total: 1),
                    address: nil))
            return PendingSettlement(
                parcel: Parcel(delivery: delivery, event: event(of: greedy)),
                settlement: Settlement(
                    environment: environment, endpoint: delivery.endpoint, attempt: attempt,
                    firstAttemptAt: Self.now, state: .succeeded(at: Self.now)))
        }
        queue.add(outcomes)
    }

    /// What the next batch is made of: whose acceptance, of how many events.
    private mutating func taken() -> [String] {
        queue.take().acceptances.map { waiting in
            let isModest = waiting.acceptance.entries[0].event.application == modest
            return "\(isModest ? "modest" : "greedy") \(waiting.acceptance.entries.count)"
        }
    }

    /// Has two publish, so that batches are short from here on.
    private mutating func share() {
        add(greedy)
        add(modest)
        _ = queue.take()
    }

    @Test mutating func whoPublishesAloneHasLongBatches() {
        for _ in 0..<5 { add(greedy, events: 10) }

        let batches = (0..<2).map { _ in taken() }

        #expect(batches == [["greedy 10", "greedy 10", "greedy 10", "greedy 10"], ["greedy 10"]])
        #expect(queue.isEmpty)
    }

    @Test mutating func whatIsSmallIsTakenTogetherWhoeverBroughtIt() {
        share()
        for _ in 0..<3 {
            add(greedy, events: 4)
            add(modest)
        }

        let batch = taken()

        #expect(batch == ["greedy 4", "modest 1", "greedy 4", "modest 1", "greedy 4", "modest 1"])
        #expect(queue.isEmpty)
    }

    @Test mutating func whatIsSmallDoesNotWaitForWhatIsLargeAndCameBefore() {
        share()
        add(greedy, events: 10)
        add(greedy, events: 10)
        add(modest)

        let batches = (0..<2).map { _ in taken() }

        #expect(batches == [["modest 1"], ["greedy 10"]])
    }

    @Test mutating func whatIsLargeHasItsTurnHoweverMuchThatIsSmallComes() {
        share()
        add(greedy, events: 10)
        add(greedy, events: 10)

        var batches: [[String]] = []
        for _ in 0..<4 {
            add(modest)
            batches.append(taken())
        }

        #expect(batches == [["modest 1"], ["greedy 10"], ["modest 1", "modest 1"], ["greedy 10"]])
    }

    @Test mutating func whatOnePublisherBroughtStaysInItsOrder() {
        share()
        add(greedy)
        add(greedy, events: 10)
        add(greedy, events: 2)
        add(modest)

        let batches = (0..<2).map { _ in taken() }

        #expect(batches == [["greedy 1", "modest 1"], ["greedy 10", "greedy 2"]])
        #expect(queue.isEmpty)
    }

    @Test mutating func oneThatIsLargerThanABatchIsTakenAlone() {
        share()
        add(greedy, events: 30)
        add(greedy, events: 5)
        add(modest)

        let batches = (0..<3).map { _ in taken() }

        #expect(batches == [["modest 1"], ["greedy 30"], ["greedy 5"]])
    }

    @Test mutating func besideFewEventsThereAreFewOutcomesAndBesideNoneAWholeBatch() {
        share()
        add(modest)
        addOutcomes(30)

        let counts = (0..<3).map { _ in queue.take().settlements.count }

        #expect(counts == [4, 16, 10])
        #expect(queue.isEmpty)
    }

    @Test mutating func roomIsGivenBackWithWhatIsTaken() {
        var limits = CommitLimits()
        limits.waitingEvents = 10
        queue = CommitQueue(limits: limits)
        let ten = Acceptance(entries: (0..<10).map { _ in .init(event: event(of: greedy), deliveries: []) })

        let first = queue.add(.init(acceptance: ten) { _ in })
        let second = queue.add(.init(acceptance: ten) { _ in })
        _ = queue.take()
        let third = queue.add(.init(acceptance: ten) { _ in })

        #expect([first, second, third] == [true, false, true])
    }
}
