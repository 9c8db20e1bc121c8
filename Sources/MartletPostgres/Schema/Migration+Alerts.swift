extension PostgresMigration {
    /// Alerts with what came of them, whom to tell of operational events, and an environment's own sums.
    ///
    /// Operational events from before count as told, and so do those that a node of the version before records while nodes are
    /// upgraded one after the other. How long attempts took cannot be added up in SQL: the sums of environments know it from
    /// then on.
    static let alerts = PostgresMigration(
        number: 3, summary: "adds alerts and the sums of environments",
        sql: """
            ALTER TABLE operational_events ADD COLUMN is_told boolean NOT NULL DEFAULT true;
            CREATE INDEX operational_events_untold ON operational_events (id) WHERE NOT is_told;

            CREATE TABLE environment_hours (
                environment uuid NOT NULL,
                hour bigint NOT NULL,
                succeeded bigint NOT NULL,
                failed bigint NOT NULL,
                most_waiting bigint,
                latency bytea NOT NULL,
                PRIMARY KEY (environment, hour)
            ) WITH (fillfactor = 70);
            CREATE INDEX environment_hours_age ON environment_hours (hour);
            INSERT INTO environment_hours (environment, hour, succeeded, failed, latency)
                SELECT environment, hour, sum(succeeded), sum(failed), '' FROM endpoint_hours
                GROUP BY environment, hour;

            CREATE TABLE alerts (
                environment uuid NOT NULL,
                id uuid NOT NULL,
                record text NOT NULL,
                standing text NOT NULL,
                PRIMARY KEY (environment, id)
            ) WITH (fillfactor = 70);

            CREATE TABLE incidents (
                environment uuid NOT NULL,
                id uuid NOT NULL,
                alert uuid NOT NULL,
                is_over boolean NOT NULL,
                record text NOT NULL,
                PRIMARY KEY (environment, id)
            );
            CREATE INDEX incidents_of_alert ON incidents (alert, id);
            CREATE INDEX incidents_over ON incidents (id) WHERE is_over;

            CREATE TABLE mails (
                environment uuid NOT NULL,
                id uuid NOT NULL,
                due_at bigint NOT NULL,
                record text NOT NULL,
                PRIMARY KEY (environment, id)
            );
            CREATE INDEX mails_due ON mails (due_at, id);
            """)
}
