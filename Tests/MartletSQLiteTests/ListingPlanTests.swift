import MartletCore
import MartletStore
import Testing

@testable import MartletSQLite
@testable import MartletTesting

/// What listings are read along, whatever they are narrowed to.
struct ListingPlanTests {
    /// The tables that grow with traffic, as the listings call them.
    private static let large: Set<String> = [
        "deliveries", "d", "events", "e", "attempts", "a", "requests", "operational_events", "incidents",
        "endpoint_hours", "h", "environment_hours", "jobs",
    ]

    @Test func everyListingIsReadAlongAnIndexWhateverItIsNarrowedTo() async throws {
        let plans = try await plans()

        #expect(plans.count > 50)
        for (text, steps) in plans {
            for step in steps {
                #expect(!Self.looksThroughATable(step), "\(step) in \(text)")
                #expect(!Self.looksThroughAnEnvironment(step, text), "\(step) in \(text)")
            }
        }
    }

    @Test func nothingIsSortedButAShortBacklog() async throws {
        for (text, steps) in try await plans() where steps.contains(where: { $0.contains("TEMP B-TREE") }) {
            #expect(text.contains("INDEXED BY deliveries_due"), "\(steps) in \(text)")
        }
    }

    @Test func aBacklogIsSortedByItsIndexAlone() async throws {
        var query = DeliveryQuery(environment: EnvironmentID(high: 0, low: 0), limit: 1)
        query.status = .held
        for endpoint in [nil, EndpointID(high: 1, low: 1)] {
            query.endpoint = endpoint
            var listing = DeliveryListing(query)
            listing.path = .backlog

            let steps = try await plans(of: [listing.sql])[listing.sql] ?? []

            #expect(
                steps.contains {
                    $0.hasPrefix("SEARCH d USING COVERING INDEX deliveries_due")
                        || $0.hasPrefix("SCAN d USING COVERING INDEX deliveries_due")
                }, "\(steps)")
            #expect(steps.contains("SEARCH d USING PRIMARY KEY (environment=? AND id=?)"), "\(steps)")
        }
    }

    @Test(arguments: [
        ("SCAN deliveries", true), ("SCAN e USING INDEX events_id", true),
        ("SCAN d USING COVERING INDEX deliveries_due", false),
        ("SEARCH e USING INDEX events_id (environment=? AND id>? AND id<?)", false), ("SCAN p", false),
    ])
    func aScanIsToldFromASearch(_ step: String, _ isScan: Bool) {
        #expect(Self.looksThroughATable(step) == isScan)
    }

    @Test(arguments: [
        ("SEARCH e USING INDEX events_id (environment=?)", "ORDER BY e.id LIMIT 1", true),
        ("SEARCH d USING PRIMARY KEY (environment=?)", "ORDER BY d.id", true),
        ("SEARCH d USING INDEX deliveries_troubled (environment=? AND trouble=?)", "LIMIT ?1", false),
        ("SEARCH d USING INDEX deliveries_troubled (environment=? AND trouble=?)", "", true),
        ("SEARCH d USING INDEX deliveries_troubled (environment=? AND trouble=? AND id>?)", "", false),
    ])
    func aSearchOfAWholeEnvironmentIsNone(_ step: String, _ text: String, _ isScan: Bool) {
        #expect(Self.looksThroughAnEnvironment(step, text) == isScan)
    }

    /// Going through the index of the few that wait is another thing.
    private static func looksThroughATable(_ step: String) -> Bool {
        let words = step.split(separator: " ").map(String.init)
        guard words.count >= 2, words[0] == "SCAN", large.contains(words[1]) else { return false }
        return !step.contains("deliveries_due")
    }

    /// Whether nothing but the environment narrows a search, and it is not of the few that were in trouble with a bound on the rows.
    private static func looksThroughAnEnvironment(_ step: String, _ text: String) -> Bool {
        let isFew = step.hasSuffix("deliveries_troubled (environment=? AND trouble=?)")
        guard isFew || step.hasSuffix("(environment=?)"), let table = step.split(separator: " ").dropFirst().first,
            large.contains(String(table))
        else { return false }
        return !(isFew && text.contains("LIMIT"))
    }

    private func plans() async throws -> [String: [String]] {
        let directory = try TemporaryDirectory()
        var limits = SQLiteStore.Limits()
        limits.readers = 1
        let store = try await SQLiteStore.open(path: directory.file(), limits: limits)
        try await ListingWalk.run(on: store)
        let texts = try await store.read { (reader) throws(StoreError) in Array(reader.connection.statements.keys) }
        await store.close()
        return try await plans(of: texts)
    }

    private func plans(of texts: [String]) async throws -> [String: [String]] {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore.open(path: directory.file())
        let plans = try await store.read { (reader) throws(StoreError) in
            var plans: [String: [String]] = [:]
            for text in texts where text.hasPrefix("SELECT") {
                plans[text] = try reader.connection.plan(of: text)
            }
            return plans
        }
        await store.close()
        return plans
    }
}
