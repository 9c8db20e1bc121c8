import MartletPostgres
import MartletStore
import MartletTesting
import Testing

struct NodeTests {
    /// The stores of nodes that share a schema.
    private struct Stage: NodeStage {
        let cluster: Cluster
        let address: PostgresAddress
        let schema: String

        func open() async throws -> any Store { try await openStore(address, joins: false) }

        func silence(_ node: NodeNumber) async throws {
            try await cluster.execute(
                "UPDATE \(schema).nodes SET beat_at = beat_at - interval '1 hour' WHERE number = \(node.rawValue)")
        }
    }

    @Test(arguments: StoreConformance.nodes)
    func nodesShareTheStoreAsTheyShould(_ check: NodeConformance) async throws {
        let cluster = try await Cluster.shared.value

        try await cluster.withSchema { address, schema in
            try await check.run(on: Stage(cluster: cluster, address: address, schema: schema))
        }
    }
}
