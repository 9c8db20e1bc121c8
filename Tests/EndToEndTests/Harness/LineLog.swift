import Foundation
import Synchronization

/// The lines that a program has written so far.
final class LineLog: Sendable {
    private let state = Mutex((lines: [String](), rest: [UInt8](), isOver: false))

    /// Whether there will be no more of them.
    var isOver: Bool { state.withLock { $0.isOver } }

    func finish() {
        state.withLock { state in
            if !state.rest.isEmpty { state.lines.append(String(decoding: state.rest, as: UTF8.self)) }
            state.rest = []
            state.isOver = true
        }
    }

    var lines: [String] { state.withLock { $0.lines } }
    var count: Int { state.withLock { $0.lines.count } }

    /// The lines from the one with that index on.
    func lines(from index: Int) -> ArraySlice<String> { state.withLock { $0.lines.dropFirst(index) } }

    func append(_ bytes: some Sequence<UInt8>) {
        state.withLock { state in
            for byte in bytes {
                if byte == UInt8(ascii: "\n") {
                    state.lines.append(String(decoding: state.rest, as: UTF8.self))
                    state.rest = []
                } else {
                    state.rest.append(byte)
                }
            }
        }
    }
}
