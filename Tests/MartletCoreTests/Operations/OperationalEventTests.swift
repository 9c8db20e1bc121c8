import MartletCore
import Testing

@Suite struct OperationalEventTests {
    private let now = Timestamp(milliseconds: 1_686_825_000_000)
    private let id = OperationalEventID(high: 9, low: 9)
    private let endpoint: Endpoint = {
        let instant = Timestamp(milliseconds: 0)
        return Endpoint(
            id: EndpointID(high: 1, low: 1), environment: EnvironmentID(high: 2, low: 2),
            application: ApplicationID(high: 3, low: 3), url: "https://example.com/?token=secret", events: ["*"],
            secrets: SealedSecrets(current: [1]), createdAt: instant, updatedAt: instant)
    }()

    /// A watch that succeeded once, and has failed `failures` times since.
    private func watch(failures: Int) -> FailureWatch {
        var watch = FailureWatch()
        _ = watch.attemptSucceeded(at: now - .seconds(7200))
        for _ in 0..<failures { _ = watch.attemptFailed(at: now - .seconds(3600)) }
        return watch
    }

    private func data(_ event: OperationalEvent) throws -> JSONValue { try JSONValue(parsing: event.data) }

    @Test func oneThatFailsIsToldWithWhenItWillBeDisabled() throws {
        let event = OperationalEvent.failing(endpoint, watch(failures: 7), id: id, at: now)

        #expect(event.kind.rawValue == "endpoint.failing")
        #expect(event.id == id)
        #expect(event.environment == endpoint.environment)
        #expect(event.application == endpoint.application)
        #expect(event.endpoint == endpoint.id)
        #expect(event.createdAt == now)
        #expect(
            try data(event) == [
                "webhook": .string(endpoint.id.description), "failing_since": "2023-06-15T09:30:00.000Z", "failures": 7,
                "last_success_at": "2023-06-15T08:30:00.000Z", "disables_at": "2023-06-20T09:30:00.000Z",
            ])
    }

    @Test func oneThatWasDisabledIsToldWithTheReason() throws {
        let failing = OperationalEvent.disabled(endpoint, for: .failing, watch(failures: 10), id: id, at: now)
        let gone = OperationalEvent.disabled(endpoint, for: .gone, FailureWatch(), id: id, at: now)

        #expect(failing.kind.rawValue == "endpoint.disabled")
        #expect(
            try data(failing) == [
                "webhook": .string(endpoint.id.description), "reason": "failing",
                "failing_since": "2023-06-15T09:30:00.000Z", "failures": 10,
                "last_success_at": "2023-06-15T08:30:00.000Z",
            ])
        #expect(
            try data(gone) == [
                "webhook": .string(endpoint.id.description), "reason": "gone", "failing_since": nil, "failures": 0,
                "last_success_at": nil,
            ])
    }

    @Test func oneThatIsWellAgainIsToldWithWhatItWasLike() throws {
        let event = OperationalEvent.recovered(endpoint, watch(failures: 8), id: id, at: now)

        #expect(event.kind.rawValue == "endpoint.recovered")
        #expect(
            try data(event) == [
                "webhook": .string(endpoint.id.description), "failing_since": "2023-06-15T09:30:00.000Z", "failures": 8,
            ])
    }

    /// A URL may carry a credential.
    @Test func noneCarriesTheURL() {
        let events = [
            OperationalEvent.failing(endpoint, watch(failures: 1), id: id, at: now),
            .disabled(endpoint, for: .gone, watch(failures: 1), id: id, at: now),
            .recovered(endpoint, watch(failures: 1), id: id, at: now),
        ]

        for event in events { #expect(!String(decoding: event.data, as: UTF8.self).contains("secret")) }
    }

    @Test func itsIdHasAPrefixOfItsOwn() {
        #expect(id.description.hasPrefix("oev_"))
        #expect(OperationalEventID(id.description) == id)
    }
}
