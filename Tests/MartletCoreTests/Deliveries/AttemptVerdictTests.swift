import MartletCore
import Testing

@Suite struct AttemptVerdictTests {
    static func outcome(_ status: Int, _ headers: [HeaderField] = []) -> AttemptOutcome {
        AttemptOutcome(
            result: .response(AttemptResponse(status: status, headers: headers, body: [], isTruncated: false)),
            timing: AttemptTiming(total: 1), address: nil)
    }

    @Test(arguments: [200, 201, 202, 204, 299])
    func everyStatusFrom200To299AcknowledgesUnderTheUsualRule(status: Int) {
        #expect(AttemptVerdict(Self.outcome(status), success: .any2xx) == .acknowledged)
    }

    @Test(arguments: [100, 199, 300, 301, 304, 307, 308, 400, 401, 404, 500, 599])
    func everyOtherStatusIsARefusalRedirectsAmongThem(status: Int) {
        #expect(AttemptVerdict(Self.outcome(status), success: .any2xx) == .refused(retryAfter: nil))
    }

    @Test func underARuleThatTakes200AloneA201IsARefusal() {
        #expect(AttemptVerdict(Self.outcome(200), success: .statuses([200])) == .acknowledged)
        #expect(AttemptVerdict(Self.outcome(201), success: .statuses([200])) == .refused(retryAfter: nil))
    }

    @Test func a410MeansThatTheReceiverIsGoneUnlessTheRuleTakesIt() {
        #expect(AttemptVerdict(Self.outcome(410), success: .any2xx) == .gone)
        #expect(AttemptVerdict(Self.outcome(410), success: .statuses([200, 410])) == .acknowledged)
    }

    @Test(arguments: [(429, true), (503, true), (500, false), (404, false), (302, false)])
    func retryAfterCountsOn429And503Alone(status: Int, counts: Bool) {
        let outcome = Self.outcome(status, [HeaderField(name: "RETRY-AFTER", value: "7")])

        let verdict = AttemptVerdict(outcome, success: .any2xx)

        #expect(verdict == .refused(retryAfter: counts ? .delay(seconds: 7) : nil))
    }

    @Test func theFirstRetryAfterOfSeveralCountsAndNonsenseIsLeftOut() {
        let headers = ["nonsense", "7"].map { HeaderField(name: "Retry-After", value: $0) }

        #expect(AttemptVerdict(Self.outcome(503, headers), success: .any2xx) == .refused(retryAfter: nil))
    }

    @Test(arguments: AttemptFailure.Code.allCases)
    func noResponseIsARefusal(code: AttemptFailure.Code) {
        let outcome = AttemptOutcome(
            result: .failure(AttemptFailure(code, "")), timing: AttemptTiming(total: 1), address: nil)

        #expect(AttemptVerdict(outcome, success: .any2xx) == .refused(retryAfter: nil))
        #expect(!outcome.isUnauthorised)
    }

    @Test func a401AndA403AreWhatAReceiverAnswersThatCannotVerify() {
        let statuses = (100..<600).filter { Self.outcome($0).isUnauthorised }

        #expect(statuses == [401, 403])
    }
}
