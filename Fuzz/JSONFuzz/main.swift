// Normalises one document after another for `Fuzz/json-against-node.js`, which knows what should come out.
//
// On standard input come batches: their length, four bytes big-endian, then documents, each after its length likewise.
// For each document comes back one byte of verdict (A accepted, W accepted with warnings, R rejected) and, after its
// length, the output or the code and path of the rejection; all of a batch after the length of it all.

import Glibc
import MartletCore

/// Reads exactly so many bytes, or answers `nil` at the end.
func readBytes(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
        let got = bytes.withUnsafeMutableBytes { read(0, $0.baseAddress.map { $0 + filled }, count - filled) }
        if got <= 0 { return nil }
        filled += got
    }
    return bytes
}

func writeBytes(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
        let put = bytes.withUnsafeBytes { write(1, $0.baseAddress.map { $0 + sent }, bytes.count - sent) }
        if put <= 0 { exit(1) }
        sent += put
    }
}

func lengthPrefix(_ count: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }
}

var normaliser = JSONNormaliser()
while let header = readBytes(4) {
    guard let batch = readBytes(header.reduce(0) { $0 << 8 | Int($1) }) else { break }
    var answer: [UInt8] = []
    var at = 0
    while at + 4 <= batch.count {
        let length = batch[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
        let document = Array(batch[at + 4..<at + 4 + length])
        at += 4 + length
        var output: [UInt8] = []
        do {
            let warnings = try document.span.bytes.withUnsafeBytes { bytes throws(PayloadRejection) in
                try normaliser.normalise(bytes, into: &output)
            }
            answer.append(warnings.isEmpty ? 0x41 : 0x57)
        } catch {
            output = Array("\(error.code.rawValue) \(error.path)".utf8)
            answer.append(0x52)
        }
        answer += lengthPrefix(output.count)
        answer += output
    }
    writeBytes(lengthPrefix(answer.count) + answer)
}
