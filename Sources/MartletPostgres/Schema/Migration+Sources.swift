extension PostgresMigration {
    /// Sources, and the log of what they received. The body of a request that became an event is in the event alone.
    static let sources = PostgresMigration(
        number: 2, summary: "adds sources and the log of their requests",
        sql: """
            CREATE TABLE sources (
                environment uuid NOT NULL,
                id uuid NOT NULL,
                application uuid,
                record text NOT NULL,
                secret bytea,
                previous_secret bytea,
                overlap_ends bigint,
                cut_over_at bigint,
                created_at bigint NOT NULL,
                updated_at bigint NOT NULL,
                PRIMARY KEY (environment, id)
            );
            CREATE INDEX sources_of_application ON sources (environment, application) WHERE application IS NOT NULL;

            -- verdict: 0 accepted as `event`, 1 brought `event` again, 2 answered with the status `verdict_number`,
            -- 3 refused for `verdict_name`, 4 limited, 5 too large, 6 inactive. sealed: what is masked, encrypted.
            CREATE TABLE requests (
                environment uuid NOT NULL,
                id uuid NOT NULL,
                source uuid NOT NULL,
                application uuid,
                event uuid,
                received_at bigint NOT NULL,
                verdict_number bigint,
                size integer NOT NULL,
                verdict smallint NOT NULL,
                verdict_name text,
                reason bytea,
                method text NOT NULL,
                url bytea NOT NULL,
                address bytea,
                headers bytea NOT NULL,
                sealed bytea,
                sent_id bytea,
                sent_type bytea,
                body bytea NOT NULL,
                PRIMARY KEY (environment, id)
            );
            CREATE INDEX requests_of_source ON requests (environment, source, id);
            CREATE INDEX requests_of_application ON requests (application) WHERE application IS NOT NULL;
            """)
}
