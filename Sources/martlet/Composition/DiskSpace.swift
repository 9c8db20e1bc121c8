import Glibc

/// The size of a disk.
struct DiskSpace: Sendable {
    /// What this user may still fill, in bytes.
    let free: Int
    /// All of it, in bytes.
    let size: Int

    /// The disk on which a file or directory lies; `nil`, with `errno` set, where that cannot be told.
    init?(at path: String) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        free = Int(clamping: status.f_bavail) * Int(clamping: status.f_frsize)
        size = Int(clamping: status.f_blocks) * Int(clamping: status.f_frsize)
    }
}
