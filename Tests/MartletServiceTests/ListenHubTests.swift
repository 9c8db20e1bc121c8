import MartletCore
import Synchronization
import Testing

@testable import MartletService

@Suite(.timeLimit(.minutes(5))) struct ListenHubTests {
    private let hub = ListenHub()
    private let endpoint = EndpointID(high: 1, low: 1)
    private let now = Timestamp(milliseconds: 1_000_000)

    /// What came of attempts, in the order in which it came.
    private final class Outcomes: Sendable {
        let all = Mutex<[AttemptOutcome.Result]>([])

        func note(_ outcome: AttemptOutcome) { all.withLock { $0.append(outcome.result) } }
        var codes: [AttemptFailure.Code?] {
            all.withLock(\.self).map { if case .failure(let failure) = $0 { failure.code } else { nil } }
        }
        var statuses: [Int?] {
            all.withLock(\.self).map { if case .response(let response) = $0 { response.status } else { nil } }
        }
    }

    private let outcomes = Outcomes()

    private func attempt(_ number: Int = 1) -> HandedAttempt {
        HandedAttempt(
            key: .init(delivery: DeliveryID(high: 2, low: 2), number: number), event: "evt_1", type: "a.b",
            headers: [], body: Array("{}".utf8)[...], timeout: .seconds(5))
    }

    @discardableResult
    private func hand(_ number: Int = 1) -> ListenHub.Ticket? {
        hub.hand(attempt(number), to: endpoint, now: now) { outcomes.note($0) }?.ticket
    }

    private func connect(_ session: String = "a") throws -> ListenSubscription {
        try hub.connect(endpoint, session: session, now: now)
    }

    private func answer(_ number: Int = 1, _ status: Int = 200) -> Bool {
        hub.answer(
            attempt(number).key, of: endpoint,
            with: ListenAnswer(
                result: .response(AttemptResponse(status: status, headers: [], body: [], isTruncated: false))))
    }

    /// What a connection that has ended was told: attempts' numbers, and why it ended.
    private func told(_ subscription: ListenSubscription) async -> [String] {
        var told: [String] = []
        for await item in subscription.items {
            switch item {
            case .attempt(let attempt): told.append("\(attempt.key.number)")
            case .end(let reason): told.append(reason.rawValue)
            case .tick: break
            }
        }
        return told
    }

    @Test func whatNobodyListensToIsNotTaken() {
        hand()

        #expect(outcomes.codes == [.interrupted])
        #expect(!hub.isAttended(endpoint))
    }

    @Test func anAnswerEndsTheAttemptOnce() async throws {
        let listener = try connect()
        hand()

        let first = answer(1, 404)
        let second = answer(1, 200)

        #expect(first && !second)
        #expect(outcomes.statuses == [404])
        hub.close()
        #expect(await told(listener) == ["1"])
    }

    @Test func whatWasNotAnsweredIsHandedToTheNextConnection() async throws {
        let first = try connect()
        hand(1)
        hand(2)
        _ = answer(2)
        hub.disconnect(first, from: endpoint)
        #expect(!hub.isAttended(endpoint))

        let second = try connect()
        let isAnswered = answer(1)

        #expect(isAnswered)
        #expect(outcomes.statuses == [200, 200])
        hub.close()
        #expect(await told(first) == ["1", "2"])
        #expect(await told(second) == ["1"])
    }

    @Test func anAnswerIsTakenWhileTheStreamIsDown() throws {
        let listener = try connect()
        hand()
        hub.disconnect(listener, from: endpoint)

        #expect(answer())
        #expect(outcomes.statuses == [200])
    }

    @Test func whoeverElseListensReplacesTheOneBefore() async throws {
        let first = try connect("a")
        let again = try connect("a")
        let other = try connect("b")

        // The one that was replaced goes late.
        hub.disconnect(again, from: endpoint)

        #expect(hub.isAttended(endpoint))
        #expect(hub.listenerCount == 1)
        #expect(await told(first) == ["lost"])
        #expect(await told(again) == ["replaced"])
        hub.disconnect(other, from: endpoint)
        #expect(hub.listenerCount == 0)
    }

    @Test func whoDoesNotAnswerIsTakenForGone() async throws {
        let listener = try connect()
        let ticket = try #require(hand())
        let deadline = now + .seconds(5) + ListenHub.grace

        let early = hub.expire(ticket, of: endpoint, now: deadline - .milliseconds(1))
        #expect(early == deadline)
        #expect(outcomes.codes == [])
        let late = hub.expire(ticket, of: endpoint, now: deadline)

        #expect(late == nil)
        #expect(outcomes.codes == [.interrupted])
        #expect(!hub.isAttended(endpoint))
        #expect(await told(listener) == ["1", "lost"])
    }

    @Test func aSecondHandingOverHasItsOwnTime() throws {
        let first = try connect()
        let ticket = try #require(hand())
        hub.disconnect(first, from: endpoint)
        _ = try hub.connect(endpoint, session: "a", now: now + .seconds(10))

        let later = hub.expire(ticket, of: endpoint, now: now + .seconds(15))

        #expect(later == now + .seconds(25))
        #expect(hub.isAttended(endpoint))
    }

    @Test func aTicketOfAnEarlierHandingOverEndsNothing() throws {
        let listener = try connect()
        let old = try #require(hand())
        _ = hub.expire(old, of: endpoint, now: now + .seconds(15))
        hub.disconnect(listener, from: endpoint)
        _ = try connect()
        hand()

        let later = hub.expire(old, of: endpoint, now: now + .seconds(1000))

        #expect(later == nil)
        #expect(outcomes.codes == [.interrupted])
        #expect(answer())
    }

    @Test func afterTheEndNothingIsTaken() throws {
        _ = try connect()
        hand(1)

        hub.close()
        hand(2)

        #expect(outcomes.codes == [.interrupted, .interrupted])
        #expect(throws: ServiceError.self) { try connect() }
    }

    @Test func noMoreListenThanAreTaken() throws {
        for number in 0..<ListenHub.mostListeners {
            _ = try hub.connect(EndpointID(high: 9, low: UInt64(number)), session: "a", now: now)
        }

        #expect(throws: ServiceError.self) { try connect() }
        // Who is there may come back.
        _ = try hub.connect(EndpointID(high: 9, low: 0), session: "a", now: now)
        #expect(hub.listenerCount == ListenHub.mostListeners)
    }

    @Test func whoeverDeliversIsToldOfEveryComingAndGoing() throws {
        let told = Mutex<[Bool]>([])
        let hub = hub
        let endpoint = endpoint
        hub.tell { id in told.withLock { $0.append(hub.isAttended(id)) } }

        let listener = try connect()
        hub.disconnect(listener, from: endpoint)
        _ = try connect()
        hub.endAll(because: .lost)

        #expect(told.withLock(\.self) == [true, false, true, false])
    }
}
