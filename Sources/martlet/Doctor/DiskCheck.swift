import Glibc

/// Room on the disk of the data directory.
struct DiskCheck: Sendable {
    let path: String

    private static let low = 1 << 30
    private static let tooLow = 64 << 20

    var finding: Finding {
        var status = statvfs()
        // Before the first start, the disk is that of the directory above.
        guard statvfs(path, &status) == 0 || statvfs(parent, &status) == 0 else {
            return .fail("disk", "\(path): \(systemMessage())", "Give another --data-dir.")
        }
        let free = Int(status.f_bavail) * Int(status.f_frsize)
        let all = Int(status.f_blocks) * Int(status.f_frsize)
        let detail = "\(ByteText.rounded(free)) free of \(ByteText.rounded(all))"
        let remedy = "Free some, move the data directory, or bound the store by --max-store-size."
        if free < Self.tooLow { return .fail("disk", detail, remedy) }
        return free < Self.low ? .warn("disk", detail, remedy) : .ok("disk", detail)
    }

    private var parent: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
