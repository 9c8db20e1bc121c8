import MartletCore
import Testing

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("5s", .seconds(5)), ("5m", .seconds(300)), ("2h", .seconds(7200)),
        ("1d", .seconds(86_400)), ("0s", .zero), ("36500d", .seconds(36_500 * 86_400)), ("007s", .seconds(7)),
    ])
    func aNumberAndAUnitAreADuration(text: String, duration: Duration) {
        #expect(Duration(text: text) == duration)
    }

    @Test(arguments: [
        "", "5", "s", "ms", "5 s", " 5s", "5s ", "-5s", "+5s", "1.5s", "5S", "5sec", "5m30s", "1w", "５s", "36501d",
        "9223372036854775807s", "99999999999999999999s", "999999999999999d",
    ])
    func anythingElseIsNone(text: String) {
        #expect(Duration(text: text) == nil)
    }

    @Test(arguments: ["0s", "1ms", "500ms", "1500ms", "5s", "90s", "5m", "90m", "2h", "1d", "7d"])
    func aDurationIsWrittenInTheLargestUnitThatDividesItAndReadBack(text: String) {
        #expect(Duration(text: text)?.text == text)
    }

    @Test func unitsGiveWayToLargerOnes() {
        #expect(Duration.seconds(60).text == "1m")
        #expect(Duration.milliseconds(3_600_000).text == "1h")
        #expect(Duration.seconds(86_400 * 2).text == "2d")
    }

    @Test func wholePartsAreRoundedTowardsZero() {
        #expect(Duration.microseconds(1999).wholeMilliseconds == 1)
        #expect(Duration.microseconds(-1999).wholeMilliseconds == -1)
        #expect(Duration.nanoseconds(1999).wholeMicroseconds == 1)
    }
}
