import Foundation
import Synchronization
import Testing

/// What one test has on its stage: a directory, a server or several, receivers. All of it is gone when the test is over.
final class Stage: Sendable {
    let directory: TemporaryDirectory
    let http = HTTPClient()
    private let programs = Mutex([ChildProgram]())

    fileprivate init() throws { directory = try TemporaryDirectory() }

    /// Starts a program that ends with the test.
    func start(
        _ path: String, _ arguments: [String] = [], name: String, environment: [String: String] = [:],
        directory: String? = nil, ownsGroup: Bool = false
    ) throws -> ChildProgram {
        let program = try ChildProgram(
            path, arguments, name: name, environment: environment, directory: directory ?? self.directory.path,
            errorPath: self.directory.path("\(name).log"), ownsGroup: ownsGroup)
        programs.withLock { $0.append(program) }
        return program
    }

    /// Runs a program to its end.
    ///
    /// - Returns: what it wrote to its standard output.
    /// - Throws: ``ChildProgram/EndedEarly`` unless it ended with status 0.
    func run(
        _ path: String, _ arguments: [String] = [], name: String, environment: [String: String] = [:],
        directory: String? = nil
    ) async throws -> String {
        let program = try start(path, arguments, name: name, environment: environment, directory: directory)
        let exit = try await program.ended()
        await program.stop()
        let output = try await program.wholeOutput().joined(separator: "\n")
        guard exit == .status(0) else {
            throw ChildProgram.EndedEarly(name: name, exit: exit, errors: program.errors + output)
        }
        return output
    }

    /// A port that nobody listens on for now.
    func freePort() throws -> Int { try HTTPConnection.freePort() }

    fileprivate func clear() async {
        for program in programs.withLock({ $0 }).reversed() { await program.stop() }
        directory.remove()
    }

    /// The end of what every program complained of, for a test that failed.
    fileprivate var complaints: String {
        Set(programs.withLock { $0.map(\.errorPath) }).sorted().map { path in
            let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            return "--- \(URL(filePath: path).lastPathComponent)\n\(text.suffix(4000))"
        }.joined(separator: "\n")
    }
}

/// Sets up a stage, performs a test on it, and clears it away.
func withStage(_ perform: (Stage) async throws -> Void) async throws {
    await StageSlots.all.take()
    do {
        let stage = try Stage()
        do {
            try await perform(stage)
        } catch {
            Issue.record("The programs' complaints:\n\(stage.complaints)")
            await stage.clear()
            throw error
        }
        await stage.clear()
    } catch {
        await StageSlots.all.leave()
        throw error
    }
    await StageSlots.all.leave()
}

/// How many stages there are at once: enough to keep a small machine busy, few enough for its memory.
private actor StageSlots {
    static let all = StageSlots(count: 4)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(count: Int) { free = count }

    func take() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func leave() {
        guard !waiting.isEmpty else {
            free += 1
            return
        }
        waiting.removeFirst().resume()
    }
}
