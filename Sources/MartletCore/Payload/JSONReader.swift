/// Walks the JSON of a request once, decoding small members and passing or normalising large ones, with a path in every
/// complaint.
///
/// Call in the order of the text: ``beginObject()``, then ``nextKey()`` until it answers `nil`, reading or skipping the
/// value after each; likewise ``beginArray()`` and ``nextElement()``; at last ``endDocument()``. Duplicate keys are
/// refused in the objects that are walked; values that are skipped are validated, but not compared. The bytes must
/// outlive the reader, and after a rejection it is of no further use: who wants to go on with the next element of an
/// array skips the element first (``skipValue()``) and reads its ``bytes(_:)`` with a reader of its own.
///
/// ```swift
/// try reader.beginObject()
/// while let key = try reader.nextKey() {
///     switch key {
///     case "type": type = try reader.readString()
///     case "data": data = try reader.normaliseValue(into: &body)
///     default: throw reader.rejection("There is no such field.")
///     }
/// }
/// try reader.endDocument()
/// ```
public struct JSONReader {
    /// What kind of value is ahead.
    public enum Kind: String, Hashable, Sendable {
        /// As in JSON.
        case string, number, boolean, null, object, array
    }

    var scan: JSONScan
    /// What the last ``normaliseValue(into:)`` noticed.
    public internal(set) var warnings: [PayloadWarning] = []

    private let base: String
    private var levels: [Level] = []
    /// The keys of all open objects, the innermost's last.
    private var keys: [String] = []

    private struct Level {
        var isObject: Bool
        var firstKey: Int
        var count = 0
        var manyKeys: Set<String> = []
    }

    /// From this many keys on an object's keys are kept in a set.
    private static let fewKeys = 16

    /// Creates a reader at the start of a document.
    ///
    /// - Parameter path: What paths in rejections begin with.
    public init(_ document: UnsafeRawBufferPointer, path: String = "$") {
        scan = JSONScan(document)
        base = path
    }

    /// Where the reader stands: bytes from the document's start.
    public var offset: Int { scan.scanner.at }

    /// The path of the value that was last begun: `$.items[3]`.
    public var path: String {
        var steps = ""
        for (number, level) in levels.enumerated() {
            if level.isObject {
                let next = number + 1 < levels.count ? levels[number + 1].firstKey : keys.count
                guard next > level.firstKey else { continue }
                var text: [UInt8] = []
                var key = keys[next - 1]
                key.withUTF8 { JSONText.append(UnsafeRawBufferPointer($0), to: &text) }
                steps += JSONPath.step(key: text)
            } else if level.count > 0 {
                steps += JSONPath.step(index: level.count - 1)
            }
        }
        return JSONPath.joined(base, steps)
    }

    /// The kind of the value ahead.
    ///
    /// - Throws: ``PayloadRejection`` where no value begins.
    public mutating func peek() throws(PayloadRejection) -> Kind {
        try refuseByteOrderMark()
        scan.scanner.skipWhitespace()
        switch scan.scanner.next {
        case 0x22: return .string
        case 0x7B: return .object
        case 0x5B: return .array
        case 0x74, 0x66: return .boolean
        case 0x6E: return .null
        case 0x2D, 0x30...0x39: return .number
        default: throw rejection(.expected("a value", at: offset))
        }
    }

    // MARK: Containers

    /// Enters an object.
    public mutating func beginObject() throws(PayloadRejection) {
        try require(.object)
        try enter(isObject: true)
    }

    /// The next member's key, unescaped; its value is ahead then. `nil` at the object's end, which is passed.
    ///
    /// A precondition: the value of the key before has been read or skipped.
    public mutating func nextKey() throws(PayloadRejection) -> String? {
        scan.scanner.skipWhitespace()
        let level = levels.count - 1
        precondition(level >= 0 && levels[level].isObject, "nextKey() outside an object")
        if scan.scanner.next == 0x7D {
            leave()
            return nil
        }
        if levels[level].count > 0 {
            guard scan.scanner.next == 0x2C else { throw structural("',' or '}'") }
            scan.scanner.at += 1
            scan.scanner.skipWhitespace()
        }
        guard scan.scanner.next == 0x22 else {
            throw structural(levels[level].count > 0 ? "a key in double quotes" : "a key in double quotes or '}'")
        }
        let start = scan.scanner.at
        let key: String
        do {
            key = try scan.scanner.decodedString()
        } catch {
            keys.removeLast(keys.count - levels[level].firstKey)
            throw rejection(error)
        }
        let isDuplicate = isKnown(key, in: level)
        keys.append(key)
        levels[level].count += 1
        if isDuplicate { throw rejection(ScanFailure(.duplicateKey, at: start)) }
        scan.scanner.skipWhitespace()
        guard scan.scanner.next == 0x3A else { throw rejection(.expected("':' after the key", at: offset)) }
        scan.scanner.at += 1
        return key
    }

