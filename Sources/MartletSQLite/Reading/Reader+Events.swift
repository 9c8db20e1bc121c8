import MartletCore
import MartletStore

extension Reader {
    func event(_ id: EventID, in environment: EnvironmentID) throws(StoreError) -> Event? {
        try event("SELECT \(EventRow.columns) FROM events e WHERE e.environment = ?1 AND e.id = ?2", in: environment) {
            $0.bind(2, id)
        }
    }

    func event(chosenID: String, in environment: EnvironmentID) throws(StoreError) -> Event? {
        try event(
            "SELECT \(EventRow.columns) FROM events e WHERE e.environment = ?1 AND e.chosen_id = ?2", in: environment
        ) { $0.bind(2, chosenID) }
    }

    private func event(
        _ sql: String, in environment: EnvironmentID, _ bind: (Statement) -> Void
    ) throws(StoreError) -> Event? {
        guard let number = try number(of: environment) else { return nil }
        let statement = try connection.cached(sql)
        statement.bind(1, number)
        bind(statement)
        return try rows(of: statement) { (row) throws(StoreError) in
            try EventRow.read(row, environment: environment)
        }.first
    }
}
