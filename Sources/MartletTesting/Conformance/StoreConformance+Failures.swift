import MartletCore
import MartletStore

extension ConformanceWorld {
    /// Has a delivery stored whose last attempt, the second, came to this.
    fileprivate func attempted(
        to endpoint: Endpoint? = nil, _ reason: FailureGroup.Reason, at instant: Timestamp, isWaiting: Bool = false
    ) async throws -> DeliveryID {
        let endpoint = endpoint ?? self.endpoint
        let event = event(in: endpoint.environment == live.id ? live : sandbox)
        let delivery = delivery(of: event, to: endpoint, at: instant)
        try await accept(event, [delivery])
        for number in 1...2 {
            let result: AttemptOutcome.Result =
                switch number == 2 ? reason : .failure(.timeout) {
                case .status(let status):
                    .response(AttemptResponse(status: status, headers: [], body: [], isTruncated: false))
                case .failure(let code): .failure(AttemptFailure(code, "It failed."))
                }
            let attempt = attempt(
                of: delivery, number: number, result: result, at: instant + .seconds(number))
            let state: DeliveryState =
                number == 1 || isWaiting
                ? .scheduled(due: now + .seconds(99)) : .failed(at: instant + .seconds(2), reason: .exhausted)
            _ = try await settle(settlement(of: delivery, attempt: attempt, state: state))
        }
        return delivery.id
    }

    fileprivate func expectFailures(
        _ groups: [FailureGroup], of application: ApplicationID? = nil, since: Timestamp? = nil,
        file: String = #fileID, line: UInt = #line
    ) async throws {
        let found = try await store.failures(
            FailureQuery(environment: live.id, application: application, since: since ?? now - .seconds(60)))
        try expectEqual(Set(found.groups.values), Set(groups), file: file, line: line)
        try expectEqual(found.isPartial, false, file: file, line: line)
    }
}

extension StoreConformance {
    static let failures: [StoreConformance] = [
        StoreConformance("failures are grouped by endpoint and by what came of the last attempt") { world in
            let second = try await world.addEndpoint()
            _ = try await world.attempted(.status(503), at: world.now)
            let late = try await world.attempted(.status(503), at: world.now + .seconds(7))
            _ = try await world.attempted(.status(503), at: world.now + .seconds(3), isWaiting: true)
            let refused = try await world.attempted(
                .failure(.connectionRefused), at: world.now + .seconds(1), isWaiting: true)
            let elsewhere = try await world.attempted(to: second, .status(503), at: world.now)
            let others = try await world.attempted(to: world.otherEndpoint, .status(500), at: world.now)
            _ = try await world.attempted(to: world.sandboxEndpoint, .status(503), at: world.now)
            // Neither one that has not been attempted nor one that arrived is a failure.
            _ = try await world.acceptDelivery()
            let arrived = try await world.acceptDelivery()
            _ = try await world.settle(
                world.settlement(of: arrived, attempt: world.attempt(of: arrived), state: .succeeded(at: world.now)))
            func group(
                _ endpoint: Endpoint, _ reason: FailureGroup.Reason, failed: Int, waiting: Int, from first: Int,
                to last: Int, _ example: DeliveryID
            ) -> FailureGroup {
                FailureGroup(
                    key: .init(endpoint: endpoint.id, reason: reason), failed: failed, waiting: waiting,
                    first: world.now + .seconds(first), last: world.now + .seconds(last), example: example)
            }
            let own = [
                group(world.endpoint, .status(503), failed: 2, waiting: 1, from: 2, to: 9, late),
                group(world.endpoint, .failure(.connectionRefused), failed: 0, waiting: 1, from: 3, to: 3, refused),
                group(second, .status(503), failed: 1, waiting: 0, from: 2, to: 2, elsewhere),
            ]
            let foreign = group(world.otherEndpoint, .status(500), failed: 1, waiting: 0, from: 2, to: 2, others)

            try await world.expectFailures(own + [foreign])
            try await world.expectFailures(own, of: world.application.id)
            try await world.expectFailures([foreign], of: world.otherApplication.id)
            try await world.expectFailures([], of: world.id())
        },
        StoreConformance("failures are those of deliveries made since an instant") { world in
            _ = try await world.attempted(.status(503), at: world.now - .milliseconds(1))
            let young = try await world.attempted(.status(503), at: world.now)

            try await world.expectFailures(
                [
                    FailureGroup(
                        key: .init(endpoint: world.endpoint.id, reason: .status(503)), failed: 1, waiting: 0,
                        first: world.now + .seconds(2), last: world.now + .seconds(2), example: young)
                ], since: world.now)
            try await world.expectFailures([], since: world.now + .milliseconds(1))
        },
        StoreConformance("of what was attempted at the same instant the newest delivery is the example") { world in
            var examples: [DeliveryID] = []
            for isWaiting in [false, true, false] {
                examples.append(try await world.attempted(.status(410), at: world.now, isWaiting: isWaiting))
            }
            let newest = try require(examples.max(), "There are three.")

            try await world.expectFailures([
                FailureGroup(
                    key: .init(endpoint: world.endpoint.id, reason: .status(410)), failed: 2, waiting: 1,
                    first: world.now + .seconds(2), last: world.now + .seconds(2), example: newest)
            ])
        },
        StoreConformance("an application with many endpoints has its failures grouped all the same") { world in
            var groups: [FailureGroup] = []
            for _ in 0..<40 {
                let endpoint = try await world.addEndpoint()
                let example = try await world.attempted(to: endpoint, .status(500), at: world.now)
                _ = try await world.attempted(to: world.otherEndpoint, .status(500), at: world.now)
                groups.append(
                    FailureGroup(
                        key: .init(endpoint: endpoint.id, reason: .status(500)), failed: 1, waiting: 0,
                        first: world.now + .seconds(2), last: world.now + .seconds(2), example: example))
            }

            try await world.expectFailures(groups, of: world.application.id)
        },
    ]
}
