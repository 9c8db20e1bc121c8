extension Migration {
    /// The tables and indexes of the first version.
    ///
    /// Identifiers are 16-byte blobs, which sort by time; instants are milliseconds. Rows that are many refer to
    /// environments, endpoints and events by small numbers. There are no foreign keys: their checks cost as much as the
    /// insertions, and nothing that is referred to is ever deleted before what refers to it.
    static let initial = Migration(
        number: 1, summary: "creates the tables",
        sql: """
            CREATE TABLE settings (
                name TEXT NOT NULL PRIMARY KEY,
                value BLOB NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE environments (
                number INTEGER PRIMARY KEY,
                id BLOB NOT NULL UNIQUE,
                name TEXT NOT NULL UNIQUE,
                record TEXT NOT NULL
            ) STRICT;

            CREATE TABLE profiles (
                environment INTEGER NOT NULL,
                name TEXT NOT NULL,
                record TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                PRIMARY KEY (environment, name)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE applications (
                environment INTEGER NOT NULL,
                id BLOB NOT NULL,
                uid TEXT,
                record TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                deleted_at INTEGER,
                PRIMARY KEY (environment, id)
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX applications_uid ON applications (environment, uid) WHERE uid IS NOT NULL;

            -- A deleted endpoint stays as a tombstone without its secrets: deliveries refer to it.
            CREATE TABLE endpoints (
                number INTEGER PRIMARY KEY,
                id BLOB NOT NULL UNIQUE,
                environment INTEGER NOT NULL,
                application BLOB NOT NULL,
                inactivity TEXT,
                record TEXT NOT NULL,
                secret BLOB NOT NULL,
                previous_secret BLOB,
                overlap_ends INTEGER,
                cut_over_at INTEGER,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                deleted_at INTEGER
            ) STRICT;
            CREATE INDEX endpoints_live ON endpoints (environment, id) WHERE deleted_at IS NULL;
            CREATE INDEX endpoints_of_application ON endpoints (application, id);

            CREATE TABLE event_types (
                environment INTEGER NOT NULL,
                name TEXT NOT NULL,
                record TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                PRIMARY KEY (environment, name)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX event_types_newest ON event_types (environment, created_at, name);

            CREATE TABLE keys (
                environment INTEGER NOT NULL,
                id BLOB NOT NULL,
                application BLOB,
                hash BLOB NOT NULL UNIQUE,
                record TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                PRIMARY KEY (environment, id)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX keys_of_application ON keys (application) WHERE application IS NOT NULL;

            -- state: 0 reserved, 1 answered with `answer`, 2 published the events whose ids `answer` holds.
            CREATE TABLE answers (
                environment INTEGER NOT NULL,
                key TEXT NOT NULL,
                fingerprint BLOB NOT NULL,
                expires_at INTEGER NOT NULL,
                state INTEGER NOT NULL,
                answer BLOB,
                PRIMARY KEY (environment, key)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX answers_expiry ON answers (expires_at);

            CREATE TABLE events (
                number INTEGER PRIMARY KEY,
                environment INTEGER NOT NULL,
                id BLOB NOT NULL,
                chosen_id TEXT,
                type TEXT NOT NULL,
                application BLOB,
                created INTEGER NOT NULL,
                accepted_at INTEGER NOT NULL,
                ordering_key TEXT,
                deliver_at INTEGER,
                is_test INTEGER NOT NULL,
                delivery_count INTEGER NOT NULL,
                data_start INTEGER NOT NULL,
                data_end INTEGER NOT NULL,
                body BLOB NOT NULL
            ) STRICT;
            CREATE UNIQUE INDEX events_id ON events (environment, id);
            CREATE UNIQUE INDEX events_chosen_id ON events (environment, chosen_id) WHERE chosen_id IS NOT NULL;

            -- cause: 0 publish, 1 replay, 2 test. state: 0 scheduled, due at state_at; 1 succeeded, 2 failed,
            -- 3 cancelled at state_at, for `reason`. Every index ends in (environment, id).
            CREATE TABLE deliveries (
                environment INTEGER NOT NULL,
                id BLOB NOT NULL,
                event INTEGER NOT NULL,
                endpoint INTEGER NOT NULL,
                cause INTEGER NOT NULL,
                created_at INTEGER NOT NULL,
                state INTEGER NOT NULL,
                state_at INTEGER NOT NULL,
                reason TEXT,
                attempts INTEGER NOT NULL,
                first_attempt_at INTEGER,
                PRIMARY KEY (environment, id)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX deliveries_of_event ON deliveries (event);
            CREATE INDEX deliveries_of_endpoint ON deliveries (endpoint);
            -- With the state itself, so that looking through what waits does not touch the table.
            CREATE INDEX deliveries_due ON deliveries (endpoint, state_at, id, state) WHERE state = 0;
            CREATE INDEX deliveries_failed ON deliveries (environment, id) WHERE state = 2;
            CREATE INDEX deliveries_failed_of_endpoint ON deliveries (endpoint) WHERE state = 2;

            CREATE TABLE attempts (
                delivery BLOB NOT NULL,
                number INTEGER NOT NULL,
                id BLOB NOT NULL,
                started_at INTEGER NOT NULL,
                url TEXT NOT NULL,
                request_headers BLOB NOT NULL,
                address BLOB,
                resolve_time INTEGER,
                connect_time INTEGER,
                tls_time INTEGER,
                first_byte_time INTEGER,
                total_time INTEGER NOT NULL,
                failure TEXT,
                failure_message TEXT,
                status INTEGER,
                is_truncated INTEGER,
                response_headers BLOB,
                response_body BLOB,
                PRIMARY KEY (delivery, number)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE endpoint_hours (
                endpoint INTEGER NOT NULL,
                hour INTEGER NOT NULL,
                succeeded INTEGER NOT NULL,
                failed INTEGER NOT NULL,
                latency BLOB NOT NULL,
                PRIMARY KEY (endpoint, hour)
            ) STRICT, WITHOUT ROWID;
            """)
}
