extension Migration {
    /// Remembers how far payloads were dropped and applications erased.
    ///
    /// Events have no index of their own for either: payloads are dropped in the order of ids, from a mark that is kept,
    /// and an erasure looks through the environment's events once. An index would cost every publisher what a sweep does
    /// not need.
    static let retention = Migration(
        number: 5, summary: "adds retention and erasure",
        sql: """
            -- Up to which event payloads were dropped, and which had to be left because a delivery was scheduled.
            CREATE TABLE payload_marks (
                environment INTEGER PRIMARY KEY,
                event BLOB NOT NULL
            ) STRICT;
            CREATE TABLE late_payloads (
                environment INTEGER NOT NULL,
                event BLOB NOT NULL,
                PRIMARY KEY (environment, event)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX endpoint_hours_age ON endpoint_hours (hour);

            -- erasure_cursor: up to which event it has looked. erasure_is_last: whether this is the last look.
            ALTER TABLE applications ADD COLUMN erasure_requested_at INTEGER;
            ALTER TABLE applications ADD COLUMN erasure_finished_at INTEGER;
            ALTER TABLE applications ADD COLUMN erasure_cursor BLOB;
            ALTER TABLE applications ADD COLUMN erasure_is_last INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE applications ADD COLUMN erased_events INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE applications ADD COLUMN erased_deliveries INTEGER NOT NULL DEFAULT 0;
            CREATE INDEX applications_erasing ON applications (environment, id)
                WHERE erasure_requested_at IS NOT NULL AND erasure_finished_at IS NULL;
            """)
}
