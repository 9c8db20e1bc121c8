import Glibc
import MartletCore

/// What a listener has begun to forward and what its answers are, in a file, until the server has them: so that a listener
/// that was killed does not forward anything twice.
///
/// One JSON object a line: `{"begun":KEY}`, `{"answered":ANSWER}`, `{"done":KEY}`. A line that was not written to its end is
/// as good as none. It outlives the process; what the machine had not written when its power failed is lost.
struct ListenJournal: Sendable {
    /// What an earlier run left: answers that the server may not have.
    let left: [ForwardResult]

    private let path: String
    private var descriptor: Int32
    private var size = 0
    /// What is in the file and not done: lines to begin anew with.
    private var live: [ListenedAttempt.Key: [UInt8]] = [:]

    /// What came of an attempt that an earlier run had begun to forward when it ended.
    static let cutOff = AttemptFailure(
        .connectionClosed,
        "martlet listen ended before the receiver had answered; whether it took the event is unknown.")

    private static let largest = 4 << 20
    private static let longestFile = 1 << 30

    /// Opens the journal of a webhook, for this user alone, and makes it if there is none.
    init(path: String) throws(CommandFailure) {
        self.path = path
        var results: [ListenedAttempt.Key: ForwardResult] = [:]
        var order: [ListenedAttempt.Key] = []
        for line in try Self.lines(of: path) {
            guard let value = try? JSONValue(parsing: line) else { continue }
            if let key = Self.key(value["begun"]) {
                order.append(key)
                results[key] = ForwardResult(key, failure: Self.cutOff)
            } else if let result = value["answered"].flatMap({ ForwardResult(answer: $0) }) {
                if results[result.key] == nil { order.append(result.key) }
                results[result.key] = result
            } else if let key = Self.key(value["done"]) {
                results[key] = nil
            }
        }
        var seen: Set<ListenedAttempt.Key> = []
        left = order.compactMap { key in seen.insert(key).inserted ? results[key] : nil }
        descriptor = -1
        for result in left { live[result.key] = Self.answeredLine(result) }
        try rewrite()
    }

    /// An attempt is about to be forwarded.
    mutating func begun(_ key: ListenedAttempt.Key) throws(CommandFailure) {
        try append(Self.line("begun", key), of: key)
    }

    /// An attempt was forwarded.
    mutating func answered(_ result: ForwardResult) throws(CommandFailure) {
        try append(Self.answeredLine(result), of: result.key)
    }

    /// The server has the answer.
    mutating func done(_ key: ListenedAttempt.Key) throws(CommandFailure) {
        live[key] = nil
        try write(Self.line("done", key))
        if size > Self.largest, live.values.reduce(0, { $0 + $1.count }) < size / 2 { try rewrite() }
    }

    private mutating func append(_ line: [UInt8], of key: ListenedAttempt.Key) throws(CommandFailure) {
        live[key] = line
        try write(line)
    }

    private mutating func write(_ line: [UInt8]) throws(CommandFailure) {
        var rest = line[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure
            }
            rest = rest.dropFirst(count)
        }
        size += line.count
    }

    /// Writes what is not done into a new file, which then takes the old one's place.
    private mutating func rewrite() throws(CommandFailure) {
        let draft = path + ".new"
        let next = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
        guard next >= 0 else { throw failure }
        let before = descriptor
        descriptor = next
        size = 0
        for line in live.values { try write(line) }
        guard rename(draft, path) == 0 else { throw failure }
        if before >= 0 { close(before) }
    }

    private var failure: CommandFailure {
        CommandFailure(
            "\(path) cannot be written: \(systemMessage()). Answers are kept there until the server has them; give another "
                + "--state-dir.")
    }

    // MARK: Lines

    private static func lines(of path: String) throws(CommandFailure) -> [[UInt8]] {
        do throws(TextFile.Failure) {
            let bytes = try TextFile.read(path, atMost: longestFile)
            // What stands after the last line feed was not written to its end.
            guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
            return bytes[..<end].split(separator: UInt8(ascii: "\n")).map(Array.init)
        } catch {
            if error.isMissing { return [] }
            throw CommandFailure(error.description)
        }
    }

    private static func line(_ name: StaticString, _ key: ListenedAttempt.Key) -> [UInt8] {
        line { writer in
            writer.object(name) { writer in
                writer.field("delivery", key.delivery)
                writer.field("number", key.number)
            }
        }
    }

    private static func answeredLine(_ result: ForwardResult) -> [UInt8] {
        line { $0.field("answered", raw: result.answer) }
    }

    private static func line(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { members(&$0) }
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private static func key(_ value: JSONValue?) -> ListenedAttempt.Key? {
        guard let delivery = value?["delivery"]?.string, let number = value?["number"]?.integer else { return nil }
        return ListenedAttempt.Key(delivery: delivery, number: number)
    }
}
