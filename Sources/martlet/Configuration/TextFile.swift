import Glibc

/// Reads small files whole.
enum TextFile {
    /// Why a file could not be read, in the system's words.
    struct Failure: Error, CustomStringConvertible {
        let code: Int32
        let description: String
        var isMissing: Bool { code == ENOENT }
    }

    /// - Parameters:
    ///   - path: the file's path; `-` is the standard input.
    ///   - bound: the most bytes that are taken.
    static func read(_ path: String, atMost bound: Int) throws(Failure) -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= bound else {
                throw Failure(code: EFBIG, description: "\(path) is larger than \(ByteText.text(bound)).")
            }
        }
    }

    private static func failure(_ path: String) -> Failure {
        let code = errno
        return Failure(code: code, description: "\(path) cannot be read: \(systemMessage(code)).")
    }
}
