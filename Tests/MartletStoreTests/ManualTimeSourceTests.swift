import MartletCore
import MartletTesting
import Synchronization
import Testing

struct ManualTimeSourceTests {
    private let start = Timestamp(milliseconds: 1000)

    @Test func theClockStandsUntilItIsMoved() {
        let clock = ManualTimeSource(start)

        clock.advance(by: .milliseconds(5))
        clock.advance(by: .milliseconds(-2))

        #expect(clock.now() == start + .milliseconds(3))
    }

    @Test func alarmsRingInOrderWithTheClockAtTheirInstant() {
        let clock = ManualTimeSource(start)
        let rung = Mutex<[Int64]>([])
        for offset in [30, 10, 20, 99] {
            clock.alarm(at: start + .milliseconds(offset)) { rung.withLock { $0.append(clock.now().milliseconds) } }
        }

        clock.advance(by: .milliseconds(30))

        #expect(rung.withLock { $0 } == [1010, 1020, 1030])
        #expect(clock.now() == start + .milliseconds(30))
        #expect(clock.nextAlarm == start + .milliseconds(99))
    }

    @Test func anAlarmThatAnotherSetsRingsOnTheWayToo() {
        let clock = ManualTimeSource(start)
        let rung = Mutex(0)
        clock.alarm(at: start + .milliseconds(10)) {
            clock.alarm(at: clock.now() + .milliseconds(10)) { rung.withLock { $0 += 1 } }
        }

        clock.advance(by: .milliseconds(20))

        #expect(rung.withLock { $0 } == 1)
        #expect(clock.nextAlarm == nil)
    }

    @Test func anAlarmInThePastRingsAtOnce() async {
        let clock = ManualTimeSource(start)

        await withCheckedContinuation { continuation in
            clock.alarm(at: start) { continuation.resume() }
        }

        #expect(clock.nextAlarm == nil)
    }
}
