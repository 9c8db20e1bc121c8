import Foundation
import Glibc
import Synchronization

/// A program that a test runs beside itself.
///
/// Its standard input stays open until it is stopped, its standard output is read line by line, and its standard error
/// goes to a file that a failing test shows.
final class ChildProgram: Sendable {
    let name: String
    let pid: pid_t
    let output = LineLog()
    let errorPath: String
    private let ownsGroup: Bool
    private let state: Mutex<State>

    private struct State {
        var input: Int32?
        var exit: Exit?
    }

    /// How a program ended.
    enum Exit: Hashable, Sendable {
        case status(Int32)
        case signal(Int32)
    }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - environment: added to the tests' own, from which everything that configures Martlet is taken out.
    ///   - errorPath: where its standard error is appended.
    ///   - ownsGroup: whether what it starts itself ends with it.
    init(
        _ path: String, _ arguments: [String] = [], name: String, environment: [String: String] = [:],
        directory: String, errorPath: String, ownsGroup: Bool = false
    ) throws {
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("MARTLET_") }
        variables.merge(environment) { $1 }
        let (pid, input, output) = try Self.spawning.withLock { _ in
            try Self.spawn(["/usr/bin/env", "-C", directory, path] + arguments, variables, errorPath, ownsGroup)
        }
        self.name = name
        self.pid = pid
        self.errorPath = errorPath
        self.ownsGroup = ownsGroup
        state = Mutex(State(input: input, exit: nil))
        read(output)
    }

    /// Held while a program is started, so that none inherits the ends of another's pipes.
    private static let spawning = Mutex(())

    private static func spawn(
        _ arguments: [String], _ variables: [String: String], _ errorPath: String, _ ownsGroup: Bool
    ) throws -> (pid: pid_t, input: Int32, output: Int32) {
        let input = try pipe()
        let output = try pipe()
        defer {
            close(input.read)
            close(output.write)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, input.read, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output.write, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(
            &actions, STDERR_FILENO, errorPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The threads of the concurrency runtime block signals, which a child would inherit.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | (ownsGroup ? POSIX_SPAWN_SETPGROUP : 0)))

        var pid: pid_t = 0
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        let status = posix_spawn(&pid, arguments[0], &actions, &attributes, &argv, &envp)
        guard status == 0 else {
            close(input.write)
            close(output.read)
            throw SystemFailure("start \(arguments)", status)
        }
        return (pid, input.write, output.read)
    }

    /// What it wrote to its standard error.
    var errors: String { (try? String(contentsOfFile: errorPath, encoding: .utf8)) ?? "" }

    func send(_ signal: Int32) {
        state.withLock { state in
            // A program that has been waited for may have left its number to another.
            if state.exit == nil { kill(pid, signal) }
        }
    }

    /// How it ended, once it has.
    var exit: Exit? {
        state.withLock { state in
            if let exit = state.exit { return exit }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
            let signal = status & 0x7F
            state.exit = signal == 0 ? .status(status >> 8 & 0xFF) : .signal(signal)
            return state.exit
        }
    }

    func ended(within bound: Duration = .seconds(300)) async throws -> Exit {
        try await waitUntil("\(name) ends", within: bound) { exit }
    }

    /// Ends it at once, whatever it is at.
    func stop() async {
        if ownsGroup { killpg(pid, SIGKILL) }
        send(SIGKILL)
        _ = try? await ended()
        state.withLock { state in
            if let input = state.input { close(input) }
            state.input = nil
        }
    }

    /// The first line of its output that `read` makes something of.
    func line<Value>(_ what: String, within bound: Duration = .seconds(300), _ read: (String) -> Value?) async throws
        -> Value
    {
        try await waitUntil("\(name) says \(what)", within: bound) {
            for line in output.lines {
                if let value = read(line) { return value }
            }
            if let exit { throw EndedEarly(name: name, exit: exit, errors: errors) }
            return nil
        }
    }

    private func read(_ descriptor: Int32) {
        Thread.detachNewThread { [output] in
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = Glibc.read(descriptor, &buffer, buffer.count)
                if count > 0 {
                    output.append(buffer[..<count])
                } else if count == 0 || errno != EINTR {
                    break
                }
            }
            close(descriptor)
            output.finish()
        }
    }

    /// All lines of its output, once it has ended.
    func wholeOutput() async throws -> [String] {
        try await waitUntil("the output of \(name) ends") { output.isOver }
        return output.lines
    }

    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw SystemFailure("make a pipe", errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    struct EndedEarly: Error, CustomStringConvertible {
        let name: String
        let exit: Exit
        let errors: String

        var description: String { "\(name) ended with \(exit): \(errors.suffix(2000))" }
    }
}

/// The system refused something.
struct SystemFailure: Error, CustomStringConvertible {
    let description: String

    init(_ what: String, _ code: Int32) { description = "Cannot \(what): \(String(cString: strerror(code)))" }
}
