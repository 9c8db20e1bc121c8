import Foundation

/// A directory of a test's own.
final class TemporaryDirectory: Sendable {
    let url: URL

    var path: String { url.path }

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(at: url) }

    /// The path of a file or directory in it.
    func path(_ name: String) -> String { url.appending(path: name).path }
}
