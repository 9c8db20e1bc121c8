extension Migration {
    /// Alerts with what came of them, whom to tell of operational events, and an environment's own sums.
    ///
    /// Operational events from before count as told. The sums of environments begin with what endpoints' add up to; how long
    /// attempts took cannot be added up in SQL, and is known from then on.
    static let alerts = Migration(
        number: 7, summary: "adds alerts and the sums of environments",
        sql: """
            ALTER TABLE operational_events ADD COLUMN is_told INTEGER NOT NULL DEFAULT 1;
            CREATE INDEX operational_events_untold ON operational_events (id) WHERE is_told = 0;

            CREATE TABLE environment_hours (
                environment INTEGER NOT NULL,
                hour INTEGER NOT NULL,
                succeeded INTEGER NOT NULL,
                failed INTEGER NOT NULL,
                most_waiting INTEGER,
                latency BLOB NOT NULL,
                PRIMARY KEY (environment, hour)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX environment_hours_age ON environment_hours (hour);
            INSERT INTO environment_hours (environment, hour, succeeded, failed, latency)
                SELECT p.environment, h.hour, sum(h.succeeded), sum(h.failed), X''
                FROM endpoint_hours h JOIN endpoints p ON p.number = h.endpoint GROUP BY p.environment, h.hour;

            CREATE TABLE alerts (
                environment INTEGER NOT NULL,
                id BLOB NOT NULL,
                record TEXT NOT NULL,
                standing TEXT NOT NULL,
                PRIMARY KEY (environment, id)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE incidents (
                environment INTEGER NOT NULL,
                id BLOB NOT NULL,
                alert BLOB NOT NULL,
                is_over INTEGER NOT NULL,
                record TEXT NOT NULL,
                PRIMARY KEY (environment, id)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX incidents_of_alert ON incidents (alert, id);
            CREATE INDEX incidents_over ON incidents (id) WHERE is_over = 1;

            CREATE TABLE mails (
                id BLOB PRIMARY KEY,
                environment INTEGER NOT NULL,
                due_at INTEGER NOT NULL,
                record TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX mails_due ON mails (due_at, id);
            """)
}
