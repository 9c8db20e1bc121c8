import MartletCore
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"), (1_686_825_000_000, "2023-06-15T10:30:00.000Z"),
        (1_686_825_000_007, "2023-06-15T10:30:00.007Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"), (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ])
    func anInstantIsWrittenWithMillisecondsAndReadBack(milliseconds: Int64, text: String) {
        let instant = Timestamp(milliseconds: milliseconds)

        #expect(instant.rfc3339 == text)
        #expect(Timestamp(rfc3339: text) == instant)
    }

    @Test func theShortFormLeavesAZeroFractionOut() {
        #expect(Timestamp(milliseconds: 1_686_825_000_000).rfc3339Short == "2023-06-15T10:30:00Z")
        #expect(Timestamp(milliseconds: 1_686_825_000_050).rfc3339Short == "2023-06-15T10:30:00.050Z")
    }

    @Test func everyDayIsReadBackAsItWasWritten() {
        for day in stride(from: Int64(-719_162), to: 2_932_896, by: 37) {
            let instant = Timestamp(milliseconds: day * 86_400_000 + 43_200_123)
            #expect(Timestamp(rfc3339: instant.rfc3339) == instant, "\(instant.rfc3339)")
        }
    }

    @Test(arguments: [
        "2023-06-15T10:30:00Z", "2023-06-15t10:30:00z", "2023-06-15 10:30:00Z", "2023-06-15T12:30:00+02:00",
        "2023-06-15T05:00:00-05:30", "2023-06-15T10:30:00.0Z", "2023-06-15T10:30:00.000999Z",
        "2023-06-15T10:30:00-00:00",
    ])
    func oneInstantHasSeveralSpellings(text: String) {
        #expect(Timestamp(rfc3339: text)?.milliseconds == 1_686_825_000_000)
    }

    @Test func digitsPastTheMillisecondAreCutOffAndMissingOnesAreZero() {
        #expect(Timestamp(rfc3339: "1970-01-01T00:00:00.1Z")?.milliseconds == 100)
        #expect(Timestamp(rfc3339: "1970-01-01T00:00:00.12Z")?.milliseconds == 120)
        #expect(Timestamp(rfc3339: "1970-01-01T00:00:00.1239999999Z")?.milliseconds == 123)
        #expect(Timestamp(rfc3339: "1970-01-01T00:00:60Z")?.milliseconds == 60_000)
    }

    @Test(arguments: [
        "", "now", "2023-06-15", "2023-06-15T10:30Z", "2023-06-15T10:30:00", "2023-06-15T10:30:00.Z",
        "2023-06-15T10:30:00Zz", "2023-06-15T10:30:00+0200", "2023-06-15T10:30:00+24:00", "2023-06-15T10:30:00+02:60",
        "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2023-13-01T00:00:00Z", "2023-00-01T00:00:00Z",
        "2023-01-00T00:00:00Z", "2023-04-31T00:00:00Z", "2023-06-15T24:00:00Z", "2023-06-15T10:60:00Z",
        "2023-06-15T10:30:61Z", "0000-01-01T00:00:00Z", "12023-06-15T10:30:00Z", "2023-6-15T10:30:00Z",
        "+023-06-15T10:30:00Z", "２023-06-15T10:30:00Z", " 2023-06-15T10:30:00Z",
        // In another year once the offset is off.
        "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00",
    ])
    func anythingElseIsNotRead(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test(arguments: [(Int64(0), Int64(0)), (999, 0), (1000, 1), (-1, -1), (-1000, -1), (-1001, -2)])
    func secondsAreRoundedDown(milliseconds: Int64, seconds: Int64) {
        #expect(Timestamp(milliseconds: milliseconds).seconds == seconds)
    }

    @Test func durationsMoveAnInstant() {
        let instant = Timestamp(milliseconds: 1000)

        #expect(instant + .seconds(2) == Timestamp(milliseconds: 3000))
        #expect(instant - .milliseconds(1) == Timestamp(milliseconds: 999))
        #expect(instant + .microseconds(1999) == Timestamp(milliseconds: 1001))
        #expect((instant + .seconds(2)).since(instant) == .seconds(2))
        #expect(instant.since(instant + .seconds(2)) == .seconds(-2))
        #expect(instant < instant + .milliseconds(1))
    }
}
