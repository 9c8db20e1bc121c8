import MartletCore
import MartletStore

extension Reader {
    func configuration() throws(StoreError) -> Configuration {
        try snapshot { (connection) throws(StoreError) in
            let rows = try connection.pipeline { (pipeline) throws(StoreError) in
                try pipeline.add("SELECT \(EnvironmentRow.columns) FROM environments ORDER BY number")
                try pipeline.add("SELECT \(ProfileRow.columns) FROM profiles ORDER BY environment, name")
                try pipeline.add("SELECT \(ApplicationRow.columns) FROM applications WHERE deleted_at IS NULL")
                try pipeline.add("SELECT \(EndpointRow.columns) FROM endpoints WHERE deleted_at IS NULL")
                try pipeline.add("SELECT \(KeyRow.columns) FROM keys")
                try pipeline.add("SELECT environment, name FROM event_types ORDER BY environment, name")
                try pipeline.add("SELECT \(SourceRow.columns) FROM sources")
            }
            var configuration = Configuration()
            guard rows.count == 7 else { throw .unavailable("The connection to PostgreSQL was lost.") }
            configuration.environments = try rows[0].map(EnvironmentRow.read)
            configuration.profiles = try rows[1].map(ProfileRow.read)
            configuration.applications = try rows[2].map(ApplicationRow.read)
            configuration.endpoints = try rows[3].map(EndpointRow.read)
            configuration.keys = try rows[4].map(KeyRow.read)
            configuration.eventTypes = try rows[5].map { (row) throws(StoreError) in
                EventTypeReference(environment: try row.identifier(0), name: row.text(1))
            }
            configuration.sources = try rows[6].map(SourceRow.read)
            return configuration
        }
    }

    func applications(
        in environment: EnvironmentID, before cursor: ApplicationID?, limit: Int
    ) throws(StoreError) -> [Application] {
        try query(
            """
            SELECT \(ApplicationRow.columns) FROM applications
            WHERE environment = $1::uuid AND id < $2::uuid AND deleted_at IS NULL ORDER BY id DESC LIMIT $3::bigint
            """
        ) {
            $0.add(environment)
            $0.add(cursor ?? .last)
            $0.add(limit)
        }.map(ApplicationRow.read)
    }

    func endpoints(
        in environment: EnvironmentID, application: ApplicationID?, before cursor: EndpointID?, limit: Int
    ) throws(StoreError) -> [Endpoint] {
        let narrowed = application == nil ? "" : "AND application = $4::uuid"
        return try query(
            """
            SELECT \(EndpointRow.columns) FROM endpoints
            WHERE environment = $1::uuid AND id < $2::uuid AND deleted_at IS NULL \(narrowed)
            ORDER BY id DESC LIMIT $3::bigint
            """
        ) {
            $0.add(environment)
            $0.add(cursor ?? .last)
            $0.add(limit)
            if let application { $0.add(application) }
        }.map(EndpointRow.read)
    }

    func keys(in environment: EnvironmentID, before cursor: KeyID?, limit: Int) throws(StoreError) -> [APIKey] {
        try query(
            """
            SELECT \(KeyRow.columns) FROM keys WHERE environment = $1::uuid AND id < $2::uuid
            ORDER BY id DESC LIMIT $3::bigint
            """
        ) {
            $0.add(environment)
            $0.add(cursor ?? .last)
            $0.add(limit)
        }.map(KeyRow.read)
    }

    func sources(
        in environment: EnvironmentID, before cursor: SourceID?, limit: Int
    ) throws(StoreError) -> [Source] {
        try query(
            """
            SELECT \(SourceRow.columns) FROM sources WHERE environment = $1::uuid AND id < $2::uuid
            ORDER BY id DESC LIMIT $3::bigint
            """
        ) {
            $0.add(environment)
            $0.add(cursor ?? .last)
            $0.add(limit)
        }.map(SourceRow.read)
    }

    func eventTypes(
        in environment: EnvironmentID, before cursor: EventTypePosition?, limit: Int
    ) throws(StoreError) -> [EventType] {
        try query(
            """
            SELECT \(EventTypeRow.columns) FROM event_types
            WHERE environment = $1::uuid AND (created_at, name) < ($2::bigint, $3::bytea)
            ORDER BY created_at DESC, name DESC LIMIT $4::bigint
            """
        ) {
            $0.add(environment)
            // Without a cursor, past the last instant there is: no name matters then.
            $0.add(cursor?.createdAt.milliseconds ?? .max)
            $0.add(cursor?.name ?? "")
            $0.add(limit)
        }.map(EventTypeRow.read)
    }

