import MartletCore
import MartletStore

extension Writer {
    /// Makes the changes in one transaction, numbers them in the order of the commits, and tells the other nodes.
    func apply(_ changes: [ConfigurationChange]) throws(StoreError) {
        guard !changes.isEmpty else { return }
        try transaction { (connection) throws(StoreError) in
            _ = try connection.query(Lock.take(.configuration))
            for change in changes { try apply(change, on: connection) }
            try log(changes.map(ChangeKey.init), on: connection)
            try notify(.configuration, on: connection)
        }
    }

    func apply(_ change: ConfigurationChange, on connection: Connection) throws(StoreError) {
        switch change {
        case .putEnvironment(let environment): try put(environment, on: connection)
        case .putProfile(let profile): try put(profile, on: connection)
        case .deleteProfile(let environment, let name):
            _ = try connection.query("DELETE FROM profiles WHERE environment = $1::uuid AND name = $2::bytea") {
                $0.add(environment)
                $0.add(name)
            }
        case .putApplication(let application): try put(application, on: connection)
        case .deleteApplication(let environment, let id, let at):
            try deleteApplication(id, in: environment, at: at, on: connection)
        case .eraseApplication(let environment, let id, let at):
            try deleteApplication(id, in: environment, at: at, on: connection)
            _ = try connection.query(
                """
                UPDATE applications SET erasure_requested_at = $3::bigint
                WHERE environment = $1::uuid AND id = $2::uuid AND erasure_requested_at IS NULL
                """
            ) {
                $0.add(environment)
                $0.add(id)
                $0.add(at)
            }
        case .putEndpoint(let endpoint): try put(endpoint, on: connection)
        case .deleteEndpoint(let environment, let id, let at):
            _ = try connection.query(Self.endpointDeletion + " AND id = $3::uuid") {
                $0.add(environment)
                $0.add(at)
                $0.add(id)
            }
        case .createEventType(let type):
            let rows = try connection.query(
                """
                INSERT INTO event_types (environment, name, record, created_at, updated_at)
                VALUES ($1::uuid, $2::bytea, $3::text, $4::bigint, $5::bigint) ON CONFLICT DO NOTHING
                """, try binding(type, on: connection))
            if rows.affected == 0 { throw .conflict("There is an event type \"\(type.name)\" already.") }
        case .putEventType(let type):
            let rows = try connection.query(
                """
                UPDATE event_types SET record = $3::text, created_at = $4::bigint, updated_at = $5::bigint
                WHERE environment = $1::uuid AND name = $2::bytea
                """, try binding(type, on: connection))
            if rows.affected == 0 { throw .conflict("There is no event type \"\(type.name)\" any more.") }
        case .deleteEventType(let environment, let name):
            _ = try connection.query("DELETE FROM event_types WHERE environment = $1::uuid AND name = $2::bytea") {
                $0.add(environment)
                $0.add(name)
            }
        case .putKey(let key): try put(key, on: connection)
        case .deleteKey(let environment, let id):
            _ = try connection.query("DELETE FROM keys WHERE environment = $1::uuid AND id = $2::uuid") {
                $0.add(environment)
                $0.add(id)
            }
        case .putSource(let source): try put(source, on: connection)
        case .deleteSource(let environment, let id):
            _ = try connection.query("DELETE FROM sources WHERE environment = $1::uuid AND id = $2::uuid") {
                $0.add(environment)
                $0.add(id)
            }
        }
    }

    // What may hold a secret does not outlive its endpoint: the settings have headers of the owner's own.
    private static let endpointDeletion = """
        UPDATE endpoints
        SET deleted_at = $2::bigint, record = '{}', secret = '', previous_secret = NULL, overlap_ends = NULL,
            cut_over_at = NULL
        WHERE environment = $1::uuid AND deleted_at IS NULL
        """

