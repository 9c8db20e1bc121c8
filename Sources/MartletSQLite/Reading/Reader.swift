import MartletCore
import MartletStore

/// What a reader's thread works with: a connection that sees what was committed and writes nothing.
final class Reader {
    let connection: Connection
    private var environments: [Int64: EnvironmentID] = [:]

    init(connection: Connection) {
        self.connection = connection
    }

    /// The environment with a number; numbers never change, so each is looked up once.
    func environment(_ number: Int64) throws(StoreError) -> EnvironmentID {
        if let id = environments[number] { return id }
        let statement = try connection.cached("SELECT id FROM environments WHERE number = ?")
        defer { statement.reset() }
        statement.bind(1, number)
        guard try statement.step() else {
            throw .corrupt("\(connection.path) refers to an environment number \(number) that it does not have.")
        }
        let id: EnvironmentID = try statement.identifier(0)
        environments[number] = id
        return id
    }

    /// The number of an environment, or `nil` where there is none with this id.
    func number(of environment: EnvironmentID) throws(StoreError) -> Int64? {
        if let known = environments.first(where: { $0.value == environment }) { return known.key }
        let number = try number("SELECT number FROM environments WHERE id = ?", environment)
        if let number { environments[number] = environment }
        return number
    }

    /// The number of an endpoint, deleted or not, or `nil` where there is none with this id.
    func number(of endpoint: EndpointID) throws(StoreError) -> Int64? {
        try number("SELECT number FROM endpoints WHERE id = ?", endpoint)
    }

    private func number(_ sql: String, _ id: Identifier<some IdentifierKind>) throws(StoreError) -> Int64? {
        let statement = try connection.cached(sql)
        defer { statement.reset() }
        statement.bind(1, id)
        return try statement.step() ? statement.integer(0) : nil
    }

    /// Every row of a statement, as `read` takes it.
    func rows<Row>(
        of statement: Statement, _ read: (Statement) throws(StoreError) -> Row
    ) throws(StoreError) -> [Row] {
        defer { statement.reset() }
        var rows: [Row] = []
        while try statement.step() { rows.append(try read(statement)) }
        return rows
    }

    func setting(_ name: String) throws(StoreError) -> [UInt8]? {
        let statement = try connection.cached("SELECT value FROM settings WHERE name = ?")
        defer { statement.reset() }
        statement.bind(1, name)
        return try statement.step() ? statement.bytes(0) : nil
    }
}
