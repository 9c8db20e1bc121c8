/// Just enough of HTTP/1.1 to tell where a message ends, a head and a body of the length that it names: the measuring
/// must cost little beside what is measured.
enum MessageFraming {
    /// The length of the message that stands first, once it is all there.
    static func length(of bytes: UnsafeRawBufferPointer) -> Int? {
        var lineStart = 0
        var body = 0
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            let line = bytes[lineStart..<index]
            if line.count <= 1 {
                let total = index + 1 + body
                return bytes.count >= total ? total : nil
            }
            if let length = contentLength(line) { body = length }
            lineStart = index + 1
        }
        return nil
    }

    private static func contentLength(_ line: Slice<UnsafeRawBufferPointer>) -> Int? {
        let name = "content-length:".utf8
        guard line.count > name.count, zip(line, name).allSatisfy({ $0 | 0x20 == $1 || $0 == $1 }) else { return nil }
        return line.dropFirst(name.count).reduce(0) { (48...57 ~= $1) ? $0 * 10 + Int($1 - 48) : $0 }
    }
}