    func eventType(_ name: String, in environment: EnvironmentID) throws(StoreError) -> EventType? {
        try query("SELECT \(EventTypeRow.columns) FROM event_types WHERE environment = $1::uuid AND name = $2::bytea") {
            $0.add(environment)
            $0.add(name)
        }.first.map(EventTypeRow.read)
    }

    /// The changes after one, each in the form in which the store has what it is about now.
    func configurationChanges(after number: Int64?) throws(StoreError) -> ConfigurationNews {
        try snapshot { (connection) throws(StoreError) in
            let newest = try connection.query("SELECT coalesce(max(number), 0) FROM configuration_changes")
            let last = newest.first?.integer(0) ?? 0
            guard let number, number < last else { return ConfigurationNews(changes: [], last: last) }
            let rows = try connection.query(
                """
                SELECT kind, environment, id, name FROM configuration_changes WHERE number > $1::bigint ORDER BY number
                """
            ) { $0.add(number) }
            var told: Set<ChangeKey> = []
            var changes: [ConfigurationChange] = []
            for key in try rows.map(ChangeKey.read) {
                // A kind that a later version made is none of this one's.
                guard let key, told.insert(key).inserted else { continue }
                changes.append(try change(key, on: connection))
            }
            return ConfigurationNews(changes: changes, last: last)
        }
    }

    /// What is there under a key now: put, or deleted where there is nothing.
    private func change(_ key: ChangeKey, on connection: Connection) throws(StoreError) -> ConfigurationChange {
        func row(_ columns: String, _ table: String, _ condition: String) throws(StoreError) -> Row? {
            try connection.query("SELECT \(columns) FROM \(table) WHERE \(condition)") { parameters in
                parameters.add(key.environment)
                if key.kind == .environment { return }
                if let name = key.name { parameters.add(name) } else { parameters.add(key.id) }
            }.first
        }
        func id<Kind>(_ kind: Kind.Type = Kind.self) -> Identifier<Kind> {
            Identifier(high: key.id?.high ?? 0, low: key.id?.low ?? 0)
        }
        let name = key.name ?? ""
        let byID = "environment = $1::uuid AND id = $2::uuid"
        let byName = "environment = $1::uuid AND name = $2::bytea"
        switch key.kind {
        case .environment:
            guard let found = try row(EnvironmentRow.columns, "environments", "id = $1::uuid") else {
                throw .corrupt("Environment \(key.environment) is no longer in the store.")
            }
            return .putEnvironment(try EnvironmentRow.read(found))
        case .profile:
            return try row(ProfileRow.columns, "profiles", byName).map { (row) throws(StoreError) in
                .putProfile(try ProfileRow.read(row))
            } ?? .deleteProfile(environment: key.environment, name: name)
        case .application:
            return try row(ApplicationRow.columns, "applications", "\(byID) AND deleted_at IS NULL")
                .map { (row) throws(StoreError) in .putApplication(try ApplicationRow.read(row)) }
                ?? .deleteApplication(
                    environment: key.environment, id: id(), at: try deletedAt("applications", key, connection))
        case .endpoint:
            return try row(EndpointRow.columns, "endpoints", "\(byID) AND deleted_at IS NULL")
                .map { (row) throws(StoreError) in .putEndpoint(try EndpointRow.read(row)) }
                ?? .deleteEndpoint(
                    environment: key.environment, id: id(), at: try deletedAt("endpoints", key, connection))
        case .eventType:
            return try row(EventTypeRow.columns, "event_types", byName).map { (row) throws(StoreError) in
                .putEventType(try EventTypeRow.read(row))
            } ?? .deleteEventType(environment: key.environment, name: name)
        case .key:
            return try row(KeyRow.columns, "keys", byID).map { (row) throws(StoreError) in
                .putKey(try KeyRow.read(row))
            } ?? .deleteKey(environment: key.environment, id: id())
        case .source:
            return try row(SourceRow.columns, "sources", byID).map { (row) throws(StoreError) in
                .putSource(try SourceRow.read(row))
            } ?? .deleteSource(environment: key.environment, id: id())
        }
    }

    private func deletedAt(
        _ table: String, _ key: ChangeKey, _ connection: Connection
    ) throws(StoreError) -> Timestamp {
        try connection.query("SELECT deleted_at FROM \(table) WHERE environment = $1::uuid AND id = $2::uuid") {
            $0.add(key.environment)
            $0.add(key.id)
        }.first?.optionalTimestamp(0) ?? Timestamp(milliseconds: 0)
    }
}

extension ChangeKey {
    static func read(_ row: Row) throws(StoreError) -> ChangeKey? {
        guard let kind = Kind(rawValue: Int16(truncatingIfNeeded: row.integer(0))) else { return nil }
        return ChangeKey(
            kind: kind, environment: try row.identifier(1), id: try row.optionalIdentifier(2), name: row.optionalText(3)
        )
    }
}
