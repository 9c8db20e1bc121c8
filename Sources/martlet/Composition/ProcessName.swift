import Glibc

/// What this process is called where nobody gave it a name.
enum ProcessName {
    /// The host's name and the process's number: `web-3:4711`.
    static var text: String { "\(host):\(getpid())" }

    /// The host's name.
    static var host: String {
        var bytes = [UInt8](repeating: 0, count: 256)
        // One less than there is: a name that is cut need not be ended by the call.
        let status = bytes.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { gethostname($0, text.count - 1) } ?? -1
            }
        }
        let host = status == 0 ? String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) : ""
        return host.isEmpty ? "martlet" : host
    }
}