    private func put(_ environment: Environment, on connection: Connection) throws(StoreError) {
        let others = try connection.query("SELECT 1 FROM environments WHERE name = $1::bytea AND id <> $2::uuid") {
            $0.add(environment.name)
            $0.add(environment.id)
        }
        guard others.count == 0 else {
            throw .conflict("There is another environment named \"\(environment.name)\".")
        }
        _ = try connection.query(
            """
            INSERT INTO environments (id, name, record) VALUES ($1::uuid, $2::bytea, $3::text)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, record = excluded.record
            """
        ) {
            $0.add(environment.id)
            $0.add(environment.name)
            $0.add(EnvironmentRecord.encode(environment))
        }
    }

    private func put(_ profile: CustomProfile, on connection: Connection) throws(StoreError) {
        try connection.check(profile.environment)
        _ = try connection.query(
            """
            INSERT INTO profiles (environment, name, record, created_at, updated_at)
            VALUES ($1::uuid, $2::bytea, $3::text, $4::bigint, $5::bigint)
            ON CONFLICT (environment, name) DO UPDATE SET
                record = excluded.record, created_at = excluded.created_at, updated_at = excluded.updated_at
            """
        ) {
            $0.add(profile.environment)
            $0.add(profile.profile.name)
            $0.add(ProfileRecord.encode(profile.profile))
            $0.add(profile.createdAt)
            $0.add(profile.updatedAt)
        }
    }

    private func put(_ application: Application, on connection: Connection) throws(StoreError) {
        try connection.check(application.environment)
        if let uid = application.uid {
            let others = try connection.query(
                "SELECT id FROM applications WHERE environment = $1::uuid AND uid = $2::bytea AND id <> $3::uuid"
            ) {
                $0.add(application.environment)
                $0.add(uid)
                $0.add(application.id)
            }
            if let other = others.first {
                let id: ApplicationID = try other.identifier(0)
                throw .conflict("Application \(id) has the uid \"\(uid)\" already.")
            }
        }
        let rows = try connection.query(
            """
            INSERT INTO applications AS a (environment, id, uid, record, created_at, updated_at)
            VALUES ($1::uuid, $2::uuid, $3::bytea, $4::text, $5::bigint, $6::bigint)
            ON CONFLICT (environment, id) DO UPDATE SET
                uid = excluded.uid, record = excluded.record, created_at = excluded.created_at,
                updated_at = excluded.updated_at
                WHERE a.deleted_at IS NULL
            """
        ) {
            $0.add(application.environment)
            $0.add(application.id)
            $0.add(application.uid)
            $0.add(ApplicationRecord.encode(application))
            $0.add(application.createdAt)
            $0.add(application.updatedAt)
        }
        if rows.affected == 0 { throw .conflict("Application \(application.id) was deleted.") }
    }

    private func deleteApplication(
        _ id: ApplicationID, in environment: EnvironmentID, at now: Timestamp, on connection: Connection
    ) throws(StoreError) {
        _ = try connection.query(Self.endpointDeletion + " AND application = $3::uuid") {
            $0.add(environment)
            $0.add(now)
            $0.add(id)
        }
        for table in ["keys", "sources"] {
            _ = try connection.query("DELETE FROM \(table) WHERE environment = $1::uuid AND application = $2::uuid") {
                $0.add(environment)
                $0.add(id)
            }
        }
        _ = try connection.query(
            """
            UPDATE applications SET deleted_at = $3::bigint, uid = NULL, record = '{}'
            WHERE environment = $1::uuid AND id = $2::uuid AND deleted_at IS NULL
            """
        ) {
            $0.add(environment)
            $0.add(id)
            $0.add(now)
        }
    }

