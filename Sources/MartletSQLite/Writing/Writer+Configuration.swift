import MartletCore
import MartletStore

extension Writer {
    func apply(_ changes: [ConfigurationChange]) throws(StoreError) {
        try connection.writing { () throws(StoreError) in
            for change in changes { try apply(change) }
        }
    }

    private func apply(_ change: ConfigurationChange) throws(StoreError) {
        switch change {
        case .putEnvironment(let environment): try put(environment)
        case .putProfile(let profile): try put(profile)
        case .deleteProfile(let environment, let name):
            try delete("DELETE FROM profiles WHERE environment = ?1 AND name = ?2", in: environment) {
                $0.bind(2, name)
            }
        case .putApplication(let application): try put(application)
        case .deleteApplication(let environment, let id, let at):
            try deleteApplication(id, in: environment, at: at)
        case .eraseApplication(let environment, let id, let at):
            try deleteApplication(id, in: environment, at: at)
            try requestErasure(of: id, in: environment, at: at)
        case .putEndpoint(let endpoint): try put(endpoint)
        case .deleteEndpoint(let environment, let id, let at):
            try delete(Self.endpointDeletion + " AND id = ?3", in: environment) { statement in
                statement.bind(2, at)
                statement.bind(3, id)
            }
        case .createEventType(let type): try create(type)
        case .putEventType(let type): try replace(type)
        case .deleteEventType(let environment, let name):
            try delete("DELETE FROM event_types WHERE environment = ?1 AND name = ?2", in: environment) {
                $0.bind(2, name)
            }
        case .putKey(let key): try put(key)
        case .deleteKey(let environment, let id):
            try delete("DELETE FROM keys WHERE environment = ?1 AND id = ?2", in: environment) { $0.bind(2, id) }
        case .putSource(let source): try put(source)
        case .deleteSource(let environment, let id):
            try delete("DELETE FROM sources WHERE environment = ?1 AND id = ?2", in: environment) { $0.bind(2, id) }
        }
    }

    // What may hold a secret does not outlive its endpoint: the settings have headers of the owner's own.
    private static let endpointDeletion = """
        UPDATE endpoints
        SET deleted_at = ?2, record = '{}', secret = x'', previous_secret = NULL, overlap_ends = NULL,
            cut_over_at = NULL
        WHERE environment = ?1 AND deleted_at IS NULL
        """

    /// Runs a statement whose first parameter is the environment; where that is not there, neither is what to delete.
    private func delete(
        _ sql: String, in environment: EnvironmentID, _ bind: (Statement) -> Void
    ) throws(StoreError) {
        guard let number = try findNumber(of: environment) else { return }
        let statement = try connection.cached(sql)
        statement.bind(1, number)
        bind(statement)
        try statement.run()
    }

    private func existingNumber(of environment: EnvironmentID) throws(StoreError) -> Int64 {
        guard let number = try findNumber(of: environment) else {
            throw .conflict("There is no environment \(environment) in the store.")
        }
        return number
    }

    private func put(_ environment: Environment) throws(StoreError) {
        let names = try connection.cached("SELECT id FROM environments WHERE name = ?1 AND id <> ?2")
        defer { names.reset() }
        names.bind(1, environment.name)
        names.bind(2, environment.id)
        guard try !names.step() else {
            throw .conflict("There is another environment named \"\(environment.name)\".")
        }
        let statement = try connection.cached(
            """
            INSERT INTO environments (id, name, record) VALUES (?1, ?2, ?3)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, record = excluded.record
            """)
        statement.bind(1, environment.id)
        statement.bind(2, environment.name)
        statement.bind(3, text: EnvironmentRecord.encode(environment))
        try statement.run()
    }

    private func put(_ profile: CustomProfile) throws(StoreError) {
        let statement = try connection.cached(
            """
            INSERT OR REPLACE INTO profiles (environment, name, record, created_at, updated_at)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """)
        statement.bind(1, try existingNumber(of: profile.environment))
        statement.bind(2, profile.profile.name)
        statement.bind(3, text: ProfileRecord.encode(profile.profile))
        statement.bind(4, profile.createdAt)
        statement.bind(5, profile.updatedAt)
        try statement.run()
    }

    private func put(_ application: Application) throws(StoreError) {
        let environment = try existingNumber(of: application.environment)
        if let uid = application.uid {
            let others = try connection.cached(
                "SELECT id FROM applications WHERE environment = ?1 AND uid = ?2 AND id <> ?3")
            defer { others.reset() }
            others.bind(1, environment)
            others.bind(2, uid)
            others.bind(3, application.id)
            if try others.step() {
                let other: ApplicationID = try others.identifier(0)
                throw .conflict("Application \(other) has the uid \"\(uid)\" already.")
            }
        }
        let statement = try connection.cached(
            """
            INSERT INTO applications (environment, id, uid, record, created_at, updated_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (environment, id) DO UPDATE SET
                uid = excluded.uid, record = excluded.record, created_at = excluded.created_at,
                updated_at = excluded.updated_at
                WHERE deleted_at IS NULL
            """)
        statement.bind(1, environment)
        statement.bind(2, application.id)
        statement.bind(3, application.uid)
        statement.bind(4, text: ApplicationRecord.encode(application))
        statement.bind(5, application.createdAt)
        statement.bind(6, application.updatedAt)
        try statement.run()
        if connection.changes == 0 { throw .conflict("Application \(application.id) was deleted.") }
    }

