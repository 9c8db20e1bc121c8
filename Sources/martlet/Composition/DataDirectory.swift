import Glibc

/// The directory that holds what a server must not lose.
struct DataDirectory: Sendable, Hashable {
    /// As it was given, without a slash at its end.
    let path: String

    init(path: String) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    /// The store, unless it was put elsewhere.
    var storePath: String { path + "/martlet.db" }
    var masterKeyPath: String { path + "/master.key" }
    var lockPath: String { path + "/lock" }

    /// The path from the root.
    var absolutePath: String {
        if path.hasPrefix("/") { return path }
        guard let here = getcwd(nil, 0) else { return path }
        defer { free(here) }
        let rest = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        return rest == "." ? String(cString: here) : "\(String(cString: here))/\(rest)"
    }

    /// Creates the directory, for its owner alone, with those above it. Leaves one that is there as it is.
    func create() throws(CommandFailure) {
        var partial = path.hasPrefix("/") ? "" : "."
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).filter { $0 != "." }
        for (index, part) in parts.enumerated() {
            partial += "/\(part)"
            if mkdir(partial, index == parts.count - 1 ? 0o700 : 0o755) != 0, errno != EEXIST {
                throw CommandFailure("\(path) cannot be created: \(partial): \(systemMessage()).")
            }
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw CommandFailure("\(path) is not a directory. Give another --data-dir.")
        }
    }

    /// The key that was made for this directory; `nil` where there is none.
    func masterKey() throws(CommandFailure) -> MasterKey? {
        let bytes: [UInt8]
        do throws(TextFile.Failure) {
            bytes = try TextFile.read(masterKeyPath, atMost: 4096)
        } catch {
            if error.isMissing { return nil }
            throw CommandFailure(error.description)
        }
        do throws(SettingComplaint) {
            let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
            return try MasterKey(text: text)
        } catch {
            throw CommandFailure("\(masterKeyPath): \(error.message)")
        }
    }

    /// Writes a key for this directory, readable by its owner alone, and sees it on the disk before anything is
    /// encrypted with it.
    func write(_ key: MasterKey) throws(CommandFailure) {
        let draft = masterKeyPath + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(draft) }
        defer { close(descriptor) }
        let text = Array((key.revealed + "\n").utf8)
        guard Glibc.write(descriptor, text, text.count) == text.count, fsync(descriptor) == 0,
            rename(draft, masterKeyPath) == 0
        else { throw failure(draft) }
        let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failure(path) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failure(path) }
    }

    private func failure(_ path: String) -> CommandFailure {
        CommandFailure("\(path) cannot be written: \(systemMessage()).")
    }
}
