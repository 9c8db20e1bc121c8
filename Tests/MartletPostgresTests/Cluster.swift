import Foundation
import MartletCore
import MartletStore
import MartletTesting

@testable import MartletPostgres

/// A PostgreSQL server of the tests' own: fresh, durable, reached by a socket in a temporary folder, and gone when the tests
/// are, however they end.
final class Cluster: Sendable {
    /// The one for the whole run, started when it is first asked for.
    static let shared = Task { try await Cluster() }

    let directory: String
    /// Where the programs are: `/usr/lib/postgresql/15/bin`.
    let programs: String
    private let admin: WorkerThreads<Session>
    private let places = Places(free: 4)

    /// What keeps the server: it ends it when its own standard input does.
    private let keeper: Process
    private let lifeline: Pipe

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    init() async throws {
        var template = Array("/tmp/martlet-pg-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(description: "no folder can be made in /tmp") }
        directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        programs = try Self.findPrograms()
        keeper = Process()
        lifeline = Pipe()
        let answers = Pipe()
        keeper.executableURL = URL(filePath: "/bin/bash")
        keeper.arguments = ["-c", Self.script, "cluster", directory, programs]
        keeper.standardInput = lifeline
        keeper.standardOutput = answers
        // Whatever else is started must not hold the line open.
        _ = fcntl(lifeline.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        try keeper.run()
        let answer = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    returning: String(decoding: answers.fileHandleForReading.availableData, as: UTF8.self))
            }
        }
        guard answer == "ready\n" else {
            let log = (try? String(contentsOfFile: "\(directory)/log", encoding: .utf8)) ?? ""
            throw Failure(description: "PostgreSQL does not start: \(answer) \(log.suffix(2000))")
        }
        let address = try PostgresAddress("postgres:///postgres?host=\(directory)&user=martlet")
        admin = try await WorkerThreads.start("administration", count: 1, capacity: 10_000) { Session(address) }
    }

    // Unprivileged, which `initdb` insists on. `fsync` stays on: the store refuses to work without.
    private static let script = """
        set -e
        exec 3>&1 1>"$1/log" 2>&1
        as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }
        if [ "$(id -u)" = 0 ]; then chown nobody "$1"; fi
        trap 'as "$2/pg_ctl" -D "$1/data" -m immediate stop || true; rm -rf "$1"' EXIT
        cd "$1"
        as "$2/initdb" -D "$1/data" -U martlet -A trust --no-instructions
        printf "listen_addresses=''\\nunix_socket_directories='%s'\\nmax_connections=150\\n" "$1" >> "$1/data/postgresql.conf"
        printf "max_locks_per_transaction=512\\nshared_buffers=64MB\\n" >> "$1/data/postgresql.conf"
        as "$2/pg_ctl" -D "$1/data" -l "$1/server.log" -w start
        echo ready >&3
        exec 3>&-
        cat >/dev/null
        """

    private static func findPrograms() throws -> String {
        let folders =
            (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
            + ((try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []).sorted().reversed()
            .map { "/usr/lib/postgresql/\($0)/bin" }
        for folder in folders
        where ["initdb", "pg_ctl"].allSatisfy({
            FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)")
        }) { return folder }
        throw Failure(
            description: "PostgreSQL is not installed: initdb is in none of \(folders). Run scripts/setup.sh test.")
    }

    // MARK: Databases

    /// Runs statements as whoever administers the server.
    func execute(_ sql: String) async throws {
        try await admin.run { (session) throws(StoreError) in try session.connected().execute(sql) }
    }

    /// The address of a schema of its own for whoever asks, which is dropped after `body`. A few have one at a time.
    func withSchema<Result: Sendable>(
        _ body: @Sendable (_ address: PostgresAddress, _ schema: String) async throws -> Result
    ) async throws -> Result {
        await places.take()
        let name = "s\(UInt64.random(in: 0 ... .max))"
        do {
            try await execute("CREATE SCHEMA \(name)")
            let result = try await body(
                PostgresAddress(
                    "postgres:///postgres?host=\(directory)&user=martlet&application_name=\(name)"
                        + "&options=-csearch_path%3D\(name)"), name)
            try await execute("DROP SCHEMA \(name) CASCADE")
            await places.give()
            return result
        } catch {
            try? await execute("DROP SCHEMA IF EXISTS \(name) CASCADE")
            await places.give()
            throw error
        }
    }

    /// Cuts the connections of whoever works with a schema, and returns when they are gone.
    func cutConnections(of schema: String) async throws {
        try await execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = '\(schema)'")
    }

    /// The first column of every row.
    func texts(_ sql: String) async throws -> [String] {
        try await admin.run { (session) throws(StoreError) in
            try session.connected().unprepared(sql).map { (row) throws(StoreError) in row.text(0) }
        }
    }

    /// The first column of the first row.
    func number(_ sql: String) async throws -> Int64? {
        try await admin.run { (session) throws(StoreError) in
            try session.connected().unprepared(sql).first?.optionalInteger(0)
        }
    }

    func exists(_ table: String) async throws -> Bool {
        try await number("SELECT (to_regclass('\(table)') IS NOT NULL)::int") == 1
    }

    // MARK: Crashes

    /// Has the server end at once, as a crash would: nothing is written to the disk any more.
    func crash() async throws { try await control("-m immediate stop") }

    /// Starts the server again.
    func start() async throws { try await control("-l \"$2/server.log\" -w start") }

    private func control(_ action: String) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = [
            "-c",
            """
            as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }
            # A server that lives on must not hold what tells that this process has ended.
            for descriptor in /proc/$$/fd/*; do
                number=${descriptor##*/}
                if [ "$number" -gt 2 ]; then eval "exec $number>&-"; fi
            done
            cd "$2" && as "$1/pg_ctl" -D "$2/data" \(action) >/dev/null 2>&1
            """, "control", programs, directory,
        ]
        let status = await withCheckedContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(returning: -1) }
        }
        guard status == 0 else { throw Failure(description: "pg_ctl \(action) ended with \(status)") }
    }

    /// How many schemas are in use, so that the server's connections suffice.
    private actor Places {
        private var free: Int
        private var waiting: [CheckedContinuation<Void, Never>] = []

        init(free: Int) { self.free = free }

        func take() async {
            if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
        }

        func give() {
            if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
        }
    }
}

/// Opens a store without partitions of its own, as a node of it unless told otherwise.
func openStore(
    _ address: PostgresAddress, limits: PostgresStore.Limits? = nil, joins: Bool = true
) async throws -> PostgresStore {
    var few = PostgresStore.Limits()
    few.readers = 1
    few.daysAhead = 0
    let store = try await PostgresStore.open(address, limits: limits ?? few, time: ManualTimeSource())
    if joins { _ = try await store.join(as: "test", lease: .seconds(10)) }
    return store
}
