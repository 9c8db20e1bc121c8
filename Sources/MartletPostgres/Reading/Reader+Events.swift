import MartletCore
import MartletStore

extension Reader {
    func event(_ id: EventID, in environment: EnvironmentID) throws(StoreError) -> Event? {
        try query("SELECT \(EventRow.columns) FROM events e WHERE e.environment = $1::uuid AND e.id = $2::uuid") {
            $0.add(environment)
            $0.add(id)
        }.first.map { (row) throws(StoreError) in try EventRow.read(row, environment: environment) }
    }

    func event(chosenID: String, in environment: EnvironmentID) throws(StoreError) -> Event? {
        try query(
            """
            SELECT \(EventRow.columns) FROM chosen_ids c
            JOIN events e ON e.environment = c.environment AND e.id = c.event
            WHERE c.environment = $1::uuid AND c.chosen_id = $2::bytea
            """
        ) {
            $0.add(environment)
            $0.add(chosenID)
        }.first.map { (row) throws(StoreError) in try EventRow.read(row, environment: environment) }
    }
}
