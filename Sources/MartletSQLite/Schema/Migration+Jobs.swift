extension Migration {
    /// Recoveries and bulk replays. They are few; those that run are bounded by whoever makes them.
    static let jobs = Migration(
        number: 4, summary: "adds the table of jobs",
        sql: """
            CREATE TABLE jobs (
                environment INTEGER NOT NULL,
                id BLOB NOT NULL,
                application BLOB,
                is_running INTEGER NOT NULL,
                record TEXT NOT NULL,
                PRIMARY KEY (environment, id)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX jobs_running ON jobs (id) WHERE is_running = 1;
            CREATE INDEX jobs_of_application ON jobs (application, id) WHERE application IS NOT NULL;
            """)
}
