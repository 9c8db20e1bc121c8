import Glibc

/// A lock that one process holds, and that ends with it, however it ends (flock(2)). The file names the holder.
final class ProcessLock: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Takes the lock, or says who has it.
    ///
    /// - Parameters:
    ///   - resource: what is locked, for the complaint.
    ///   - other: the flag that names another.
    static func take(
        _ path: String, on resource: String, other: String = "--data-dir"
    ) throws(CommandFailure) -> ProcessLock {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CommandFailure("\(path) cannot be opened: \(systemMessage()).") }
        let lock = ProcessLock(descriptor: descriptor)
        var patience = 50
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw CommandFailure("\(path) cannot be locked: \(systemMessage()).")
            }
            let pid = writtenPID(descriptor)
            // A holder that is not the one in the file is only looking who holds it: see `holder(of:)`.
            if patience > 0, pid.map({ kill($0, 0) != 0 && errno == ESRCH }) ?? true {
                patience -= 1
                usleep(2000)
                continue
            }
            throw CommandFailure(
                "another martlet\(pid.map { " (pid \($0))" } ?? "") is using \(resource). Stop it first, or give another "
                    + "\(other).")
        }
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
            throw CommandFailure("\(path) cannot be written: \(systemMessage()).")
        }
        return lock
    }

    /// Who holds a lock now.
    enum Holder: Sendable, Hashable {
        case nobody
        case process(Int32?)
    }

    /// Looks who holds the lock, without keeping it.
    static func holder(of path: String) -> Holder {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .nobody }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) == 0 ? .nobody : .process(writtenPID(descriptor))
    }

    private static func writtenPID(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes[..<count].prefix { $0 != 0x0A }, as: UTF8.self))
    }
}
