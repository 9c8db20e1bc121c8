import Glibc

/// Room on the disk of the store, against the reserve below which nothing is accepted.
struct DiskCheck: Sendable {
    /// The file or directory whose disk it is.
    let path: String
    /// Bytes that must be free.
    let reserve: Int

    private static let tooLow = 64 << 20

    var finding: Finding {
        // Before the first start, the disk is that of the directory above.
        guard let disk = DiskSpace(at: path) ?? DiskSpace(at: parent) else {
            return .fail("disk", "\(path): \(systemMessage())", "Give another --data-dir.")
        }
        let detail =
            "\(ByteText.rounded(disk.free)) free of \(ByteText.rounded(disk.size)); publishing stops below "
            + "\(ByteText.rounded(reserve))"
        let remedy = "Free some, move the data directory, keep less (--retention-payloads), or lower --disk-reserve."
        if disk.free < max(reserve, Self.tooLow) { return .fail("disk", detail, remedy) }
        return disk.free < reserve * 4 ? .warn("disk", detail, remedy) : .ok("disk", detail)
    }

    private var parent: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
