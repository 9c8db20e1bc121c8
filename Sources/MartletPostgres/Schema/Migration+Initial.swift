extension PostgresMigration {
    /// The tables, indexes and functions of the first version.
    ///
    /// Identifiers are `uuid`, which sort by time; instants are milliseconds. The environment is part of every key, so that
    /// the tables can be distributed by its hash. Events, deliveries and attempts are partitioned by day, attempts by the
    /// day of their delivery, with whom they go; there are no foreign keys, whose checks cost as much as the insertions.
    /// Texts that may hold any character, NUL included, are `bytea`, and sort by their bytes: `convert_from(name, 'UTF8')` shows
    /// them.
    static let initial = PostgresMigration(
        number: 1, summary: "creates the tables",
        sql: """
            CREATE TABLE schema_steps (
                number bigint PRIMARY KEY,
                summary text NOT NULL,
                taken_at timestamptz NOT NULL DEFAULT now()
            );

            CREATE TABLE settings (
                name text COLLATE "C" PRIMARY KEY,
                value bytea NOT NULL
            );

            CREATE TABLE environments (
                id uuid PRIMARY KEY,
                number bigint GENERATED ALWAYS AS IDENTITY,
                name bytea NOT NULL UNIQUE,
                record text NOT NULL
            );

            CREATE TABLE profiles (
                environment uuid NOT NULL,
                name bytea NOT NULL,
                record text NOT NULL,
                created_at bigint NOT NULL,
                updated_at bigint NOT NULL,
                PRIMARY KEY (environment, name)
            );

            -- erasure_cursor: up to which event it has looked. erasure_is_last: whether this is the last look.
            CREATE TABLE applications (
                environment uuid NOT NULL,
                id uuid NOT NULL,
                uid bytea,
                record text NOT NULL,
                created_at bigint NOT NULL,
                updated_at bigint NOT NULL,
                deleted_at bigint,
                erasure_requested_at bigint,
                erasure_finished_at bigint,
                erasure_cursor uuid,
                erasure_is_last boolean NOT NULL DEFAULT false,
                erased_events bigint NOT NULL DEFAULT 0,
                erased_deliveries bigint NOT NULL DEFAULT 0,
                PRIMARY KEY (environment, id)
            );
            CREATE UNIQUE INDEX applications_uid ON applications (environment, uid) WHERE uid IS NOT NULL;
            CREATE INDEX applications_erasing ON applications (environment, id)
                WHERE erasure_requested_at IS NOT NULL AND erasure_finished_at IS NULL;

            -- A deleted endpoint stays as a tombstone without its secrets: deliveries refer to it. is_exclusive: it has an
            -- order or a rate limit, and one node alone delivers to it.
            CREATE TABLE endpoints (
                environment uuid NOT NULL,
                id uuid NOT NULL,
                application uuid NOT NULL,
                is_exclusive boolean NOT NULL,
                inactivity text,
                record text NOT NULL,
                secret bytea NOT NULL,
                previous_secret bytea,
                overlap_ends bigint,
                cut_over_at bigint,
                created_at bigint NOT NULL,
                updated_at bigint NOT NULL,
                deleted_at bigint,
                PRIMARY KEY (environment, id)
            );
            CREATE INDEX endpoints_id ON endpoints (id);
            CREATE INDEX endpoints_live ON endpoints (environment, id) WHERE deleted_at IS NULL;
            CREATE INDEX endpoints_of_application ON endpoints (application, id);
            CREATE INDEX endpoints_exclusive ON endpoints (id) WHERE is_exclusive AND deleted_at IS NULL;

            CREATE TABLE event_types (
                environment uuid NOT NULL,
                name bytea NOT NULL,
                record text NOT NULL,
                created_at bigint NOT NULL,
                updated_at bigint NOT NULL,
                PRIMARY KEY (environment, name)
            );
            CREATE INDEX event_types_newest ON event_types (environment, created_at, name);

            CREATE TABLE keys (
                environment uuid NOT NULL,
                id uuid NOT NULL,
                application uuid,
                hash bytea NOT NULL,
                record text NOT NULL,
                created_at bigint NOT NULL,
                PRIMARY KEY (environment, id)
            );
            CREATE UNIQUE INDEX keys_hash ON keys (environment, hash);
            CREATE INDEX keys_of_application ON keys (application) WHERE application IS NOT NULL;

            -- What changed, in the order of the commits; the change itself is read from where it was made.
            CREATE TABLE configuration_changes (
                number bigint PRIMARY KEY,
                kind smallint NOT NULL,
                environment uuid NOT NULL,
                id uuid,
                name bytea,
                changed_at timestamptz NOT NULL DEFAULT now()
            );

            -- state: 0 reserved, 1 answered with `answer`, 2 published the events whose ids `answer` holds.
            CREATE TABLE answers (
                environment uuid NOT NULL,
                key bytea NOT NULL,
                fingerprint bytea NOT NULL,
                expires_at bigint NOT NULL,
                state smallint NOT NULL,
                answer bytea,
                PRIMARY KEY (environment, key)
            );
            CREATE INDEX answers_expiry ON answers (expires_at);

            CREATE TABLE events (
                environment uuid NOT NULL,
                id uuid NOT NULL,
                chosen_id bytea,
                type text NOT NULL,
                application uuid,
                created bigint NOT NULL,
                accepted_at bigint NOT NULL,
                ordering_key bytea,
                deliver_at bigint,
                is_test boolean NOT NULL,
                delivery_count integer NOT NULL,
                data_start integer NOT NULL,
                data_end integer NOT NULL,
                body bytea NOT NULL,
                PRIMARY KEY (environment, id)
            ) PARTITION BY RANGE (id);
            CREATE TABLE events_default PARTITION OF events DEFAULT;

            -- Across the days, which no index of a partitioned table is.
            CREATE TABLE chosen_ids (
                environment uuid NOT NULL,
                chosen_id bytea NOT NULL,
                event uuid NOT NULL,
                PRIMARY KEY (environment, chosen_id)
            );
            CREATE INDEX chosen_ids_event ON chosen_ids (event);

            -- cause: 0 publish, 1 replay, 2 test. state: 0 scheduled, due at state_at; 1 succeeded, 2 failed, 3 cancelled at
            -- state_at, for `reason`. owner: the number of the node that delivers it, or 0 for whoever holds the endpoint's
            -- lease.
            CREATE TABLE deliveries (
                environment uuid NOT NULL,
                id uuid NOT NULL,
                event uuid NOT NULL,
                endpoint uuid NOT NULL,
                created_at bigint NOT NULL,
                state_at bigint NOT NULL,
                first_attempt_at bigint,
                attempts integer NOT NULL,
                owner integer NOT NULL,
                cause smallint NOT NULL,
                state smallint NOT NULL,
                in_turn boolean NOT NULL GENERATED ALWAYS AS (turn_key IS NOT NULL) STORED,
                reason text,
                turn_key bytea,
                turn_at bigint,
                PRIMARY KEY (environment, id)
            ) PARTITION BY RANGE (id);
            CREATE INDEX deliveries_of_event ON deliveries (event);
            CREATE INDEX deliveries_of_endpoint ON deliveries (endpoint, id);
            CREATE INDEX deliveries_due ON deliveries (owner, endpoint, in_turn, state_at, id) WHERE state = 0;
            CREATE INDEX deliveries_in_turn ON deliveries (endpoint, turn_key, turn_at, id)
                WHERE state = 0 AND turn_key IS NOT NULL;
            CREATE INDEX deliveries_failed ON deliveries (environment, id) WHERE state = 2;
            CREATE INDEX deliveries_failed_of_endpoint ON deliveries (endpoint, id) WHERE state = 2;
            CREATE TABLE deliveries_default PARTITION OF deliveries DEFAULT;

            CREATE TABLE attempts (
                environment uuid NOT NULL,
                delivery uuid NOT NULL,
                number integer NOT NULL,
                id uuid NOT NULL,
                started_at bigint NOT NULL,
                url bytea NOT NULL,
                request_headers bytea NOT NULL,
                address bytea,
                resolve_time bigint,
                connect_time bigint,
                tls_time bigint,
                first_byte_time bigint,
                total_time bigint NOT NULL,
                failure text,
                failure_message bytea,
                status integer,
                is_truncated boolean,
                response_headers bytea,
                response_body bytea,
                PRIMARY KEY (environment, delivery, number)
            ) PARTITION BY RANGE (delivery);
            CREATE TABLE attempts_default PARTITION OF attempts DEFAULT;

            CREATE TABLE endpoint_hours (
                environment uuid NOT NULL,
                endpoint uuid NOT NULL,
                hour bigint NOT NULL,
                succeeded bigint NOT NULL,
                failed bigint NOT NULL,
                latency bytea NOT NULL,
                PRIMARY KEY (environment, endpoint, hour)
            ) WITH (fillfactor = 70);
            CREATE INDEX endpoint_hours_age ON endpoint_hours (hour);

            CREATE TABLE endpoint_health (
                environment uuid NOT NULL,
                endpoint uuid NOT NULL,
                failing_since bigint,
                failures bigint NOT NULL,
                warned_at bigint,
                last_success_at bigint,
                PRIMARY KEY (environment, endpoint)
            ) WITH (fillfactor = 70);

            CREATE TABLE operational_events (
                environment uuid NOT NULL,
                id uuid NOT NULL,
                application uuid NOT NULL,
                endpoint uuid,
                kind text NOT NULL,
                created_at bigint NOT NULL,
                data bytea NOT NULL,
                PRIMARY KEY (environment, id)
            );
            CREATE INDEX operational_events_of_application ON operational_events (application, id);
            CREATE INDEX operational_events_of_endpoint ON operational_events (endpoint, id) WHERE endpoint IS NOT NULL;
            CREATE INDEX operational_events_age ON operational_events (created_at);

            CREATE TABLE jobs (
                environment uuid NOT NULL,
                id uuid NOT NULL,
                application uuid,
                is_running boolean NOT NULL,
                record text NOT NULL,
                PRIMARY KEY (environment, id)
            ) WITH (fillfactor = 70);
            CREATE INDEX jobs_running ON jobs (id) WHERE is_running;
            CREATE INDEX jobs_ended ON jobs (id) WHERE NOT is_running;
            CREATE INDEX jobs_of_application ON jobs (application, id) WHERE application IS NOT NULL;

            -- Up to which event payloads were dropped, and which had to be left because a delivery was scheduled; and up to
            -- when history was asked to be dropped.
            CREATE TABLE payload_marks (
                environment uuid PRIMARY KEY,
                event uuid NOT NULL
            ) WITH (fillfactor = 50);
            CREATE TABLE late_payloads (
                environment uuid NOT NULL,
                event uuid NOT NULL,
                PRIMARY KEY (environment, event)
            );
            CREATE TABLE history_marks (
                environment uuid PRIMARY KEY,
                instant bigint NOT NULL
            ) WITH (fillfactor = 50);

            -- state: 0 alive, 1 taken for dead, 2 has left. lease: milliseconds.
            CREATE TABLE nodes (
                number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                name text NOT NULL,
                state smallint NOT NULL DEFAULT 0,
                lease bigint NOT NULL,
                joined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                beat_at timestamptz NOT NULL DEFAULT clock_timestamp()
            ) WITH (fillfactor = 50);
            CREATE TABLE endpoint_leases (
                environment uuid NOT NULL,
                endpoint uuid NOT NULL,
                node integer NOT NULL,
                PRIMARY KEY (environment, endpoint)
            );
            CREATE INDEX endpoint_leases_endpoint ON endpoint_leases (endpoint);
            CREATE INDEX endpoint_leases_node ON endpoint_leases (node);
            CREATE TABLE duties (
                name text PRIMARY KEY,
                node integer NOT NULL
            );

            -- Called first in every transaction of a node: it fails once the node was taken for dead, and nobody can take it
            -- for dead before the transaction has ended.
            CREATE FUNCTION fence(node integer) RETURNS void LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_advisory_xact_lock_shared(hashtext('martlet ' || current_schema()), node);
                PERFORM 1 FROM nodes n WHERE n.number = node AND n.state = 0;
                IF NOT FOUND THEN
                    RAISE EXCEPTION 'node % has lapsed', node USING ERRCODE = 'MT001';
                END IF;
            END $$;

            -- Takes for dead whoever has not beaten for a lease, and is not in the middle of a transaction.
            CREATE FUNCTION declare_lapsed(me integer) RETURNS void LANGUAGE plpgsql AS $$
            DECLARE
                candidate integer;
            BEGIN
                FOR candidate IN
                    SELECT number FROM nodes
                    WHERE state = 0 AND number <> me
                        AND beat_at + lease * interval '1 millisecond' < clock_timestamp()
                LOOP
                    CONTINUE WHEN NOT pg_try_advisory_xact_lock(hashtext('martlet ' || current_schema()), candidate);
                    UPDATE nodes SET state = 1
                    WHERE number = candidate AND state = 0
                        AND beat_at + lease * interval '1 millisecond' < clock_timestamp();
                END LOOP;
            END $$;
            """)
}
