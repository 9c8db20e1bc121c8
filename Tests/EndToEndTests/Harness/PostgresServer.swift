import Foundation
import Glibc

/// A PostgreSQL server of a test's own, durable and reached by a socket in a folder of its own, that ends with the test.
final class PostgresServer: Sendable {
    private let stage: Stage
    private let directory: String
    private let programs: String

    /// Starts a server with an empty database.
    init(on stage: Stage) async throws {
        var template = Array("/tmp/martlet-e2e-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw NeverCame(what: "a folder in /tmp", bound: .zero) }
        self.stage = stage
        directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        programs = try Self.findPrograms()
        let keeper = try stage.start(
            "/bin/bash", ["-c", Self.keeping, "postgres", directory, programs], name: "postgres")
        try await keeper.line("that it is ready") { $0 == "ready" ? () : nil }
    }

    /// Where the database is, as `--store` takes it.
    var store: String { "postgres:///postgres?host=\(directory)&user=martlet" }

    /// Ends it as a power cut would, and starts it again.
    func crash() async throws {
        _ = try await stage.run(
            "/bin/bash", ["-c", Self.crashing, "crash", directory, programs], name: "postgres-crash")
    }

    // Unprivileged, which `initdb` insists on. It goes when this test's process does: its standard input ends then.
    private static let keeping = """
        set -e
        exec 3>&1 1>"$1/log" 2>&1
        as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }
        if [ "$(id -u)" = 0 ]; then chown nobody "$1"; fi
        trap 'as "$2/pg_ctl" -D "$1/data" -m immediate stop || true; rm -rf "$1"' EXIT
        cd "$1"
        as "$2/initdb" -D "$1/data" -U martlet -A trust --no-instructions
        printf "listen_addresses=''\\nunix_socket_directories='%s'\\nmax_connections=100\\n" "$1" >> "$1/data/postgresql.conf"
        printf "shared_buffers=64MB\\n" >> "$1/data/postgresql.conf"
        as "$2/pg_ctl" -D "$1/data" -l "$1/server.log" -w start
        echo ready >&3
        exec 3>&-
        cat >/dev/null
        """

    private static let crashing = """
        cd "$1"
        as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }
        as "$2/pg_ctl" -D "$1/data" -l "$1/server.log" -m immediate -w restart >/dev/null 2>&1
        """

    private static func findPrograms() throws -> String {
        let installed = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let folders = installed.sorted().reversed().map { "/usr/lib/postgresql/\($0)/bin" }
        for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/initdb") { return folder }
        return URL(filePath: try Repository.tool("initdb")).deletingLastPathComponent().path
    }
}

extension Stage {
    func postgres() async throws -> PostgresServer { try await PostgresServer(on: self) }

    /// The nodes of a service that shares a database; the first one makes its environments.
    func nodes(_ count: Int, on postgres: PostgresServer, flags: [String] = []) async throws -> [MartletServer] {
        let key = Data((0..<32).map { _ in UInt8.random(in: .min ... .max) }).base64EncodedString()
        let shared = ["--store", postgres.store, "--master-key", key]
        let first = try await martlet(shared: shared, flags: flags, name: "node-1")
        var nodes = [first]
        for number in 2..<count + 1 { nodes.append(try await MartletServer(beside: first, name: "node-\(number)")) }
        return nodes
    }
}
