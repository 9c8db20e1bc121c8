extension Migration {
    /// How endpoints have been doing, and what was told of them.
    ///
    /// Operational events are few and outlive what they are about, so they hold ids and not numbers. Their `data` is
    /// JSON as it was written.
    static let health = Migration(
        number: 3, summary: "adds the health of endpoints and the operational events",
        sql: """
            CREATE TABLE endpoint_health (
                endpoint INTEGER PRIMARY KEY,
                failing_since INTEGER,
                failures INTEGER NOT NULL,
                warned_at INTEGER,
                last_success_at INTEGER
            ) STRICT;

            CREATE TABLE operational_events (
                environment INTEGER NOT NULL,
                id BLOB NOT NULL,
                application BLOB NOT NULL,
                endpoint BLOB,
                kind TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                data BLOB NOT NULL,
                PRIMARY KEY (environment, id)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX operational_events_of_application ON operational_events (application, id);
            CREATE INDEX operational_events_of_endpoint ON operational_events (endpoint, id)
                WHERE endpoint IS NOT NULL;
            CREATE INDEX operational_events_age ON operational_events (created_at);
            """)
}
