import MartletStore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The little that is asked of the file system beside SQLite.
enum FileSystem {
    static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Creates the file, for its owner alone, unless it is there. SQLite gives the files beside it the same mode.
    static func create(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .unavailable("\(path) cannot be opened or created: \(String(cString: strerror(errno))).")
        }
        close(descriptor)
    }

    /// Removes the file where it is there.
    static func remove(_ path: String) throws(StoreError) {
        guard unlink(path) == 0 || errno == ENOENT else {
            throw .unavailable("\(path) cannot be removed: \(String(cString: strerror(errno))).")
        }
    }

    /// Gives a file its final name once all of it is on the disk, and sees the name there too. Returns its size, in bytes.
    static func moveDurably(_ path: String, to target: String) throws(StoreError) -> Int {
        let file = open(path, O_RDWR | O_CLOEXEC)
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        let size = lseek(file, 0, SEEK_END)
        guard size >= 0, fsync(file) == 0, rename(path, target) == 0 else { throw failure(path) }
        let end = target.lastIndex(of: "/").map { target[...$0] } ?? "."
        let directory = open(String(end), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failure(target) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failure(target) }
        return Int(size)
    }

    private static func failure(_ path: String) -> StoreError {
        .unavailable("\(path) cannot be written: \(String(cString: strerror(errno))).")
    }
}
