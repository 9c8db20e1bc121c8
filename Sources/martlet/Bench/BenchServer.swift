import Foundation
import MartletCore
import NIOHTTP1
import UnixSignals

/// A server of its own, with a store of its own, that is measured from outside.
final class BenchServer {
    private let process = Process()
    private let directory: URL
    /// Asks it with its key.
    let client: APIClient
    let port: Int
    let key: String

    /// Starts it, and returns once it is ready.
    ///
    /// - Parameters:
    ///   - store: `postgres://…`, empty or Martlet's; `nil` for the embedded one.
    ///   - parent: the directory that the store's files are put into.
    init(store: String?, in parent: String?) async throws(CommandFailure) {
        let base = parent.map { URL(fileURLWithPath: $0) } ?? FileManager.default.temporaryDirectory
        directory = base.appending(path: "martlet-bench-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure("\(directory.path) cannot be made: \(error.localizedDescription)")
        }
        do {
            let place = ["--data-dir", directory.appending(path: "data").path] + (store.map { ["--store", $0] } ?? [])
            key = try Self.initialise(place)
            process.executableURL = Self.binary
            process.arguments =
                ["serve", "--listen", "127.0.0.1:0", "--allow-private-networks", "--log-level", "error"] + place
            let output = Pipe()
            process.standardOutput = output
            process.standardError = FileHandle.standardError
            do { try process.run() } catch {
                throw CommandFailure("A server cannot be started: \(error.localizedDescription)")
            }
            port = try Self.port(from: output.fileHandleForReading)
            client = APIClient(
                url: try EndpointURL(parsing: "http://127.0.0.1:\(port)"), key: key, timeout: .seconds(300))
        } catch {
            if process.isRunning { process.terminate() }
            try? FileManager.default.removeItem(at: directory)
            throw error as? CommandFailure ?? CommandFailure("\(error)")
        }
    }

    /// Ends it, and removes its files.
    func stop() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: directory)
    }

    /// Waits for a signal that ends this process, and takes the server and its files along; ends when its task does.
    var stopsBySignal: @Sendable () async -> Void {
        { [process = processIdentifier, directory] in
            for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                kill(process, SIGTERM)
                waitpid(process, nil, 0)
                try? FileManager.default.removeItem(at: directory)
                exit(128 + signal.rawValue)
            }
        }
    }

    var processIdentifier: Int32 { process.processIdentifier }

    /// Calls its API; what is refused is a failure of the benchmark.
    @discardableResult
    func call(_ method: HTTPMethod, _ path: String, _ body: String? = nil) async throws(CommandFailure) -> JSONValue {
        let answer = try await client.send(method, path, body: body.map { Array($0.utf8) })
        guard answer.isSuccess else {
            throw CommandFailure("\(method) \(path) was refused: \(String(decoding: answer.body, as: UTF8.self))")
        }
        return (try? JSONValue(parsing: answer.body)) ?? .null
    }

    /// How many deliveries wait.
    func backlog() async throws(CommandFailure) -> Int {
        let metrics = String(decoding: try await client.send(.GET, "/metrics").body, as: UTF8.self)
        let line = metrics.split(separator: "\n").first { $0.hasPrefix("martlet_backlog_deliveries ") }
        return line.flatMap { Int($0.drop { $0 != " " }.dropFirst()) } ?? 0
    }

    /// Returns once no more than `count` deliveries wait.
    func waitForBacklog(atMost count: Int = 0) async throws(CommandFailure) {
        while try await backlog() > count { try? await Task.sleep(for: .milliseconds(5)) }
    }

    private static let binary = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()

    private static func initialise(_ place: [String]) throws(CommandFailure) -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = binary
        process.arguments = ["init", "--json"] + place
        process.standardOutput = output
        do { try process.run() } catch {
            throw CommandFailure("`martlet init` cannot be started: \(error.localizedDescription)")
        }
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0, let value = try? JSONValue(parsing: Array(said)),
            let key = value["keys"]?["sandbox"]?.string
        else { throw CommandFailure("The store for the benchmark cannot be set up; its complaint stands above.") }
        return key
    }

    /// Reads what the server says until it says where it listens.
    private static func port(from output: FileHandle) throws(CommandFailure) -> Int {
        var said = ""
        while true {
            let more = output.availableData
            guard !more.isEmpty else { throw CommandFailure("The server ended before it was ready.") }
            said += String(decoding: more, as: UTF8.self)
            guard let start = said.firstRange(of: "http://127.0.0.1:")?.upperBound else { continue }
            let digits = said[start...].prefix { $0.isNumber }
            if digits.endIndex < said.endIndex, let port = Int(digits) {
                // Whatever else it says is nobody's.
                output.readabilityHandler = { _ = $0.availableData }
                return port
            }
        }
    }
}
