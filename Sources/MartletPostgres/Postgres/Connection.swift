import CPostgres
import MartletStore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One connection to a PostgreSQL server. It belongs to the thread that works with it, and blocks that thread.
///
/// Statements are prepared when they are first used and stay so: for a fixed set of texts.
final class Connection {
    let address: PostgresAddress
    let handle: OpaquePointer
    let parameters = Parameters()
    /// The names of the statements that were prepared, by their text.
    private var statements: [String: String] = [:]
    private var made = 0
    /// What went to the server so far.
    private(set) var traffic = Traffic()

    /// How often something was sent and its answer waited for, and how many statements that were.
    struct Traffic: Hashable {
        var trips = 0
        var statements = 0
    }

    /// The texts of the statements that were prepared.
    var texts: [String] { Array(statements.keys) }

    /// - Parameter handle: an open `PGconn`, which becomes this one's own.
    init(_ handle: OpaquePointer, address: PostgresAddress) {
        self.handle = handle
        self.address = address
    }

    deinit { PQfinish(handle) }

    /// Whether nothing can come of this connection any more.
    var isLost: Bool { isAbandoned || PQstatus(handle) != CONNECTION_OK }

    private var isAbandoned = false

    /// Gives the connection up: whatever state it was in, it is not worth finding out.
    func abandon() {
        isAbandoned = true
        shutdown(PQsocket(handle), Int32(SHUT_RDWR))
    }

    /// Whether the server has hung up since the connection was last used. One look, no waiting.
    func hasHungUp() -> Bool {
        guard !isLost else { return true }
        var socket = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        var patience: Int32 = 0
        while poll(&socket, 1, patience) > 0 {
            guard PQconsumeInput(handle) == 1, !isLost else { return true }
            // Takes in what came unasked: a setting that changed, or the server's farewell, after which it hangs up.
            _ = PQisBusy(handle)
            patience = 20
        }
        return false
    }

    // MARK: Statements

