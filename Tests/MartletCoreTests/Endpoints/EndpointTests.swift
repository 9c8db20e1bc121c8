import MartletCore
import Testing

@Suite struct EndpointTests {
    private let start = Timestamp(milliseconds: 1_686_825_000_000)

    private func endpoint() -> Endpoint {
        Endpoint(
            id: EndpointID(high: 1, low: 1), environment: EnvironmentID(high: 1, low: 2),
            application: ApplicationID(high: 1, low: 3), url: "https://example.com/", events: ["*"],
            secrets: SealedSecrets(current: []), createdAt: start, updatedAt: start)
    }

    @Test func oneThatWasActiveAllAlongHasNoGap() {
        var endpoint = endpoint()

        let gap = endpoint.activate(at: start)

        #expect(gap == nil)
        #expect(endpoint.lastGap == nil)
        #expect(endpoint.deactivatedAt == nil && endpoint.reactivatedAt == nil)
    }

    @Test func theGapRunsFromTheFirstDeactivationToTheReactivation() {
        var endpoint = endpoint()

        endpoint.deactivate(.failing, at: start + .seconds(10))
        endpoint.deactivate(.paused, at: start + .seconds(20))
        let whileInactive = endpoint.lastGap
        let reason = endpoint.inactivity
        let gap = endpoint.activate(at: start + .seconds(30))

        #expect(whileInactive == nil)
        #expect(reason == .failing)
        #expect(endpoint.isActive)
        #expect(gap?.since == start + .seconds(10))
        #expect(gap?.until == start + .seconds(30))
        #expect(endpoint.lastGap == gap)
    }

    @Test func aNewGapTakesThePlaceOfTheLastOne() {
        var endpoint = endpoint()
        endpoint.deactivate(.paused, at: start)
        endpoint.activate(at: start + .seconds(1))

        endpoint.deactivate(.gone, at: start + .seconds(5))

        #expect(endpoint.deactivatedAt == start + .seconds(5))
        #expect(endpoint.reactivatedAt == nil)
        #expect(endpoint.lastGap == nil)
    }

    @Test func aClockThatWasSetBackMakesNoGapThatEndsBeforeItBegins() {
        var endpoint = endpoint()
        endpoint.deactivate(.paused, at: start)

        let gap = endpoint.activate(at: start - .seconds(60))

        #expect(gap?.since == start)
        #expect(gap?.until == start)
    }
}
