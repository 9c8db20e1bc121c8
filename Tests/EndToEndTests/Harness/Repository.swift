import Foundation

/// Where the tests find what they run.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../..").standardizedFileURL

    static let receivers = root.appending(path: "Tests/EndToEndTests/Receivers")
    static let payloads = root.appending(path: "Tests/EndToEndTests/Payloads")

    /// The program under test: `MARTLET_BINARY`, else the one that was built beside the tests.
    static func martlet() throws -> String {
        if let named = ProcessInfo.processInfo.environment["MARTLET_BINARY"] {
            return try executable(named, mendedBy: "MARTLET_BINARY names it; build it first")
        }
        return try built("martlet", mendedBy: "build it with `swift build`, or name another in MARTLET_BINARY")
    }

    /// A program of the package that was built beside the tests.
    static func built(_ name: String, mendedBy advice: String = "build it with `swift build`") throws -> String {
        let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        return try executable(tests.deletingLastPathComponent().appending(path: name).path, mendedBy: advice)
    }

    static func node() throws -> String {
        guard FileManager.default.fileExists(atPath: "/usr/share/nodejs/express") else {
            throw Missing("/usr/share/nodejs/express", mendedBy: "run `make test-setup`")
        }
        return try tool("node")
    }

    /// The Python that has other people's verifiers.
    static func python() throws -> String {
        try executable(root.appending(path: ".venv/bin/python").path, mendedBy: "run `make test-setup`")
    }

    /// A program on the path.
    static func tool(_ name: String) throws -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        for directory in path.split(separator: ":") {
            let candidate = "\(directory)/\(name)"
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
        }
        throw Missing(name, mendedBy: "run `make test-setup`")
    }

    private static func executable(_ path: String, mendedBy advice: String) throws -> String {
        guard FileManager.default.isExecutableFile(atPath: path) else { throw Missing(path, mendedBy: advice) }
        return path
    }

    /// Something that a test needs is not there. That is an error and no reason to skip: a skipped proof proves nothing.
    struct Missing: Error, CustomStringConvertible {
        let what: String
        let advice: String

        init(_ what: String, mendedBy advice: String) {
            self.what = what
            self.advice = advice
        }

        var description: String { "\(what) is missing: \(advice)." }
    }
}
