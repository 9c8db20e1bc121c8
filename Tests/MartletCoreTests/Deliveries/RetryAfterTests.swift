import MartletCore
import Testing

@Suite struct RetryAfterTests {
    static let now = Timestamp(milliseconds: 784_111_777_000)

    @Test(arguments: [
        ("0", Int64(0)), ("120", 120), (" 120 ", 120), ("\t5", 5), ("0007", 7), ("99999999999999999999", 1_000_000_000),
    ])
    func digitsAreSeconds(text: String, seconds: Int64) {
        #expect(RetryAfter(text) == .delay(seconds: seconds))
    }

    @Test func anHTTPDateIsAnInstant() {
        #expect(RetryAfter("Sun, 06 Nov 1994 08:49:37 GMT") == .date(Self.now))
        #expect(RetryAfter("Thu, 29 Feb 2024 00:00:00 GMT") == .date(Timestamp(milliseconds: 1_709_164_800_000)))
    }

    @Test(arguments: [
        "", " ", "-1", "+1", "1.5", "1e3", "soon", "１２", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 31 Feb 2023 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun,  06 Nov 1994 08:49:37 GMT",
        "1994-11-06T08:49:37Z",
    ])
    func anythingElseIsNothing(text: String) {
        #expect(RetryAfter(text) == nil)
    }

    @Test func aReceiverMayNotPushTheNextAttemptBeyondADay() {
        let longest = Self.now + .seconds(86_400)

        #expect(RetryAfter.delay(seconds: 86_401).instant(from: Self.now) == longest)
        #expect(RetryAfter.delay(seconds: 1_000_000_000).instant(from: Self.now) == longest)
        #expect(RetryAfter.date(longest + .seconds(1)).instant(from: Self.now) == longest)
        #expect(RetryAfter.delay(seconds: 5).instant(from: Self.now) == Self.now + .seconds(5))
        #expect(RetryAfter.date(Self.now - .seconds(5)).instant(from: Self.now) == Self.now - .seconds(5))
    }
}
