import Foundation

/// A receiver that runs a guide's own code and tells what it made of each request.
struct GuideReceiver: Sendable {
    let program: ChildProgram
    let port: Int
    let path: String

    var url: String { "http://127.0.0.1:\(port)\(path)" }

    /// What it made of each request so far.
    func observations() throws -> [JSON] { try program.output.lines(from: 1).map { try JSON(parsing: $0) } }

    /// What it made of the requests, once there are so many.
    func observations(_ count: Int) async throws -> [JSON] {
        try await waitUntil("\(program.name) tells of \(count) requests, after \(program.output.count - 1)") {
            program.output.count > count
        }
        return try observations()
    }
}

/// A receiver that keeps every request in a file.
struct CaptureReceiver: Sendable {
    let program: ChildProgram
    let port: Int
    let file: URL
    private let statusFile: URL

    func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// From now on it answers that status.
    func answer(_ status: Int) throws { try "\(status)".write(to: statusFile, atomically: true, encoding: .utf8) }

    /// The requests so far.
    func requests() throws -> [Captured] {
        guard let bytes = try? Data(contentsOf: file) else { return [] }
        // What stands after the last newline is still being written.
        let end = bytes.lastIndex(of: UInt8(ascii: "\n")) ?? bytes.startIndex
        return try bytes[..<end].split(separator: UInt8(ascii: "\n")).map { try Captured(JSON(parsing: $0)) }
    }

    /// The requests, once there are so many.
    func requests(_ count: Int) async throws -> [Captured] {
        try await waitUntil("\(count) requests are captured") {
            let requests = try requests()
            return requests.count >= count ? requests : nil
        }
    }

    fileprivate init(program: ChildProgram, port: Int, file: URL, statusFile: URL) {
        self.program = program
        self.port = port
        self.file = file
        self.statusFile = statusFile
    }
}

/// A request as a capture kept it.
struct Captured: Sendable {
    let path: String
    /// In seconds.
    let receivedAt: Double
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    /// The first header of that name, whatever its case.
    subscript(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }

    fileprivate init(_ line: JSON) throws {
        guard let path = line["url"].string, let body = line["body"].string.flatMap({ Data(base64Encoded: $0) }) else {
            throw NeverCame(what: "a URL and a body in \(line.text)", bound: .zero)
        }
        self.path = path
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        receivedAt = (try? format.parse(line["received_at"].string ?? ""))?.timeIntervalSince1970 ?? 0
        self.body = Array(body)
        headers = line["headers"].elements.map { ($0[0].string ?? "", $0[1].string ?? "") }
    }
}

/// `martlet sink`: a receiver that behaves as its flags say.
struct Sink: Sendable {
    let program: ChildProgram
    let url: String

    /// What it tells of each request so far.
    func records() throws -> [JSON] { try program.output.lines(from: 1).map { try JSON(parsing: $0) } }

    /// What it tells of the requests, once there are so many.
    func records(_ count: Int) async throws -> [JSON] {
        try await waitUntil("\(program.name) tells of \(count) requests") { program.output.count > count }
        return try records()
    }
}

extension Stage {
    /// Starts the receiver in a file of `Receivers/`.
    func guideReceiver(_ file: String, path: String, secret: String, name: String) async throws -> GuideReceiver {
        let program = try node(file, name: name, environment: ["SECRET": secret])
        return GuideReceiver(program: program, port: try await listening(program), path: path)
    }

    func capture(name: String = "capture") async throws -> CaptureReceiver {
        let file = directory.url.appending(path: "\(name).ndjson")
        let statusFile = directory.url.appending(path: "\(name).status")
        let program = try node(
            "capture.js", name: name, environment: ["CAPTURE_FILE": file.path, "STATUS_FILE": statusFile.path])
        return CaptureReceiver(
            program: program, port: try await listening(program), file: file, statusFile: statusFile)
    }

    /// A mail server that takes messages from `ops`, whose password is `swordfish`, after STARTTLS alone.
    func mailServer() async throws -> MailServer {
        let authorities = directory.url.appending(path: "mail.pem").path
        let program = try start(
            Repository.python(), [Repository.receivers.appending(path: "mail_server.py").path, authorities],
            name: "mail")
        return MailServer(program: program, port: try await listening(program), authorities: authorities)
    }

    /// An application that verifies what Stripe and GitHub sign by itself, at `/stripe` and `/github`. Gives its port.
    func sourceReceiver(stripe: String, github: String, name: String = "application") async throws -> Int {
        let program = try start(
            Repository.python(), [Repository.receivers.appending(path: "source_receiver.py").path], name: name,
            environment: ["STRIPE_SECRET": stripe, "GITHUB_SECRET": github])
        return try await listening(program)
    }

    func sink(_ flags: [String] = [], port: Int = 0, name: String = "sink") async throws -> Sink {
        let program = try start(
            Repository.martlet(), ["sink", "--json", "--listen", "127.0.0.1:\(port)"] + flags, name: name)
        let url = try await program.line("where it listens") { (try? JSON(parsing: $0))?["listening"].string }
        return Sink(program: program, url: url)
    }

    private func node(_ file: String, name: String, environment: [String: String]) throws -> ChildProgram {
        let settings = ["NODE_PATH": "/usr/share/nodejs", "EXIT_WITH_STDIN": "1", "PORT": "0"]
        return try start(
            Repository.node(), [Repository.receivers.appending(path: file).path], name: name,
            environment: settings.merging(environment) { $1 })
    }

    private func listening(_ program: ChildProgram) async throws -> Int {
        try await program.line("where it listens") { (try? JSON(parsing: $0))?["listening"].integer }
    }
}

/// A mail server that tells of each message that it takes.
struct MailServer: Sendable {
    let program: ChildProgram
    let port: Int
    /// A file with the authority that its certificate is of.
    let authorities: String

    /// The messages so far.
    func messages() throws -> [JSON] { try program.output.lines(from: 1).map { try JSON(parsing: $0) } }

    /// The messages, once there are so many.
    func messages(_ count: Int) async throws -> [JSON] {
        try await waitUntil("\(count) messages have come") { program.output.count > count }
        return try messages()
    }
}
