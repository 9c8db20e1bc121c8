import Foundation
import MartletCore

@testable import martlet

/// A server in a directory of its own, on a port of its own.
struct ServerProcess {
    let process: MartletProcess
    let url: EndpointURL
    /// The keys of a first start.
    let keys: (live: String, sandbox: String)?

    /// Starts it and waits until it serves.
    init(
        _ arguments: [String] = [], variables: [String: String] = [:], in directory: TemporaryDirectory,
        descriptors: Int? = nil
    ) async throws {
        process = try MartletProcess(
            ["serve", "--listen", "127.0.0.1:0"] + arguments, variables: variables, in: directory,
            descriptors: descriptors)
        let line = try await process.line(containing: " serves ")
        let words = line.split(separator: " ")
        let text = words[(words.firstIndex(of: "serves") ?? 0) + 1]
        url = try EndpointURL(parsing: String(text))
        let live = Self.word(startingWith: "mk_live_", in: process.output)
        let sandbox = Self.word(startingWith: "mk_test_", in: process.output)
        keys = if let live, let sandbox { (live, sandbox) } else { nil }
    }

    func client(_ key: String?) -> APIClient { APIClient(url: url, key: key) }

    /// Lets it finish, and tells how it ended.
    func stop() async -> MartletProcess.Result {
        process.send(SIGTERM)
        return await process.ended()
    }

    static func word(startingWith lead: String, in text: String) -> String? {
        text.split(whereSeparator: { $0.isWhitespace || $0 == "'" }).first { $0.hasPrefix(lead) }.map(String.init)
    }
}
