public import MartletStore

/// The steps that bring a database to the form this version works on.
public enum PostgresMigrations {
    /// Every step, in order.
    static let all: [PostgresMigration] = [.initial, .sources, .alerts, .listings]

    /// The steps that the database has yet to go through; all of them where it is empty.
    ///
    /// - Throws: ``StoreError``: `conflict` where the schema is another program's, or too new for this version;
    ///   `unavailable` where it cannot be read.
    public static func pending(at address: PostgresAddress) async throws(StoreError) -> [PostgresMigration] {
        let threads = try await WorkerThreads.start("looks", count: 1, capacity: 1) { () throws(StoreError) in
            Session(address)
        }
        let found: Result<[PostgresMigration], StoreError>
        do throws(StoreError) {
            found = .success(
                try await threads.run { (session) throws(StoreError) in try pending(on: session.connected()) })
        } catch {
            found = .failure(error)
        }
        await threads.close()
        return try found.get()
    }

    static func pending(
        on connection: Connection, among steps: [PostgresMigration] = all
    ) throws(StoreError) -> [PostgresMigration] {
        let tables = try connection.query(
            """
            SELECT to_regclass(quote_ident(current_schema()) || '.schema_steps') IS NOT NULL,
                to_regclass(quote_ident(current_schema()) || '.deliveries') IS NOT NULL
                OR to_regclass(quote_ident(current_schema()) || '.events') IS NOT NULL
            """)
        guard tables.first?.boolean(0) == true else {
            guard tables.first?.boolean(1) == false else {
                throw .conflict(
                    "The database at \(connection.address) has tables of another program. Name a database, or a schema by "
                        + "?options=-csearch_path%3DNAME, of its own.")
            }
            return steps
        }
        let version = Int(
            try connection.query("SELECT coalesce(max(number), 0) FROM schema_steps").first?.integer(0) ?? 0)
        // A step is fit for the version before it, so that nodes can be upgraded one after the other.
        guard version <= steps.count + 1 else {
            throw .conflict(
                "The store at \(connection.address) was written by a newer version of Martlet: its schema is \(version), "
                    + "and this one works with up to \(steps.count + 1). Run that version, or restore a backup from before "
                    + "the upgrade.")
        }
        return Array(steps[min(version, steps.count)...])
    }

    /// Takes the pending steps, each in a transaction of its own: what is done stays done. Of several nodes that start at
    /// once one takes them, and the others wait.
    static func run(on connection: Connection, among steps: [PostgresMigration] = all) throws(StoreError) {
        for _ in try pending(on: connection, among: steps) {
            try connection.transaction { () throws(StoreError) in
                _ = try connection.query(Lock.take(.schema))
                guard let step = try pending(on: connection, among: steps).first else { return }
                try connection.execute(step.sql)
                _ = try connection.query(
                    "INSERT INTO schema_steps (number, summary) VALUES ($1::bigint, $2::text)"
                ) { parameters in
                    parameters.add(step.number)
                    parameters.add(step.summary)
                }
            }
        }
    }
}

/// The advisory locks that nodes take until the end of a transaction. Each schema has its own.
enum Lock: Int {
    case schema = -1
    /// Numbers the changes of the configuration in the order in which they are committed.
    case configuration = -2
    case partitions = -3
    case leases = -4

    static func take(_ lock: Lock) -> String {
        "SELECT pg_advisory_xact_lock(hashtext('martlet ' || current_schema()), \(lock.rawValue))"
    }
}