    private func put(_ endpoint: Endpoint, on connection: Connection) throws(StoreError) {
        try connection.check(endpoint.environment)
        // Its id is part of a key together with the environment, so another environment's is looked for.
        let stored = try connection.query(
            "SELECT environment, application, deleted_at, is_exclusive FROM endpoints WHERE id = $1::uuid FOR UPDATE"
        ) { $0.add(endpoint.id) }
        if let row = stored.first {
            let environment: EnvironmentID = try row.identifier(0)
            let application: ApplicationID = try row.identifier(1)
            guard environment == endpoint.environment, application == endpoint.application, row.isNull(2) else {
                throw .conflict("Endpoint \(endpoint.id) was deleted, or belongs to another application.")
            }
            // What waits for an exclusive endpoint waits for its lease's holder, also when it is no longer one.
            if row.boolean(3), !endpoint.isExclusive, let node = membership.node {
                _ = try connection.query(
                    """
                    INSERT INTO endpoint_leases (environment, endpoint, node)
                    VALUES ($1::uuid, $2::uuid, $3::integer) ON CONFLICT DO NOTHING
                    """
                ) {
                    $0.add(environment)
                    $0.add(endpoint.id)
                    $0.add(node.rawValue)
                }
            }
        }
        _ = try connection.query(
            """
            INSERT INTO endpoints (
                environment, id, application, is_exclusive, inactivity, record, secret, previous_secret, overlap_ends,
                cut_over_at, created_at, updated_at)
            VALUES (
                $1::uuid, $2::uuid, $3::uuid, $4::boolean, $5::text, $6::text, $7::bytea, $8::bytea, $9::bigint,
                $10::bigint, $11::bigint, $12::bigint)
            ON CONFLICT (environment, id) DO UPDATE SET
                is_exclusive = excluded.is_exclusive, inactivity = excluded.inactivity, record = excluded.record,
                secret = excluded.secret, previous_secret = excluded.previous_secret,
                overlap_ends = excluded.overlap_ends, cut_over_at = excluded.cut_over_at,
                created_at = excluded.created_at, updated_at = excluded.updated_at
            """
        ) {
            $0.add(endpoint.environment)
            $0.add(endpoint.id)
            $0.add(endpoint.application)
            $0.add(endpoint.isExclusive)
            $0.add(endpoint.inactivity?.rawValue)
            $0.add(EndpointRecord.encode(endpoint))
            $0.add(endpoint.secrets.current)
            $0.add(endpoint.secrets.previous)
            $0.add(endpoint.secrets.overlapEnds)
            $0.add(endpoint.secrets.cutOverAt)
            $0.add(endpoint.createdAt)
            $0.add(endpoint.updatedAt)
        }
    }

    private func binding(
        _ type: EventType, on connection: Connection
    ) throws(StoreError) -> (Parameters) -> Void {
        try connection.check(type.environment)
        return {
            $0.add(type.environment)
            $0.add(type.name)
            $0.add(EventTypeRecord.encode(type))
            $0.add(type.createdAt)
            $0.add(type.updatedAt)
        }
    }

    private func put(_ key: APIKey, on connection: Connection) throws(StoreError) {
        try connection.check(key.environment)
        _ = try connection.query(
            """
            INSERT INTO keys (environment, id, application, hash, record, created_at)
            VALUES ($1::uuid, $2::uuid, $3::uuid, $4::bytea, $5::text, $6::bigint)
            ON CONFLICT (environment, id) DO UPDATE SET
                application = excluded.application, hash = excluded.hash, record = excluded.record,
                created_at = excluded.created_at
            """
        ) {
            $0.add(key.environment)
            $0.add(key.id)
            $0.add(key.application)
            $0.add(key.hash)
            $0.add(KeyRecord.encode(key))
            $0.add(key.createdAt)
        }
    }

    private func put(_ source: Source, on connection: Connection) throws(StoreError) {
        try connection.check(source.environment)
        _ = try connection.query(
            """
            INSERT INTO sources (
                environment, id, application, record, secret, previous_secret, overlap_ends, cut_over_at, created_at,
                updated_at)
            VALUES (
                $1::uuid, $2::uuid, $3::uuid, $4::text, $5::bytea, $6::bytea, $7::bigint, $8::bigint, $9::bigint,
                $10::bigint)
            ON CONFLICT (environment, id) DO UPDATE SET
                application = excluded.application, record = excluded.record, secret = excluded.secret,
                previous_secret = excluded.previous_secret, overlap_ends = excluded.overlap_ends,
                cut_over_at = excluded.cut_over_at, created_at = excluded.created_at, updated_at = excluded.updated_at
            """
        ) {
            $0.add(source.environment)
            $0.add(source.id)
            $0.add(source.application)
            $0.add(SourceRecord.encode(source))
            $0.add(source.secrets?.current)
            $0.add(source.secrets?.previous)
            $0.add(source.secrets?.overlapEnds)
            $0.add(source.secrets?.cutOverAt)
            $0.add(source.createdAt)
            $0.add(source.updatedAt)
        }
    }