    private func deleteApplication(
        _ id: ApplicationID, in environment: EnvironmentID, at now: Timestamp
    ) throws(StoreError) {
        try delete(Self.endpointDeletion + " AND application = ?3", in: environment) { statement in
            statement.bind(2, now)
            statement.bind(3, id)
        }
        try delete("DELETE FROM keys WHERE environment = ?1 AND application = ?2", in: environment) { $0.bind(2, id) }
        try delete("DELETE FROM sources WHERE environment = ?1 AND application = ?2", in: environment) {
            $0.bind(2, id)
        }
        try delete(
            """
            UPDATE applications SET deleted_at = ?3, uid = NULL, record = '{}'
            WHERE environment = ?1 AND id = ?2 AND deleted_at IS NULL
            """, in: environment
        ) { statement in
            statement.bind(2, id)
            statement.bind(3, now)
        }
    }

    private func put(_ endpoint: Endpoint) throws(StoreError) {
        let statement = try connection.cached(
            """
            INSERT INTO endpoints (
                id, environment, application, inactivity, record, secret, previous_secret, overlap_ends, cut_over_at,
                created_at, updated_at
            ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            ON CONFLICT (id) DO UPDATE SET
                inactivity = excluded.inactivity, record = excluded.record, secret = excluded.secret,
                previous_secret = excluded.previous_secret, overlap_ends = excluded.overlap_ends,
                cut_over_at = excluded.cut_over_at, created_at = excluded.created_at, updated_at = excluded.updated_at
                WHERE deleted_at IS NULL AND environment = excluded.environment AND application = excluded.application
            """)
        statement.bind(1, endpoint.id)
        statement.bind(2, try existingNumber(of: endpoint.environment))
        statement.bind(3, endpoint.application)
        statement.bind(4, endpoint.inactivity?.rawValue)
        statement.bind(5, text: EndpointRecord.encode(endpoint))
        statement.bind(6, endpoint.secrets.current)
        statement.bind(7, endpoint.secrets.previous)
        statement.bind(8, endpoint.secrets.overlapEnds)
        statement.bind(9, endpoint.secrets.cutOverAt)
        statement.bind(10, endpoint.createdAt)
        statement.bind(11, endpoint.updatedAt)
        try statement.run()
        if connection.changes == 0 {
            throw .conflict("Endpoint \(endpoint.id) was deleted, or belongs to another application.")
        }
    }

    private func create(_ type: EventType) throws(StoreError) {
        let statement = try connection.cached(
            """
            INSERT INTO event_types (environment, name, record, created_at, updated_at)
            VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING
            """)
        try run(statement, with: type)
        if connection.changes == 0 { throw .conflict("There is an event type \"\(type.name)\" already.") }
    }

    private func replace(_ type: EventType) throws(StoreError) {
        let statement = try connection.cached(
            """
            UPDATE event_types SET record = ?3, created_at = ?4, updated_at = ?5 WHERE environment = ?1 AND name = ?2
            """)
        try run(statement, with: type)
        if connection.changes == 0 { throw .conflict("There is no event type \"\(type.name)\" any more.") }
    }

    private func run(_ statement: Statement, with type: EventType) throws(StoreError) {
        statement.bind(1, try existingNumber(of: type.environment))
        statement.bind(2, type.name)
        statement.bind(3, text: EventTypeRecord.encode(type))
        statement.bind(4, type.createdAt)
        statement.bind(5, type.updatedAt)
        try statement.run()
    }

    private func put(_ key: APIKey) throws(StoreError) {
        let statement = try connection.cached(
            """
            INSERT INTO keys (environment, id, application, hash, record, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (environment, id) DO UPDATE SET
                application = excluded.application, hash = excluded.hash, record = excluded.record,
                created_at = excluded.created_at
            """)
        statement.bind(1, try existingNumber(of: key.environment))
        statement.bind(2, key.id)
        statement.bind(3, key.application)
        statement.bind(4, key.hash)
        statement.bind(5, text: KeyRecord.encode(key))
        statement.bind(6, key.createdAt)
        try statement.run()
    }

    private func put(_ source: Source) throws(StoreError) {
        let statement = try connection.cached(
            """
            INSERT INTO sources (
                environment, id, application, record, secret, previous_secret, overlap_ends, cut_over_at, created_at,
                updated_at
            ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            ON CONFLICT (environment, id) DO UPDATE SET
                application = excluded.application, record = excluded.record, secret = excluded.secret,
                previous_secret = excluded.previous_secret, overlap_ends = excluded.overlap_ends,
                cut_over_at = excluded.cut_over_at, created_at = excluded.created_at, updated_at = excluded.updated_at
            """)
        statement.bind(1, try existingNumber(of: source.environment))
        statement.bind(2, source.id)
        statement.bind(3, source.application)
        statement.bind(4, text: SourceRecord.encode(source))
        statement.bind(5, source.secrets?.current)
        statement.bind(6, source.secrets?.previous)
        statement.bind(7, source.secrets?.overlapEnds)
        statement.bind(8, source.secrets?.cutOverAt)
        statement.bind(9, source.createdAt)
        statement.bind(10, source.updatedAt)
        try statement.run()
    }
}
