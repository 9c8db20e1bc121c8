import MartletCore
import MartletStore
import Testing

@testable import MartletSQLite
@testable import MartletTesting

struct QueryPlanTests {
    /// The tables that grow with traffic.
    private static let large = [
        "deliveries", "d", "events", "e", "attempts", "answers", "endpoint_hours", "h", "operational_events",
    ]

    @Test func noStatementOfTheContractLooksThroughALargeTable() async throws {
        var texts: Set<String> = []
        for check in StoreConformance.all {
            let directory = try TemporaryDirectory()
            var limits = SQLiteStore.Limits()
            limits.readers = 1
            let store = try await SQLiteStore.open(path: directory.file(), limits: limits)
            try await check.check(ConformanceWorld(store))
            let used = try? await (
                store.read { (reader) throws(StoreError) in Array(reader.connection.statements.keys) },
                store.write { (writer) throws(StoreError) in Array(writer.connection.statements.keys) }
            )
            if let used { texts.formUnion(used.0 + used.1) }
            await store.close()
        }
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        // What the contract's small backlogs never lead to.
        texts.formUnion(Self.listings.map(\.sql))

        let plans = try await store.read { [texts] (reader) throws(StoreError) in
            var plans: [(String, String)] = []
            for text in texts where text.hasPrefix("SELECT") || text.hasPrefix("UPDATE") || text.hasPrefix("DELETE") {
                plans += try reader.connection.plan(of: text).map { (text, $0) }
            }
            return plans
        }

        #expect(Set(plans.map(\.0)).count > 40)
        for (text, step) in plans {
            #expect(!Self.isFullScan(step), "\(step) in \(text)")
            // An index would have served; a sort means that everything found is held first.
            #expect(!step.contains("TEMP B-TREE") || text.contains("deliveries_due"), "\(step) in \(text)")
        }
        await store.close()
    }

    @Test func whatIsDueIsReadAlongItsIndex() async throws {
        let due = try await plan(of: Reader.due)
        let earliest = try await plan(of: Reader.earliestDue)

        #expect(due.contains("SEARCH d USING INDEX deliveries_due (endpoint=? AND in_turn=?)"))
        #expect(!due.contains { $0.contains("TEMP B-TREE") })
        // A comparison of pairs would look through all that waits at the endpoint that it begins from.
        #expect(
            earliest.filter { $0.contains("deliveries_due") } == [
                "SEARCH d USING INDEX deliveries_due (endpoint=? AND in_turn>?)",
                "SEARCH d USING INDEX deliveries_due (endpoint>?)",
            ])
        #expect(!earliest.contains { $0.contains("TEMP B-TREE") })
    }

    @Test func anOrderIsReadAlongItsIndex() async throws {
        let fromKeyToKey = try await [plan(of: Reader.firstHead), plan(of: Reader.nextHead)]
        let withinAKey = try await [plan(of: Reader.headOfKey), plan(of: Reader.waiting)]
        let inTurn = try await plan(of: Reader.inTurn)

        #expect(
            fromKeyToKey[0] == ["SEARCH deliveries USING COVERING INDEX deliveries_in_turn (endpoint=? AND turn_key>?)"]
        )
        #expect(fromKeyToKey[1] == fromKeyToKey[0])
        for plan in withinAKey {
            #expect(
                plan.contains("SEARCH deliveries USING COVERING INDEX deliveries_in_turn (endpoint=? AND turn_key=?)"))
        }
        #expect(inTurn.contains("SEARCH d USING INDEX deliveries_in_turn (endpoint=? AND turn_key=?)"))
        #expect(!(fromKeyToKey + withinAKey + [inTurn]).joined().contains { $0.contains("TEMP B-TREE") })
    }

    @Test(arguments: [
        "SCAN deliveries", "SCAN d", "SCAN events", "SCAN e USING INTEGER PRIMARY KEY", "SCAN attempts",
    ])
    func aScanIsToldFromASearch(_ step: String) {
        #expect(Self.isFullScan(step))
        #expect(!Self.isFullScan("SEARCH d USING INDEX deliveries_due (endpoint=?)"))
        #expect(!Self.isFullScan("SCAN deliveries USING COVERING INDEX deliveries_due"))
        #expect(!Self.isFullScan("SCAN operational_events USING INDEX operational_events_untold"))
    }

    /// Whether a step goes through all rows of a large table. Going through an index of the few that wait, be it to be
    /// delivered or to be told, is another thing.
    private static func isFullScan(_ step: String) -> Bool {
        let words = step.split(separator: " ").map(String.init)
        guard words.count >= 2, words[0] == "SCAN", large.contains(words[1]) else { return false }
        return !["deliveries_due", "operational_events_untold"].contains(where: step.contains)
    }

    private static var listings: [DeliveryListing] {
        (DeliveryStatus.allCases.map(Optional.some) + [nil]).flatMap { status in
            [nil, EndpointID(high: 1, low: 1)].map { endpoint in
                var query = DeliveryQuery(environment: EnvironmentID(high: 0, low: 0), limit: 1)
                query.status = status
                query.endpoint = endpoint
                return DeliveryListing(query)
            }
        }
    }

    private func plan(of text: String) async throws -> [String] {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        let steps = try await store.read { (reader) throws(StoreError) in
            try reader.connection.plan(of: text)
        }
        await store.close()
        return steps
    }
}
