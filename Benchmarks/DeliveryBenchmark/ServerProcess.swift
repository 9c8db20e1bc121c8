import Foundation

/// A server of its own in a directory of its own, and what the kernel says of it.
final class ServerProcess {
    private let process = Process()
    private let directory: URL
    private(set) var port = 0
    let key: String

    init(binary: String, store: String?) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "martlet-bench-\(getpid())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let data = directory.appending(path: "data").path
        let made = try Self.output(
            of: binary, ["init", "--data-dir", data, "--json"] + (store.map { ["--store", $0] } ?? []))
        guard let object = try JSONSerialization.jsonObject(with: made) as? [String: Any],
            let keys = object["keys"] as? [String: String], let sandbox = keys["sandbox"]
        else { throw BenchmarkFailure("`martlet init --json` said something else than expected") }
        key = sandbox
        let port = try Self.freePort()
        process.executableURL = URL(fileURLWithPath: binary)
        process.arguments =
            [
                "serve", "--data-dir", data, "--listen", "127.0.0.1:\(port)", "--allow-private-networks", "--log-level",
                "warning",
            ] + (store.map { ["--store", $0] } ?? [])
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        self.port = port
        try waitUntilReady()
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: directory)
    }

    /// User and system time so far, in seconds.
    var cpuSeconds: Double { ProcessTime.seconds(of: process.processIdentifier) }

    var residentMegabytes: Int { status("VmRSS:") }
    var peakMegabytes: Double { Double(status("VmHWM:")) }

    private func status(_ name: String) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
        return (line.split(separator: " ").dropFirst().first.flatMap { Int($0.filter(\.isNumber)) } ?? 0) / 1024
    }

    func register(url: String) throws {
        _ = try request("POST", "/v1/webhooks", body: #"{"url":"\#(url)","events":["order.created"]}"#)
    }

    /// Returns once nothing waits to be delivered or recorded.
    func waitUntilSettled() {
        while true {
            let metrics = (try? request("GET", "/metrics", body: nil)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            if metrics.contains("\nmartlet_backlog_deliveries 0\n") { return }
            usleep(5000)
        }
    }

    private func waitUntilReady() throws {
        for _ in 0..<1000 {
            if (try? request("GET", "/healthz", body: nil)) != nil { return }
            guard process.isRunning else { throw BenchmarkFailure("the server did not start") }
            usleep(10_000)
        }
        throw BenchmarkFailure("the server was not ready within 10 s")
    }

    private func request(_ method: String, _ path: String, body: String?) throws -> Data {
        var arguments = ["-sS", "--fail-with-body", "-X", method, "http://127.0.0.1:\(port)\(path)"]
        arguments += ["-H", "Authorization: Bearer \(key)", "-H", "Content-Type: application/json"]
        if let body { arguments += ["-d", body] }
        return try Self.output(of: "/usr/bin/curl", arguments)
    }

    private static func output(of program: String, _ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchmarkFailure("\(program) failed: \(String(decoding: data, as: UTF8.self))")
        }
        return data
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard bound else { throw BenchmarkFailure("no port is free") }
        return Int(in_port_t(bigEndian: address.sin_port))
    }
}

struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
