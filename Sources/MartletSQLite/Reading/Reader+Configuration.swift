import MartletCore
import MartletStore

extension Reader {
    func configuration() throws(StoreError) -> Configuration {
        try connection.reading { () throws(StoreError) in
            var configuration = Configuration()
            configuration.environments = try rows(
                of: try connection.cached("SELECT id, name, record FROM environments ORDER BY number")
            ) { (row) throws(StoreError) in
                try EnvironmentRecord.decode(row.bytes(2), id: try row.identifier(0), name: row.text(1))
            }
            configuration.profiles = try rows(
                of: try connection.cached(
                    "SELECT \(Self.profileColumns) FROM profiles ORDER BY environment, name"), profile)
            configuration.applications = try rows(
                of: try connection.cached(
                    "SELECT \(Self.applicationColumns) FROM applications WHERE deleted_at IS NULL"), application)
            configuration.endpoints = try rows(
                of: try connection.cached("SELECT \(Self.endpointColumns) FROM endpoints WHERE deleted_at IS NULL"),
                endpoint)
            configuration.keys = try rows(of: try connection.cached("SELECT \(Self.keyColumns) FROM keys"), key)
            configuration.eventTypes = try rows(
                of: try connection.cached("SELECT environment, name FROM event_types ORDER BY environment, name")
            ) { (row) throws(StoreError) in
                EventTypeReference(environment: try environment(row.integer(0)), name: row.text(1))
            }
            configuration.sources = try rows(
                of: try connection.cached("SELECT \(Self.sourceColumns) FROM sources"), source)
            return configuration
        }
    }

    func applications(
        in environment: EnvironmentID, before cursor: ApplicationID?, limit: Int
    ) throws(StoreError) -> [Application] {
        try page(
            """
            SELECT \(Self.applicationColumns) FROM applications
            WHERE environment = ?1 AND id < ?2 AND deleted_at IS NULL ORDER BY id DESC LIMIT ?3
            """, in: environment, before: cursor, limit: limit, application)
    }

    func endpoints(
        in environment: EnvironmentID, application: ApplicationID?, before cursor: EndpointID?, limit: Int
    ) throws(StoreError) -> [Endpoint] {
        guard let application else {
            return try page(
                """
                SELECT \(Self.endpointColumns) FROM endpoints INDEXED BY endpoints_live
                WHERE environment = ?1 AND id < ?2 AND deleted_at IS NULL ORDER BY id DESC LIMIT ?3
                """, in: environment, before: cursor, limit: limit, endpoint)
        }
        return try page(
            """
            SELECT \(Self.endpointColumns) FROM endpoints INDEXED BY endpoints_of_application
            WHERE environment = ?1 AND application = ?4 AND id < ?2 AND deleted_at IS NULL ORDER BY id DESC LIMIT ?3
            """, in: environment, before: cursor, limit: limit, bindMore: { $0.bind(4, application) }, endpoint)
    }

    func keys(in environment: EnvironmentID, before cursor: KeyID?, limit: Int) throws(StoreError) -> [APIKey] {
        try page(
            "SELECT \(Self.keyColumns) FROM keys WHERE environment = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
            in: environment, before: cursor, limit: limit, key)
    }

    func eventTypes(
        in environment: EnvironmentID, before cursor: EventTypePosition?, limit: Int
    ) throws(StoreError) -> [EventType] {
        guard let number = try number(of: environment) else { return [] }
        let statement = try connection.cached(
            """
            SELECT \(Self.eventTypeColumns) FROM event_types INDEXED BY event_types_newest
            WHERE environment = ?1 AND (created_at, name) < (?2, ?3) ORDER BY created_at DESC, name DESC LIMIT ?4
            """)
        statement.bind(1, number)
        // Without a cursor, past the last instant there is: no name matters then.
        statement.bind(2, cursor?.createdAt.milliseconds ?? .max)
        statement.bind(3, cursor?.name ?? "")
        statement.bind(4, Int64(limit))
        return try rows(of: statement, eventType)
    }

    func eventType(_ name: String, in environment: EnvironmentID) throws(StoreError) -> EventType? {
        guard let number = try number(of: environment) else { return nil }
        let statement = try connection.cached(
            "SELECT \(Self.eventTypeColumns) FROM event_types WHERE environment = ?1 AND name = ?2")
        statement.bind(1, number)
        statement.bind(2, name)
        return try rows(of: statement, eventType).first
    }

