import MartletCore
import Testing

@Suite struct FailureReportsTests {
    private static let start = Timestamp(milliseconds: 1_686_825_000_000)
    private let first = EndpointID(high: 1, low: 1)
    private let second = EndpointID(high: 1, low: 2)

    @Test func theFirstFailureIsToldAtOnceAndTheRestTogether() {
        var reports = FailureReports()

        let told = (0..<5).map { reports.failed(first, at: Self.start + .seconds($0)) }
        let other = reports.failed(second, at: Self.start)
        let early = reports.takeOverdue(at: Self.start + .seconds(299))
        let late = reports.takeOverdue(at: Self.start + .seconds(300))
        let again = reports.takeOverdue(at: Self.start + .seconds(301))

        #expect(told == [true, false, false, false, false])
        #expect(other)
        #expect(early.isEmpty)
        #expect(late.map(\.endpoint) == [first])
        #expect(late.map(\.count) == [4])
        #expect(again.isEmpty)
    }

    @Test func anEndpointThatGoesOnFailingIsToldOfOnceAWindow() {
        var reports = FailureReports()
        var told = 0

        // One failure a second for an hour.
        for second in 0..<3600 {
            let now = Self.start + .seconds(Int64(second))
            if reports.failed(first, at: now) { told += 1 }
            told += reports.takeOverdue(at: now).count
        }

        #expect(told == 12)
    }

    @Test func oneThatFailsAgainAfterAQuietWindowIsToldAtOnce() {
        var reports = FailureReports()
        _ = reports.failed(first, at: Self.start)
        let nothing = reports.takeOverdue(at: Self.start + .seconds(300))

        let told = reports.failed(first, at: Self.start + .seconds(301))

        #expect(nothing.isEmpty)
        #expect(told)
    }
}
