import MartletCore
import MartletStore

extension ConformanceWorld {
    fileprivate func health(of endpoint: Endpoint, failures: Int = 3) -> EndpointHealth {
        EndpointHealth(
            endpoint: endpoint.id, environment: endpoint.environment, failingSince: now - .seconds(60),
            failures: failures, warnedAt: now - .seconds(30), lastSuccessAt: now - .seconds(90))
    }
}

extension StoreConformance {
    static let health: [StoreConformance] = [
        StoreConformance("the health of endpoints is kept, the last word replacing the one before") { world in
            let well = EndpointHealth(endpoint: world.sandboxEndpoint.id, environment: world.sandbox.id)
            try expectEqual(try await world.store.health(), [])

            try await world.store.putHealth([
                world.health(of: world.otherEndpoint), well, world.health(of: world.endpoint, failures: 1),
                world.health(of: world.endpoint, failures: 7),
            ])
            let cleared = EndpointHealth(
                endpoint: world.otherEndpoint.id, environment: world.live.id, lastSuccessAt: world.now)
            try await world.store.putHealth([cleared])
            try await world.store.putHealth([])

            try expectEqual(
                try await world.store.health(),
                [world.health(of: world.endpoint, failures: 7), cleared, well].sorted { $0.endpoint < $1.endpoint })
            try expectEqual(try await world.store.health(of: world.otherEndpoint.id), cleared)
            try expectEqual(try await world.store.health(of: world.id()), nil)
        },
        StoreConformance("the health of an endpoint that is not there is a conflict, and nothing of it is kept") {
            world in
            let unknown = EndpointHealth(endpoint: world.id(), environment: world.live.id)
            let foreign = EndpointHealth(endpoint: world.endpoint.id, environment: world.sandbox.id)

            for wrong in [unknown, foreign] {
                try await world.expectConflict("The health of \(wrong.endpoint)") {
                    try await world.store.putHealth([world.health(of: world.endpoint), wrong])
                }
            }

            try expectEqual(try await world.store.health(), [])
        },
        StoreConformance("the health of a deleted endpoint may still come in, and is not told") { world in
            try await world.store.putHealth([world.health(of: world.endpoint), world.health(of: world.otherEndpoint)])
            try await world.store.apply([
                .deleteEndpoint(environment: world.live.id, id: world.endpoint.id, at: world.now)
            ])

            try await world.store.putHealth([world.health(of: world.endpoint, failures: 9)])

            try expectEqual(try await world.store.health(), [world.health(of: world.otherEndpoint)])
            try expectEqual(try await world.store.health(of: world.endpoint.id), nil)
        },
    ]
}
