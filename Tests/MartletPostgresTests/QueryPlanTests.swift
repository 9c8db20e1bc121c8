import MartletCore
import MartletStore
import Testing

@testable import MartletPostgres
@testable import MartletTesting

struct QueryPlanTests {
    /// The tables that grow with traffic.
    private static let large = [
        "deliveries", "events", "attempts", "answers", "chosen_ids", "endpoint_hours", "operational_events",
    ]

    @Test func noStatementOfTheContractLooksThroughALargeTable() async throws {
        let cluster = try await Cluster.shared.value
        var texts: Set<String> = []
        for check in StoreConformance.all {
            texts.formUnion(
                try await cluster.withSchema { address, _ in
                    let store = try await openStore(address)
                    try await check.check(ConformanceWorld(store))
                    // A check that closes its store leaves nothing to look at.
                    let used = (try? await store.statements()) ?? []
                    await store.close()
                    return used
                })
        }
        // What the contract's small backlogs never lead to.
        texts.formUnion(Self.listings.flatMap { [$0.sql, $0.boundary] })
        texts.formUnion([Writer.takeOverOwned, Writer.takeOverStrays, Writer.rehome, Writer.claimEndpoints])

        let plans = try await plans(of: texts.filter { !$0.hasPrefix("BEGIN") && $0 != "COMMIT" })

        #expect(plans.count > 60)
        for (text, plan) in plans {
            for line in plan where line.contains("Seq Scan on") {
                let table = line.split(separator: " ").drop { $0 != "on" }.dropFirst().first ?? ""
                // Counting all that waits, for a metric, reads the index of what waits whole.
                #expect(
                    !Self.large.contains { table.hasPrefix($0) },
                    "\(line) in \(text)\n\(plan.joined(separator: "\n"))")
            }
        }
    }

    @Test func theHotStatementsFindTheirRowsByKeysAlone() async throws {
        let plans = try await plans(of: [
            Writer.settle, Writer.insertEvents, Writer.insertDeliveries, Writer.moveDelivery, Reader.due,
        ])

        for plan in plans.values.map({ $0.joined(separator: "\n") }) {
            #expect(!plan.contains("Seq Scan"))
            #expect(!plan.contains("Hash Join") && !plan.contains("Merge Join"))
        }
        let due = try #require(plans[Reader.due])
        let settle = try #require(plans[Writer.settle])
        #expect(due.contains { $0.contains("owner_endpoint_in_turn_state_at_id_idx") })
        let events = due.indices.filter { due[$0].contains("Scan using events_") }
        #expect(!events.isEmpty)
        for line in events { #expect(due[line + 1].contains("(id = "), "\(due[line + 1])") }
        #expect(!settle.contains { $0.contains("in_turn_state_at_id_idx") })
        // What moves, along the key; and the attempts that were there before.
        #expect(settle.contains { $0.contains("Index Scan using deliveries_default_pkey") })
        #expect(settle.contains { $0.contains("Index Scan using attempts_default_pkey") })
        #expect(!settle.contains { $0.contains("Materialize") })
    }

    private static var listings: [DeliveryListing] {
        (DeliveryStatus.allCases.map(Optional.some) + [nil]).flatMap { status in
            [nil, EndpointID(high: 1, low: 1)].flatMap { endpoint in
                var query = DeliveryQuery(environment: EnvironmentID(high: 0, low: 0), limit: 1)
                query.status = status
                query.endpoint = endpoint
                var backlog = DeliveryListing(query)
                backlog.path = .backlog
                return [DeliveryListing(query), backlog]
            }
        }
    }

    /// The plan of each statement, as it is made without knowing its parameters, on empty tables.
    private func plans(of texts: Set<String>) async throws -> [String: [String]] {
        let cluster = try await Cluster.shared.value
        return try await cluster.withSchema { address, _ in
            let store = try await openStore(address)
            let plans = try await store.write { (writer) throws(StoreError) in
                try writer.session.connected().plans(of: texts)
            }
            await store.close()
            return plans
        }
    }
}

extension PostgresStore {
    /// Every statement that the store's connections have prepared.
    fileprivate func statements() async throws -> Set<String> {
        var texts: Set<String> = []
        let prepared: @Sendable (Writer) throws(StoreError) -> [String] = { (writer) throws(StoreError) in
            try writer.session.connected().texts
        }
        texts.formUnion(try await write(prepared))
        texts.formUnion(try await control(prepared))
        texts.formUnion(try await sweep(prepared))
        texts.formUnion(try await belong(prepared))
        texts.formUnion(try await read { (reader) throws(StoreError) in try reader.session.connected().texts })
        return texts
    }
}