    func sources(
        in environment: EnvironmentID, before cursor: SourceID?, limit: Int
    ) throws(StoreError) -> [Source] {
        try page(
            "SELECT \(Self.sourceColumns) FROM sources WHERE environment = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
            in: environment, before: cursor, limit: limit, source)
    }

    /// A page of a listing by id, newest first. Parameters: 1 the environment, 2 the id before which, 3 the limit.
    private func page<Row, Kind>(
        _ sql: String, in environment: EnvironmentID, before cursor: Identifier<Kind>?, limit: Int,
        bindMore: (Statement) -> Void = { _ in }, _ read: (Statement) throws(StoreError) -> Row
    ) throws(StoreError) -> [Row] {
        guard let number = try number(of: environment) else { return [] }
        let statement = try connection.cached(sql)
        statement.bind(1, number)
        statement.bind(2, IdentifierRange(since: nil, until: nil, before: cursor).upper)
        statement.bind(3, Int64(limit))
        bindMore(statement)
        return try rows(of: statement, read)
    }

    static let profileColumns = "environment, name, record, created_at, updated_at"

    func profile(_ row: Statement) throws(StoreError) -> CustomProfile {
        let environment = try environment(row.integer(0))
        return CustomProfile(
            environment: environment,
            profile: try ProfileRecord.decode(row.bytes(2), environment: environment, name: row.text(1)),
            createdAt: row.timestamp(3), updatedAt: row.timestamp(4))
    }

    static let applicationColumns = "environment, id, uid, record, created_at, updated_at"

    func application(_ row: Statement) throws(StoreError) -> Application {
        try ApplicationRecord.decode(
            row.bytes(3), id: try row.identifier(1), environment: try environment(row.integer(0)),
            uid: row.optionalText(2), createdAt: row.timestamp(4), updatedAt: row.timestamp(5))
    }

    static let endpointColumns = """
        environment, id, application, inactivity, record, secret, previous_secret, overlap_ends, cut_over_at, \
        created_at, updated_at
        """

    func endpoint(_ row: Statement) throws(StoreError) -> Endpoint {
        try EndpointRecord.decode(
            row.bytes(4), id: try row.identifier(1), environment: try environment(row.integer(0)),
            application: try row.identifier(2), inactivity: row.optionalText(3),
            secrets: SealedSecrets(
                current: row.bytes(5), previous: row.optionalBytes(6), overlapEnds: row.optionalTimestamp(7),
                cutOverAt: row.optionalTimestamp(8)),
            createdAt: row.timestamp(9), updatedAt: row.timestamp(10))
    }

    static let sourceColumns = """
        environment, id, application, record, secret, previous_secret, overlap_ends, cut_over_at, created_at, updated_at
        """

    func source(_ row: Statement) throws(StoreError) -> Source {
        let secrets = row.optionalBytes(4).map { current in
            SealedSecrets(
                current: current, previous: row.optionalBytes(5), overlapEnds: row.optionalTimestamp(6),
                cutOverAt: row.optionalTimestamp(7))
        }
        return try SourceRecord.decode(
            row.bytes(3), id: try row.identifier(1), environment: try environment(row.integer(0)),
            application: try row.optionalIdentifier(2), secrets: secrets, createdAt: row.timestamp(8),
            updatedAt: row.timestamp(9))
    }

    static let keyColumns = "environment, id, application, hash, record, created_at"

    func key(_ row: Statement) throws(StoreError) -> APIKey {
        try KeyRecord.decode(
            row.bytes(4), id: try row.identifier(1), environment: try environment(row.integer(0)),
            application: try row.optionalIdentifier(2), hash: row.bytes(3), createdAt: row.timestamp(5))
    }

    static let eventTypeColumns = "environment, name, record, created_at, updated_at"

    func eventType(_ row: Statement) throws(StoreError) -> EventType {
        try EventTypeRecord.decode(
            row.bytes(2), environment: try environment(row.integer(0)), name: row.text(1),
            createdAt: row.timestamp(3), updatedAt: row.timestamp(4))
    }
}
