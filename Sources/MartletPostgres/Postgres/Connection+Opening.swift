import CPostgres
import MartletStore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Connection {
    /// The oldest server that is known to do.
    private static let oldestServer: Int32 = 140_000

    /// How long a connection's statements may take, in milliseconds.
    struct Patience {
        var statement = 30_000
        var lock = 5_000

        /// For what may look through a day's history.
        static let sweeping = Patience(statement: 600_000, lock: 2_000)
        /// For the steps of the schema, and those who wait for whoever is taking them.
        static let migrating = Patience(statement: 0, lock: 0)
    }

    /// Connects, and sees to it that what is committed stays.
    ///
    /// - Throws: `unavailable` where there is no getting in; `conflict` where the server is none that Martlet can use.
    ///
    /// - Parameter plansOnce: whether each statement is planned once, without a look at its parameters.
    static func open(
        _ address: PostgresAddress, _ patience: Patience, plansOnce: Bool
    ) throws(StoreError) -> Connection {
        // What comes later counts: the URI may say otherwise but for the encoding.
        let options: [(String, String)] = [
            ("connect_timeout", "5"), ("keepalives", "1"), ("keepalives_idle", "10"), ("keepalives_interval", "5"),
            ("keepalives_count", "3"), ("tcp_user_timeout", "15000"), ("fallback_application_name", "martlet"),
            ("dbname", address.uri), ("client_encoding", "UTF8"),
        ]
        let keywords = options.map { strdup($0.0) }
        let values = options.map { strdup($0.1) }
        defer { for text in keywords + values { free(text) } }
        let handle = PQconnectdbParams(
            keywords.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 1)
        guard let handle else { throw .unavailable("There is no memory for a connection to PostgreSQL.") }
        let connection = Connection(handle, address: address)
        guard PQstatus(handle) == CONNECTION_OK else {
            let words = PQerrorMessage(handle).map { address.redacted(String(cString: $0)) } ?? ""
            throw .unavailable(
                "PostgreSQL at \(address) cannot be reached. See whether it runs, and whether the address, the role and "
                    + "the password are right. \(words)")
        }
        // A notice is for somebody at a terminal; the default writes it to stderr.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        guard PQserverVersion(handle) >= oldestServer else {
            throw .conflict("PostgreSQL at \(address) is older than 14. Upgrade it.")
        }
        try connection.prepareSession(patience)
        if plansOnce { try connection.execute("SET plan_cache_mode = force_generic_plan") }
        return connection
    }

    private func prepareSession(_ patience: Patience) throws(StoreError) {
        // Without sequential scans, hash and merge joins where an index serves: every statement has one, and a plan must
        // not turn on how much the table held when it was made. `idle_in_transaction_session_timeout` frees what a process
        // that was stopped in the middle held.
        try execute(
            """
            SET statement_timeout = \(patience.statement);
            SET lock_timeout = \(patience.lock);
            SET idle_in_transaction_session_timeout = 5000;
            SET enable_seqscan = off;
            SET enable_hashjoin = off;
            SET enable_mergejoin = off;
            SET jit = off;
            SET max_parallel_workers_per_gather = 0;
            SET TimeZone = 'UTC';
            SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
            """)
        let settings = try query("SELECT current_setting('fsync') = 'on', current_schema() IS NOT NULL")
        guard settings.first?.boolean(0) == true else {
            throw .conflict("PostgreSQL at \(address) runs with fsync=off: what it commits can be lost. Turn it on.")
        }
        guard settings.first?.boolean(1) == true else {
            throw .conflict("At \(address) no schema of the search path exists. Create it, or name another.")
        }
    }
}
