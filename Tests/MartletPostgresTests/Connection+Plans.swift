import MartletStore

@testable import MartletPostgres

extension Connection {
    /// The plan of each statement, as it is made without knowing its parameters.
    func plans(of texts: some Collection<String>) throws(StoreError) -> [String: [String]] {
        try execute("DEALLOCATE ALL; SET plan_cache_mode = force_generic_plan")
        var plans: [String: [String]] = [:]
        for (index, text) in texts.enumerated() {
            let count = (1...40).last { text.contains("$\($0):") } ?? 0
            let nulls = repeatElement("NULL", count: count).joined(separator: ", ")
            try execute("PREPARE plan_\(index) AS \(text)")
            plans[text] = try unprepared("EXPLAIN EXECUTE plan_\(index)\(count == 0 ? "" : "(\(nulls))")").map {
                (row) throws(StoreError) in row.text(0)
            }
        }
        return plans
    }
}
