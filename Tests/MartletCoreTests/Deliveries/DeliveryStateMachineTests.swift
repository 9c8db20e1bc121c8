import MartletCore
import Testing

/// `docs/delivery-states.md` draws these moves.
@Suite struct DeliveryStateMachineTests {
    static let now = Timestamp(milliseconds: 1_686_825_000_000)
    static let due = now + .seconds(60)

    /// One state of each status.
    static let states: [DeliveryState] = [
        .scheduled(due: due), .inFlight(since: now), .held(due: due), .succeeded(at: now),
        .failed(at: now, reason: .exhausted), .cancelled(at: now, reason: .requested),
    ]

    /// A move by its name, and what it leads to from each of ``states``; `nil` where it is refused.
    struct Move: Sendable, CustomTestStringConvertible {
        var name: String
        var make: @Sendable (inout DeliveryStateMachine) throws -> Void
        var outcomes: [DeliveryState?]

        var testDescription: String { name }
    }

    static let moves: [Move] = [
        Move(
            name: "attemptStarted", make: { try $0.attemptStarted(at: now) },
            outcomes: [.inFlight(since: now), nil, nil, nil, nil, nil]),
        Move(
            name: "attemptFinished, acknowledged",
            make: { try $0.attemptFinished(.acknowledged, at: now, nextAttempt: due, cause: .publish) },
            outcomes: [nil, .succeeded(at: now), nil, nil, nil, nil]),
        Move(
            name: "attemptFinished, refused, with another to come",
            make: { try $0.attemptFinished(.refused(retryAfter: nil), at: now, nextAttempt: due, cause: .replay) },
            outcomes: [nil, .scheduled(due: due), nil, nil, nil, nil]),
        Move(
            name: "attemptFinished, refused, with no other to come",
            make: { try $0.attemptFinished(.refused(retryAfter: nil), at: now, nextAttempt: nil, cause: .publish) },
            outcomes: [nil, .failed(at: now, reason: .exhausted), nil, nil, nil, nil]),
        Move(
            name: "attemptFinished, refused, a test",
            make: { try $0.attemptFinished(.refused(retryAfter: nil), at: now, nextAttempt: due, cause: .test) },
            outcomes: [nil, .failed(at: now, reason: .single), nil, nil, nil, nil]),
        Move(
            name: "attemptFinished, gone",
            make: { try $0.attemptFinished(.gone, at: now, nextAttempt: due, cause: .publish) },
            outcomes: [nil, .failed(at: now, reason: .gone), nil, nil, nil, nil]),
        Move(
            name: "retryRequested", make: { try $0.retryRequested(at: now) },
            outcomes: [.scheduled(due: now), nil, nil, nil, .scheduled(due: now), nil]),
        Move(
            name: "cancelRequested",
            make: { try $0.cancelRequested(at: now, reason: .endpointDeleted) },
            outcomes: [
                .cancelled(at: now, reason: .endpointDeleted), .cancelled(at: now, reason: .endpointDeleted),
                .cancelled(at: now, reason: .endpointDeleted), nil, nil, nil,
            ]),
    ]

    @Test(arguments: moves)
    func aMoveIsMadeFromTheStatesThatAllowItAndRefusedFromTheOthers(move: Move) throws {
        for (state, outcome) in zip(Self.states, move.outcomes) {
            var machine = DeliveryStateMachine(state)

            if let outcome {
                try move.make(&machine)
                #expect(machine.state == outcome, "from \(state.status)")
            } else {
                #expect(throws: DeliveryStateMachine.IllegalMove.self, "from \(state.status)") {
                    try move.make(&machine)
                }
                #expect(machine.state == state, "a refused move changes nothing")
            }
        }
    }

    @Test func anInactiveEndpointHoldsWhatIsScheduledAndNothingElse() {
        let outcomes = Self.states.map { state in
            var machine = DeliveryStateMachine(state)
            machine.endpointDeactivated()
            return machine.state
        }

        #expect(outcomes == [.held(due: Self.due)] + Self.states.dropFirst())
    }

    @Test func anActiveEndpointReleasesWhatWasHeldAtTheTimeItWasDueAndNothingElse() {
        let outcomes = Self.states.map { state in
            var machine = DeliveryStateMachine(state)
            machine.endpointActivated()
            return machine.state
        }

        var expected = Self.states
        expected[2] = .scheduled(due: Self.due)
        #expect(outcomes == expected)
    }

    @Test func aRetryIsNeverDueInThePast() throws {
        var machine = DeliveryStateMachine(.inFlight(since: Self.now))

        try machine.attemptFinished(
            .refused(retryAfter: nil), at: Self.now, nextAttempt: Self.now - .seconds(5), cause: .publish)

        #expect(machine.state == .scheduled(due: Self.now))
    }

    @Test func aRefusalSaysWhatCannotBeDoneToWhat() {
        var machine = DeliveryStateMachine(.succeeded(at: Self.now))

        #expect(throws: DeliveryStateMachine.IllegalMove.self) { try machine.retryRequested(at: Self.now) }
        do throws(DeliveryStateMachine.IllegalMove) {
            try machine.retryRequested(at: Self.now)
        } catch {
            #expect("\(error)" == "A delivery that is succeeded cannot be retried.")
        }
    }

    @Test func theFinalStatesAreThoseNothingFollows() {
        #expect(Self.states.map(\.isFinal) == [false, false, false, true, true, true])
        #expect(Self.states.map(\.status) == DeliveryStatus.allCases)
    }

    @Test func theNamesUnderWhichStatesAndReasonsAreKnownStay() {
        #expect(
            DeliveryStatus.allCases.map(\.rawValue)
                == ["scheduled", "in_flight", "held", "succeeded", "failed", "cancelled"])
        #expect(DeliveryState.FailureReason.allCases.map(\.rawValue) == ["exhausted", "gone", "single"])
        #expect(DeliveryState.CancelReason.allCases.map(\.rawValue) == ["requested", "endpoint_deleted"])
    }
}
