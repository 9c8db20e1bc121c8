extension Migration {
    /// Sources, and the log of what they received.
    ///
    /// A request's body is its last column: what lies on pages of its own is not read by whoever lists. The body of a
    /// request that became an event is in the event alone.
    static let sources = Migration(
        number: 6, summary: "adds sources and the log of their requests",
        sql: """
            CREATE TABLE sources (
                environment INTEGER NOT NULL,
                id BLOB NOT NULL,
                application BLOB,
                record TEXT NOT NULL,
                secret BLOB,
                previous_secret BLOB,
                overlap_ends INTEGER,
                cut_over_at INTEGER,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                PRIMARY KEY (environment, id)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX sources_of_application ON sources (application) WHERE application IS NOT NULL;

            -- verdict: 0 accepted as `event`, 1 brought `event` again, 2 answered with the status `verdict_number`,
            -- 3 refused for `verdict_name`, 4 limited, 5 too large, 6 inactive. sealed: what is masked, encrypted.
            CREATE TABLE requests (
                number INTEGER PRIMARY KEY,
                environment INTEGER NOT NULL,
                id BLOB NOT NULL,
                source BLOB NOT NULL,
                application BLOB,
                received_at INTEGER NOT NULL,
                verdict INTEGER NOT NULL,
                event BLOB,
                verdict_number INTEGER,
                verdict_name TEXT,
                reason TEXT,
                method TEXT NOT NULL,
                url TEXT NOT NULL,
                address BLOB,
                headers BLOB NOT NULL,
                sealed BLOB,
                sent_id TEXT,
                sent_type TEXT,
                size INTEGER NOT NULL,
                body BLOB NOT NULL
            ) STRICT;
            CREATE UNIQUE INDEX requests_id ON requests (environment, id);
            CREATE INDEX requests_of_source ON requests (source, id);
            CREATE INDEX requests_of_application ON requests (application) WHERE application IS NOT NULL;
            """)
}
