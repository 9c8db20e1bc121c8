import Foundation

/// A proxy that stands for the network between a listener and its server.
struct Network: Sendable {
    let stage: Stage
    let port: Int
    private let targetFile: URL

    fileprivate init(on stage: Stage, port: Int, targetFile: URL) {
        self.stage = stage
        self.port = port
        self.targetFile = targetFile
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// Leads to a server from now on, at the same port as ever.
    func lead(to server: MartletServer) async throws -> ChildProgram {
        try "\(server.port)".write(to: targetFile, atomically: true, encoding: .utf8)
        return try await start("proxy.js", ["TARGET_FILE": targetFile.path])
    }

    /// Answers itself from now on, and not as Martlet does: what a network is that wants one to sign in.
    func answer(_ status: Int) async throws -> ChildProgram {
        let file = stage.directory.url.appending(path: "stranger.ndjson").path
        return try await start("capture.js", ["STATUS": "\(status)", "CAPTURE_FILE": file])
    }

    private func start(_ script: String, _ settings: [String: String]) async throws -> ChildProgram {
        let program = try stage.start(
            Repository.node(), [Repository.receivers.appending(path: script).path], name: script,
            environment: ["EXIT_WITH_STDIN": "1", "PORT": "\(port)"].merging(settings) { $1 })
        _ = try await program.line("where it listens") { (try? JSON(parsing: $0))?["listening"].integer }
        return program
    }
}

/// `martlet listen --json`.
struct ListenProgram: Sendable {
    let program: ChildProgram

    /// The objects of a kind that it has told so far.
    func news(_ kind: String) throws -> [JSON] {
        try program.output.lines.map { try JSON(parsing: $0) }.filter { $0["kind"].string == kind }
    }

    /// The objects of a kind, once there are so many.
    @discardableResult
    func news(_ kind: String, _ count: Int) async throws -> [JSON] {
        try await waitUntil("\(program.name) tells '\(kind)' \(count) times") {
            if let exit = program.exit {
                throw ChildProgram.EndedEarly(name: program.name, exit: exit, errors: program.errors)
            }
            let news = try news(kind)
            return news.count >= count ? news : nil
        }
    }

    func kill() async throws {
        program.send(SIGKILL)
        _ = try await program.ended()
    }
}

extension Stage {
    /// A network that leads nowhere yet.
    func network() throws -> Network {
        Network(on: self, port: try freePort(), targetFile: directory.url.appending(path: "proxy.target"))
    }

    /// Starts a listener that reaches its server by a URL.
    func listen(_ url: String, key: String, to receiver: String, flags: [String] = []) throws -> ListenProgram {
        ListenProgram(
            program: try start(
                Repository.martlet(),
                [
                    "listen", "--json", "--forward-to", receiver, "--url", url, "--name", "laptop", "--state-dir",
                    directory.path("state"),
                ] + flags,
                name: "listen", environment: ["MARTLET_API_KEY": key]))
    }
}