    /// Enters an array.
    public mutating func beginArray() throws(PayloadRejection) {
        try require(.array)
        try enter(isObject: false)
    }

    /// Whether another element is ahead. At `false` the array's end has been passed.
    public mutating func nextElement() throws(PayloadRejection) -> Bool {
        scan.scanner.skipWhitespace()
        let level = levels.count - 1
        precondition(level >= 0 && !levels[level].isObject, "nextElement() outside an array")
        if levels[level].count > 0 || scan.scanner.next == 0x5D {
            switch scan.scanner.next {
            case 0x5D:
                leave()
                return false
            case 0x2C:
                scan.scanner.at += 1
            default:
                throw structural("',' or ']'")
            }
        }
        levels[level].count += 1
        return true
    }

    /// Passes whitespace up to the end of the document.
    public mutating func endDocument() throws(PayloadRejection) {
        do { try scan.end() } catch { throw rejection(error) }
    }

    // MARK: Complaints

    /// A rejection of the value that was last begun, for what the reader itself cannot know.
    public func rejection(
        _ message: String, code: PayloadRejection.Code = .unexpectedType
    ) -> PayloadRejection {
        PayloadRejection(code: code, path: path, message: message, offset: offset)
    }

    func rejection(_ failure: ScanFailure, steps: String = "") -> PayloadRejection {
        let failure = failure.named(in: scan.scanner.input)
        return PayloadRejection(
            code: failure.code, path: JSONPath.joined(path, steps), message: failure.message(in: scan.scanner.input),
            offset: failure.at)
    }

    mutating func require(_ kind: Kind) throws(PayloadRejection) {
        let found = try peek()
        guard found == kind else { throw unexpected(kind.rawValue, found: found) }
    }

    func unexpected(_ wanted: String, found: Kind) -> PayloadRejection {
        rejection(
            ScanFailure(
                .unexpectedType, at: offset, "Expected \(article(wanted)), found \(article(found.rawValue))."))
    }

    private func article(_ noun: String) -> String {
        switch noun {
        case "null": noun
        case "object", "array", "integer": "an \(noun)"
        default: "a \(noun)"
        }
    }

    /// A rejection of the innermost container rather than of its last member.
    private mutating func structural(_ expected: String) -> PayloadRejection {
        let failure = ScanFailure.expected(expected, at: offset)
        if let level = levels.last {
            keys.removeLast(keys.count - level.firstKey)
            levels[levels.count - 1].count = 0
        }
        return rejection(failure)
    }

    private func refuseByteOrderMark() throws(PayloadRejection) {
        guard offset == 0 else { return }
        do { try scan.refuseByteOrderMark() } catch { throw rejection(error) }
    }

    private mutating func enter(isObject: Bool) throws(PayloadRejection) {
        guard levels.count < JSONNormaliser.deepestNesting else {
            throw rejection(ScanFailure(.nestingTooDeep, at: offset))
        }
        scan.scanner.at += 1
        levels.append(Level(isObject: isObject, firstKey: keys.count))
    }

    private mutating func leave() {
        scan.scanner.at += 1
        keys.removeLast(keys.count - levels.removeLast().firstKey)
    }

    private mutating func isKnown(_ key: String, in level: Int) -> Bool {
        let count = levels[level].count
        if count < Self.fewKeys { return keys[levels[level].firstKey...].contains(key) }
        if count == Self.fewKeys { levels[level].manyKeys = Set(keys[levels[level].firstKey...]) }
        return !levels[level].manyKeys.insert(key).inserted
    }
}