    // MARK: The log of changes

    private func log(_ keys: [ChangeKey], on connection: Connection) throws(StoreError) {
        _ = try connection.query(
            """
            INSERT INTO configuration_changes (number, kind, environment, id, name)
            SELECT (SELECT coalesce(max(number), 0) FROM configuration_changes) + s.n,
                s.kind, s.environment, s.id, s.name
            FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::bytea[]) WITH ORDINALITY
                AS s (kind, environment, id, name, n)
            """
        ) { parameters in
            parameters.array(.int16, keys) { $0.add($1.kind.rawValue) }
            parameters.array(.uuid, keys) { $0.add($1.environment) }
            parameters.array(.uuid, keys) { $0.add($1.id) }
            parameters.array(.bytes, keys) { $0.add($1.name) }
        }
        // Whoever is alive has read what is a day old: it is forgotten, now and then.
        _ = try connection.query(
            """
            DELETE FROM configuration_changes
            WHERE changed_at < now() - interval '1 day'
                AND number <= (
                    SELECT CASE WHEN max(number) % 64 = 0 THEN max(number) - 1000 ELSE 0 END FROM configuration_changes)
            """)
    }
}

/// What a change was about, as the log of changes names it.
struct ChangeKey: Hashable {
    /// Raw values stand in databases and never change.
    enum Kind: Int16 {
        case environment = 1
        case profile = 2
        case application = 3
        case endpoint = 4
        case eventType = 5
        case key = 6
        case source = 7
    }

    var kind: Kind
    var environment: EnvironmentID
    /// An identifier of whatever kind, as a key's, so that one type holds them all.
    var id: KeyID?
    var name: String?

    init(kind: Kind, environment: EnvironmentID, id: KeyID?, name: String?) {
        self.kind = kind
        self.environment = environment
        self.id = id
        self.name = name
    }

    init(_ change: ConfigurationChange) {
        func key(_ kind: Kind, _ environment: EnvironmentID, _ id: Identifier<some IdentifierKind>) -> Self {
            Self(kind: kind, environment: environment, id: KeyID(high: id.high, low: id.low), name: nil)
        }
        func key(_ kind: Kind, _ environment: EnvironmentID, named name: String) -> Self {
            Self(kind: kind, environment: environment, id: nil, name: name)
        }
        self =
            switch change {
            case .putEnvironment(let it): key(.environment, it.id, it.id)
            case .putProfile(let it): key(.profile, it.environment, named: it.profile.name)
            case .deleteProfile(let environment, let name): key(.profile, environment, named: name)
            case .putApplication(let it): key(.application, it.environment, it.id)
            case .deleteApplication(let environment, let id, _): key(.application, environment, id)
            case .eraseApplication(let environment, let id, _): key(.application, environment, id)
            case .putEndpoint(let it): key(.endpoint, it.environment, it.id)
            case .deleteEndpoint(let environment, let id, _): key(.endpoint, environment, id)
            case .createEventType(let it), .putEventType(let it): key(.eventType, it.environment, named: it.name)
            case .deleteEventType(let environment, let name): key(.eventType, environment, named: name)
            case .putKey(let it): key(.key, it.environment, it.id)
            case .deleteKey(let environment, let id): key(.key, environment, id)
            case .putSource(let it): key(.source, it.environment, it.id)
            case .deleteSource(let environment, let id): key(.source, environment, id)
            }
    }
}