    /// Runs texts that have no parameters, one after the other.
    func execute(_ sql: String) throws(StoreError) {
        count(1)
        let result = PQexec(handle, sql)
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return
        default: throw failure(result)
        }
    }

    /// Runs one statement, in a transaction of its own where none is open.
    func query(_ sql: String, _ bind: (Parameters) -> Void = { _ in }) throws(StoreError) -> Rows {
        let name = try prepared(sql)
        parameters.removeAll()
        bind(parameters)
        count(1)
        let result = parameters.withPointers { PQexecPrepared(handle, name, $0, $1, $2, $3, 1) }
        guard let result else { throw failure(nil) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return Rows(result)
        default:
            defer { PQclear(result) }
            throw failure(result)
        }
    }

    /// Runs one statement without parameters and without keeping it: for texts that do not come again.
    func unprepared(_ sql: String) throws(StoreError) -> Rows {
        count(1)
        guard let result = PQexecParams(handle, sql, 0, nil, nil, nil, nil, 1) else { throw failure(nil) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return Rows(result)
        default:
            defer { PQclear(result) }
            throw failure(result)
        }
    }

    private func prepared(_ sql: String) throws(StoreError) -> String {
        if let name = statements[sql] { return name }
        let name = nextName()
        count(0)
        let result = PQprepare(handle, name, sql, 0, nil)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw failure(result) }
        statements[sql] = name
        return name
    }

    private func count(_ statements: Int) {
        traffic.trips += 1
        traffic.statements += statements
    }

    private func nextName() -> String {
        made += 1
        return "s\(made)"
    }

    // MARK: Pipelines

    /// Sends every statement that `body` adds before any answer is read: one trip to the server for all of them. Outside
    /// of a transaction they are one by themselves.
    ///
    /// - Returns: the rows of each statement.
    /// - Throws: what the first statement that failed did; those after it were not run.
    func pipeline(_ body: (borrowing Pipeline) throws(StoreError) -> Void) throws(StoreError) -> [Rows] {
        guard PQenterPipelineMode(handle) == 1 else { throw failure(nil) }
        let pipeline = Pipeline(connection: self)
        do throws(StoreError) {
            try body(pipeline)
            count(pipeline.length)
            guard PQpipelineSync(handle) == 1 else { throw failure(nil) }
            return try pipeline.finish()
        } catch {
            // What was sent before something failed on this side is not worth reading.
            if PQpipelineStatus(handle) != PQ_PIPELINE_OFF { abandon() }
            throw error
        }
    }

    /// Statements on their way to the server.
    final class Pipeline {
        private unowned let connection: Connection
        /// What each answer belongs to: the text of a statement that is being prepared, or `nil` for one that is run.
        private var sent: [String?] = []
        /// How many statements are run.
        fileprivate var length: Int { sent.count { $0 == nil } }

        fileprivate init(connection: Connection) { self.connection = connection }

        /// Adds a statement.
        func add(_ sql: String, _ bind: (Parameters) -> Void = { _ in }) throws(StoreError) {
            let handle = connection.handle
            let name: String
            if let known = connection.statements[sql] {
                name = known
            } else {
                name = connection.nextName()
                guard PQsendPrepare(handle, name, sql, 0, nil) == 1 else { throw connection.failure(nil) }
                connection.statements[sql] = name
                sent.append(sql)
            }
            let parameters = connection.parameters
            parameters.removeAll()
            bind(parameters)
            let isSent = parameters.withPointers { PQsendQueryPrepared(handle, name, $0, $1, $2, $3, 1) }
            guard isSent == 1 else { throw connection.failure(nil) }
            sent.append(nil)
        }

        /// Reads every answer up to the pipeline's end.
        fileprivate func finish() throws(StoreError) -> [Rows] {
            let handle = connection.handle
            var rows: [Rows] = []
            var failure: StoreError?
            var answered = 0
            reading: while true {
                guard let result = PQgetResult(handle) else {
                    // The end of one statement's answer.
                    if connection.isLost { break }
                    continue
                }
                let status = PQresultStatus(result)
                let preparing = answered < sent.count ? sent[answered] : nil
                switch status {
                case PGRES_PIPELINE_SYNC:
                    PQclear(result)
                    break reading
                case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
                    if preparing == nil { rows.append(Rows(result)) } else { PQclear(result) }
                default:
                    if let preparing { connection.statements[preparing] = nil }
                    if failure == nil { failure = connection.failure(result) }
                    PQclear(result)
                    if connection.isLost { break reading }
                }
                answered += 1
            }
            if connection.isLost { throw failure ?? connection.failure(nil) }
            guard PQexitPipelineMode(handle) == 1 else {
                connection.abandon()
                throw failure ?? connection.failure(nil)
            }
            if let failure { throw failure }
            return rows
        }
    }

    // MARK: Transactions

    /// Runs `body` in a transaction: see ``transaction(_:first:_:)``.
    func transaction<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        try transaction { (_: [Rows]) throws(StoreError) in try body() }
    }

    /// Runs `body` in a transaction and commits it. Where anything throws, nothing of it stays; where the answer to the
    /// commit was lost, whether it stays is not known, and the error is `unavailable` too.
    ///
    /// - Parameters:
    ///   - first: statements that go out together with `BEGIN`.
    ///   - body: what to do, with the rows that the first statements gave. It may commit by itself, as the last statement of a
    ///     pipeline.
    func transaction<Result>(
        _ begin: String = "BEGIN", first: (borrowing Pipeline) throws(StoreError) -> Void = { _ in },
        _ body: ([Rows]) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        do throws(StoreError) {
            let rows = try pipeline { (pipeline) throws(StoreError) in
                try pipeline.add(begin)
                try first(pipeline)
            }
            let result = try body(Array(rows.dropFirst()))
            if PQtransactionStatus(handle) != PQTRANS_IDLE { try commit() }
            return result
        } catch {
            if !isLost, PQtransactionStatus(handle) != PQTRANS_IDLE {
                do throws(StoreError) { try execute("ROLLBACK") } catch { abandon() }
            }
            throw error
        }
    }

    private func commit() throws(StoreError) {
        count(1)
        let result = PQexec(handle, "COMMIT")
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw failure(result) }
        // A transaction in which something failed ends so, and without an error.
        guard let tag = PQcmdStatus(result), String(cString: tag) == "COMMIT" else {
            throw .unavailable("PostgreSQL at \(address) rolled a transaction back.")
        }
    }

    // MARK: Failures

    /// The error that a call just returned, in terms of the store.
    func failure(_ result: OpaquePointer?) -> StoreError {
        let code = result.flatMap { PQresultErrorField($0, Int32(UInt8(ascii: "C"))) }.map { String(cString: $0) }
        let words =
            if let result, let primary = PQresultErrorField(result, Int32(UInt8(ascii: "M"))) {
                String(cString: primary)
            } else {
                PQerrorMessage(handle).map { String(cString: $0) } ?? "nothing"
            }
        return .postgres(code, address.redacted(words), at: address)
    }
}
