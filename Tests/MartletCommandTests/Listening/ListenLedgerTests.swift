import MartletCore
import Testing

@testable import martlet

@Suite struct ListenLedgerTests {
    private let key = ListenedAttempt.Key(delivery: "dlv_1", number: 1)
    private var result: ForwardResult { Self.result(key) }

    private static func result(_ key: ListenedAttempt.Key, body: Int = 2) -> ForwardResult {
        let response = AttemptResponse(
            status: 200, headers: [], body: [UInt8](repeating: 0x61, count: body), isTruncated: false)
        return ForwardResult(
            key, AttemptOutcome(result: .response(response), timing: AttemptTiming(total: 12_000), address: nil))
    }

    @Test func anAttemptIsForwardedOnceHoweverOftenItIsHandedOut() {
        var ledger = ListenLedger()

        let duties = [ledger.handed(key), ledger.handed(key)]
        ledger.forwarded(result)
        let later = ledger.handed(key)

        #expect(duties == [.forward, .nothing])
        #expect(later == .nothing)
        #expect(ledger.inHand == 1)
    }

    @Test func anAnswerThatWasNotAwaitedIsGivenWhenTheAttemptIsHandedOutAgain() {
        var ledger = ListenLedger()
        _ = ledger.handed(key)
        ledger.forwarded(result)
        ledger.notAwaited(result)

        let inHand = ledger.inHand
        let duty = ledger.handed(key)

        #expect(inHand == 0)
        #expect(duty == .answer(result))
        #expect(ledger.inHand == 1)
    }

    @Test func anAttemptThatWasHandedOutWhileItWasBeingRecordedIsNotForwardedAgain() {
        var ledger = ListenLedger()
        _ = ledger.handed(key)
        ledger.forwarded(result)
        ledger.acknowledged(result)

        #expect(ledger.inHand == 0)
        #expect(ledger.handed(key) == .answer(result))
    }

    @Test func theNextAttemptOfADeliveryIsAnotherOne() {
        var ledger = ListenLedger()
        _ = ledger.handed(key)
        ledger.forwarded(result)
        ledger.acknowledged(result)

        #expect(ledger.handed(ListenedAttempt.Key(delivery: "dlv_1", number: 2)) == .forward)
    }

    @Test func whatAnEarlierRunKeptIsOwed() {
        var ledger = ListenLedger(kept: [result])

        #expect(ledger.inHand == 1)
        #expect(ledger.handed(key) == .nothing)
    }

    @Test func whatIsDoneIsForgottenInTheEnd() {
        var ledger = ListenLedger()
        let keys = (1...200).map { ListenedAttempt.Key(delivery: "dlv_\($0)", number: 1) }
        for key in keys {
            _ = ledger.handed(key)
            let result = Self.result(key, body: 60 << 10)
            ledger.forwarded(result)
            ledger.acknowledged(result)
        }

        #expect(ledger.handed(keys[0]) == .forward)
        #expect(ledger.handed(keys[199]) == .answer(Self.result(keys[199], body: 60 << 10)))
    }
}
