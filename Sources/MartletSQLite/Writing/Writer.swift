import MartletCore
import MartletStore

/// What the writer's thread works with: the one connection that writes, and the numbers under which the file knows
/// environments and endpoints.
final class Writer {
    let connection: Connection
    let hot: HotStatements
    private var environments: [EnvironmentID: Int64] = [:]
    private var endpoints: [EndpointID: EndpointNumbers] = [:]

    /// The numbers of an endpoint and of its environment.
    struct EndpointNumbers {
        var endpoint: Int64
        var environment: Int64
    }

    /// How many endpoints' numbers are kept in memory: 48 bytes each.
    private static let endpointCacheBound = 50_000

    init(connection: Connection) throws(StoreError) {
        self.connection = connection
        hot = try HotStatements(on: connection)
    }

    /// The number of an environment. Numbers never change, so they are looked up once.
    ///
    /// - Precondition: not within a transaction that creates environments, which might be rolled back.
    func number(of environment: EnvironmentID) throws(StoreError) -> Int64 {
        if let number = environments[environment] { return number }
        guard let number = try findNumber(of: environment) else {
            throw .conflict("There is no environment \(environment) in the store.")
        }
        environments[environment] = number
        return number
    }

    /// The number of an environment as the file has it now.
    func findNumber(of environment: EnvironmentID) throws(StoreError) -> Int64? {
        let statement = try connection.cached("SELECT number FROM environments WHERE id = ?")
        defer { statement.reset() }
        statement.bind(1, environment)
        return try statement.step() ? statement.integer(0) : nil
    }

    /// The numbers of an endpoint, whether or not it was deleted.
    ///
    /// - Precondition: as for ``number(of:)``.
    func numbers(of endpoint: EndpointID, in environment: EnvironmentID) throws(StoreError) -> EndpointNumbers {
        let numbers = try numbers(of: endpoint)
        guard numbers.environment == (try number(of: environment)) else {
            throw .conflict("Endpoint \(endpoint) is not in environment \(environment).")
        }
        return numbers
    }

    private func numbers(of endpoint: EndpointID) throws(StoreError) -> EndpointNumbers {
        if let numbers = endpoints[endpoint] { return numbers }
        let statement = try connection.cached("SELECT number, environment FROM endpoints WHERE id = ?")
        defer { statement.reset() }
        statement.bind(1, endpoint)
        guard try statement.step() else { throw .conflict("There is no endpoint \(endpoint) in the store.") }
        let numbers = EndpointNumbers(endpoint: statement.integer(0), environment: statement.integer(1))
        if endpoints.count >= Self.endpointCacheBound { endpoints.removeAll(keepingCapacity: true) }
        endpoints[endpoint] = numbers
        return numbers
    }
}
