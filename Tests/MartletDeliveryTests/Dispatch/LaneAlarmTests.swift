import MartletCore
import Testing

@testable import MartletDelivery

@Suite struct LaneAlarmTests {
    let now = Timestamp(milliseconds: 1_686_825_000_000)

    /// With one alarm added for tomorrow at every retry of today, memory would grow for as long as something waits.
    @Test func aFarAlarmIsSetOnceHoweverManyNearOnesRingBeforeIt() {
        let lane = Lane(EndpointID(high: 0, low: 1), rules: DispatcherScene.rules(), now: now)
        let tomorrow = now + .seconds(86_400)
        let isSet = lane.arm(at: tomorrow)

        var near: [Bool] = []
        var farAgain: [Bool] = []
        for second in 1...100 {
            near.append(lane.arm(at: now + .seconds(second)))
            lane.alarmRang()
            farAgain.append(lane.arm(at: tomorrow))
        }
        lane.alarmRang()

        #expect(isSet)
        #expect(near.allSatisfy { $0 })
        #expect(!farAgain.contains(true))
        #expect(lane.arm(at: tomorrow), "once it has rung, it can be set again")
    }

    @Test func anAlarmNoEarlierThanOneThatIsSetIsNotSet() {
        let lane = Lane(EndpointID(high: 0, low: 1), rules: DispatcherScene.rules(), now: now)

        let set = [5, 5, 6, 4, 5].map { lane.arm(at: now + .seconds($0)) }

        #expect(set == [true, false, false, true, false])
    }
}
