import MartletCore
import MartletStore
import Testing

@testable import MartletPostgres
@testable import MartletTesting

/// What listings are read along, whatever they are narrowed to.
struct ListingPlanTests {
    /// The tables that grow with traffic. Partitions are called by theirs: `deliveries_default`.
    private static let large = [
        "deliveries", "events", "attempts", "requests", "operational_events", "incidents", "endpoint_hours",
        "environment_hours", "chosen_ids",
    ]

    @Test func everyListingHasAnIndexWhateverItIsNarrowedTo() async throws {
        let plans = try await plans()

        #expect(plans.count > 50)
        for (text, plan) in plans {
            for line in plan where line.contains("Seq Scan on") {
                let table = line.split(separator: " ").drop { $0 != "on" }.dropFirst().first ?? ""
                #expect(!Self.large.contains { table.hasPrefix($0) }, "\(line) in \(text)")
            }
        }
    }

    @Test func nothingIsSortedButWhatIsBounded() async throws {
        let plans = try await plans()

        #expect(plans.count > 50)
        for (text, plan) in plans where plan.contains(where: { $0.contains("Sort Key") }) {
            #expect(Self.bounded.contains(where: text.contains), "\(text)\n\(plan.joined(separator: "\n"))")
        }
    }

    /// What tells the statements that sort so many rows at the most: a short backlog, events gathered from few deliveries,
    /// a bounded number of failures, the attempts of one delivery, the heads of so many keys.
    private static let bounded = [
        "JOIN deliveries d ON d.owner", "AS g (id)", "array_agg", "JOIN attempts a ON a.environment = v.id",
        "WITH RECURSIVE head",
    ]

    /// The plans that are left once the planner may neither look through a table nor sort, as they are made without knowing
    /// parameters: what then still does either has no index to go along.
    private func plans() async throws -> [String: [String]] {
        let cluster = try await Cluster.shared.value
        return try await cluster.withSchema { address, _ in
            let store = try await openStore(address)
            try await ListingWalk.run(on: store)
            let plans = try await store.read { (reader) throws(StoreError) in
                let connection = try reader.session.connected()
                let texts = connection.texts.filter { $0.hasPrefix("SELECT") || $0.hasPrefix("WITH") }
                try connection.execute(
                    "SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off")
                return try connection.plans(of: texts)
            }
            await store.close()
            return plans
        }
    }
}
