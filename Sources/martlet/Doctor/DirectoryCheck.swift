import Glibc

/// The data directory and the master key in it: there, ours, and nobody else's.
struct DirectoryCheck: Sendable {
    let place: Place

    private static let directory = "data directory"
    private static let key = "master key"

    var findings: [Finding] {
        let path = place.directory.path
        var status = stat()
        guard stat(path, &status) == 0 else {
            let code = errno
            guard code == ENOENT else {
                return [
                    .fail(
                        Self.directory, "\(path): \(systemMessage(code))", "Let this user into it, or give --data-dir.")
                ]
            }
            return [
                .warn(Self.directory, "\(path) is not there", "`martlet serve` or `martlet init` makes it.")
            ]
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return [.fail(Self.directory, "\(path) is not a directory", "Give another --data-dir.")]
        }
        var findings: [Finding] = []
        if access(path, R_OK | W_OK | X_OK) != 0 {
            findings.append(
                .fail(
                    Self.directory, "\(path) cannot be written by this user (mode \(Self.mode(status)))",
                    "Run as its owner, or change the owner: chown -R USER \(path)"))
        } else if status.st_mode & 0o077 != 0 {
            findings.append(
                .warn(
                    Self.directory, "\(path) is open to other users (mode \(Self.mode(status)))",
                    "chmod 700 \(path)"))
        } else {
            findings.append(.ok(Self.directory, "\(path), mode \(Self.mode(status))"))
        }
        if let finding = keyFile { findings.append(finding) }
        return findings
    }

    /// The file of the key; whether the key fits is the store's to say.
    private var keyFile: Finding? {
        guard place.masterKey == nil else { return nil }
        let path = place.directory.masterKeyPath
        var status = stat()
        guard stat(path, &status) == 0 else {
            // Before the first start there is nothing to miss.
            guard place.hasStore else { return nil }
            return .fail(
                Self.key, "\(path): \(systemMessage())",
                "Put it back, or give the key by \(SettingTable.masterKey.variable).")
        }
        guard status.st_mode & 0o077 == 0 else {
            return .warn(
                Self.key, "\(path) can be read by other users (mode \(Self.mode(status)))", "chmod 600 \(path)")
        }
        return nil
    }

    private static func mode(_ status: stat) -> String {
        let digits = String(status.st_mode & 0o777, radix: 8)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
