import Foundation
import Synchronization

/// The built binary, run as a user runs it. It is killed when the value that stands for it goes, or the test's time is
/// over.
///
/// Not Foundation's `Process`: children that are started at the same time would inherit each other's pipes, and hold
/// them open.
final class MartletProcess: Sendable {
    /// How a command ended, and what it said.
    struct Result: Sendable {
        var status: Int32
        var output: String
        var errors: String
    }

    /// The child could not be started, or ended before it said what was waited for.
    struct Unexpected: Error, CustomStringConvertible {
        var description: String
    }

    private struct State: Sendable {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var openPipes = 2
        var status: Int32?
        var waiters: [CheckedContinuation<Void, Never>] = []

        var outputText: String { String(decoding: output, as: UTF8.self) }
        var errorText: String { String(decoding: errors, as: UTF8.self) }
        var isOver: Bool { status != nil && openPipes == 0 }
    }

    /// What the threads that read from the child share with those that wait for it.
    private final class Shared: Sendable {
        let state = Mutex(State())

        func change(_ body: (inout State) -> Void) {
            let waiters = state.withLock { state in
                body(&state)
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }
    }

    let pid: Int32
    private let shared = Shared()

    /// Where the binary is: beside this test's own.
    static let path: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (own as NSString).deletingLastPathComponent + "/martlet"
    }()

    /// - Parameters:
    ///   - variables: the whole environment, `PATH` aside.
    ///   - directory: the working directory.
    ///   - descriptors: how many files and sockets it may open; `nil` for as many as this process.
    init(
        _ arguments: [String], variables: [String: String] = [:], in directory: TemporaryDirectory,
        input: String? = nil, descriptors: Int? = nil
    ) throws {
        let output = try Pipe()
        let errors = try Pipe()
        let input = try Input(input ?? "", in: directory)
        // env(1) changes the directory and becomes the command: spawning cannot, in what Glibc shows of itself here.
        let bound = descriptors.map { ["/bin/sh", "-c", "ulimit -n \($0) && exec \"$0\" \"$@\""] } ?? []
        let command = ["/usr/bin/env", "-C", directory.path] + bound + [Self.path] + arguments
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.descriptor, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output.writing, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors.writing, STDERR_FILENO)
        let environment = variables.merging(["PATH": "/usr/bin:/bin"]) { given, _ in given }
        var pid: Int32 = 0
        let code = Self.withCStrings(command) { command in
            Self.withCStrings(environment.map { "\($0)=\($1)" }) { environment in
                Pipe.inheriting.withLock { _ in posix_spawn(&pid, "/usr/bin/env", &actions, nil, command, environment) }
            }
        }
        close(output.writing)
        close(errors.writing)
        close(input.descriptor)
        guard code == 0 else { throw Unexpected(description: "\(Self.path): \(String(cString: strerror(code)))") }
        self.pid = pid
        follow(output.reading) { $0.output += $1 }
        follow(errors.reading) { $0.errors += $1 }
        Thread.detachNewThread { [pid, shared] in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            // wait(2): the low seven bits are the signal that ended it, the next byte its own status.
            let isExit = status & 0x7F == 0
            shared.change { $0.status = isExit ? (status >> 8) & 0xFF : -(status & 0x7F) }
        }
    }

    deinit { send(SIGKILL) }

    /// What it has said so far.
    var output: String { shared.state.withLock(\.outputText) }
    var errors: String { shared.state.withLock(\.errorText) }

    /// Waits until it ends.
    func ended() async -> Result {
        await wait(until: \.isOver)
        return shared.state.withLock {
            Result(status: $0.status ?? -1, output: $0.outputText, errors: $0.errorText)
        }
    }

    /// Waits until a line of its output contains `text`, and returns that line.
    func line(containing text: String) async throws -> String {
        @Sendable func find(_ state: State) -> String? {
            // The last line may yet grow.
            state.outputText.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                .first { $0.contains(text) }.map(String.init)
        }
        await wait { find($0) != nil || $0.isOver }
        guard let line = shared.state.withLock({ find($0) }) else {
            throw Unexpected(description: "it said no '\(text)':\n\(output)\n\(errors)")
        }
        return line
    }

    /// Waits until its complaints contain `text`.
    func error(containing text: String) async throws {
        await wait { $0.errorText.contains(text) || $0.isOver }
        guard errors.contains(text) else {
            throw Unexpected(description: "it complained of no '\(text)':\n\(errors)")
        }
    }

    /// Sends a signal, unless it has ended and its number may be another's.
    func send(_ signal: Int32) {
        shared.state.withLock { state in
            if state.status == nil { kill(pid, signal) }
        }
    }

    /// Runs a command to its end.
    static func run(
        _ arguments: [String], variables: [String: String] = [:], in directory: TemporaryDirectory,
        input: String? = nil
    ) async throws -> Result {
        try await MartletProcess(arguments, variables: variables, in: directory, input: input).ended()
    }

    private func follow(_ descriptor: Int32, _ add: @escaping @Sendable (inout State, ArraySlice<UInt8>) -> Void) {
        Thread.detachNewThread { [shared] in
            var bytes = [UInt8](repeating: 0, count: 64 * 1024)
            while true {
                let count = read(descriptor, &bytes, bytes.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                shared.change { add(&$0, bytes[..<count]) }
            }
            close(descriptor)
            shared.change { $0.openPipes -= 1 }
        }
    }

    /// Once the time limit of a test cancels it, the child is killed, and so whatever is waited for comes.
    private func wait(until isReached: @Sendable (State) -> Bool) async {
        await withTaskCancellationHandler {
            while true {
                await withCheckedContinuation { waiter in
                    let isDone = shared.state.withLock { state in
                        if isReached(state) { return true }
                        state.waiters.append(waiter)
                        return false
                    }
                    if isDone { waiter.resume() }
                }
                if shared.state.withLock({ isReached($0) || $0.isOver }) { return }
            }
        } onCancel: {
            send(SIGKILL)
        }
    }

    private static func withCStrings<Value>(
        _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
    ) -> Value {
        let copies = texts.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}

/// The two ends of a pipe, neither of which a child inherits by itself.
private struct Pipe {
    let reading: Int32
    let writing: Int32

    /// Held while children inherit, and while there are ends that they would.
    static let inheriting = Mutex(())

    init() throws {
        var ends: [Int32] = [0, 0]
        let isMade = Self.inheriting.withLock { _ in
            pipe(&ends) == 0 && ends.allSatisfy { fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }
        }
        guard isMade else { throw MartletProcess.Unexpected(description: String(cString: strerror(errno))) }
        (reading, writing) = (ends[0], ends[1])
    }
}

/// A file to read standard input from.
private struct Input {
    let descriptor: Int32

    init(_ text: String, in directory: TemporaryDirectory) throws {
        let path = directory.file("stdin-\(UUID().uuidString)")
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        unlink(path)
    }
}

extension MartletProcess {
    /// Waits until a sink receives, and tells where.
    func url() async throws -> String {
        let line = try await line(containing: "http://")
        return line.split(whereSeparator: { $0 == " " || $0 == "\"" }).first { $0.hasPrefix("http://") }
            .map(String.init) ?? ""
    }
}
