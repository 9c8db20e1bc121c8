import MartletStore

@testable import MartletSQLite

extension Connection {
    /// The steps of a statement's plan.
    func plan(of text: String) throws(StoreError) -> [String] {
        let plan = try prepare("EXPLAIN QUERY PLAN \(text)")
        var steps: [String] = []
        while try plan.step() { steps.append(plan.text(3)) }
        return steps
    }
}
