import Foundation
import Synchronization

/// `martlet serve` on a data directory of its own.
final class MartletServer: Sendable {
    let stage: Stage
    let name: String
    let flags: [String]
    /// The admin keys of the two environments.
    let keys: (live: String, sandbox: String)
    private let running: Mutex<(program: ChildProgram, port: Int)>

    var port: Int { running.withLock { $0.port } }
    var program: ChildProgram { running.withLock { $0.program } }

    /// The API with the sandbox's admin key.
    var api: API { api(key: keys.sandbox) }

    func api(key: String) -> API { API(http: stage.http, key: key) { [self] in port } }

    /// Makes a data directory with a template, and serves it.
    ///
    /// - Parameter shared: flags for making the store as well as for serving it.
    init(on stage: Stage, template: String, shared: [String] = [], flags: [String], name: String) async throws {
        let printed = try await stage.run(
            Repository.martlet(),
            ["init", "--template", template, "--json", "--data-dir", stage.directory.path(name)] + shared,
            name: "\(name)-init")
        let answer = try JSON(parsing: printed)
        guard let live = answer["keys"]["live"].string, let sandbox = answer["keys"]["sandbox"].string else {
            throw NeverCame(what: "keys in \(printed)", bound: .zero)
        }
        self.stage = stage
        self.name = name
        self.flags = shared + flags
        keys = (live, sandbox)
        running = Mutex(try await Self.serve(stage, name, shared + flags))
    }

    /// Serves as one more node of the service that another one serves, from the store that they share.
    init(beside other: MartletServer, name: String) async throws {
        stage = other.stage
        self.name = name
        flags = other.flags
        keys = other.keys
        running = Mutex(try await Self.serve(other.stage, name, other.flags))
    }

    /// A figure of its metrics; 0 while it does not say.
    func figure(_ name: String) async throws -> Int {
        guard let response = try? await stage.http.send(HTTPRequest(method: "GET", path: "/metrics"), to: port) else {
            return 0
        }
        let line = response.text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }

    /// Serves the same data directory again, at another port.
    func restart() async throws {
        let next = try await Self.serve(stage, name, flags)
        running.withLock { $0 = next }
    }

    /// Ends it as a power cut would.
    func kill() async throws {
        program.send(SIGKILL)
        _ = try await program.ended()
    }

    /// Asks it to end, and waits until it has.
    func terminate() async throws -> ChildProgram.Exit {
        program.send(SIGTERM)
        return try await program.ended()
    }

    private static func serve(_ stage: Stage, _ name: String, _ flags: [String]) async throws -> (ChildProgram, Int) {
        let program = try stage.start(
            Repository.martlet(),
            ["serve", "--data-dir", stage.directory.path(name), "--listen", "127.0.0.1:0", "--allow-private-networks"]
                + flags,
            name: name)
        return (program, try await program.portServed())
    }
}

extension ChildProgram {
    /// The port of a server, once it serves.
    func portServed() async throws -> Int {
        try await line("that it serves") { line in
            guard line.hasPrefix("Martlet "),
                let url = line.split(separator: " ").first(where: { $0.hasPrefix("http://") })
            else { return nil }
            return url.split(separator: ":").last.flatMap { Int($0) }
        }
    }
}

extension Stage {
    /// A server with a template's profile and catalogue.
    func martlet(
        template: String = "standard", shared: [String] = [], flags: [String] = [], name: String = "martlet"
    ) async throws -> MartletServer {
        try await MartletServer(on: self, template: template, shared: shared, flags: flags, name: name)
    }
}
