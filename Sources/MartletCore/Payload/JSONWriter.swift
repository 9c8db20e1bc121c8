/// Appends JSON to a buffer of bytes: commas are put where they belong, strings escaped as `JSON.stringify` does.
///
/// It does not check that calls make one well-formed document: containers must be ended, and in an object each value
/// follows a ``key(_:)``.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.object { writer in
///     writer.field("id", "evt_1")
///     writer.array("items") { $0.integer(1) }
/// }
/// ```
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8]
    /// Whether the next value or key of the innermost container is not its first.
    private var needsComma = false

    /// Creates a writer with room for so many bytes.
    public init(capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Creates a writer that appends to `bytes`, whose last value, if any, is none of its business.
    public init(appendingTo bytes: consuming [UInt8]) {
        self.bytes = bytes
    }

    /// The text, for logs and tests.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    // MARK: Containers

    /// Writes `{`.
    public mutating func beginObject() { begin(0x7B) }
    /// Writes `}`.
    public mutating func endObject() { end(0x7D) }
    /// Writes `[`.
    public mutating func beginArray() { begin(0x5B) }
    /// Writes `]`.
    public mutating func endArray() { end(0x5D) }

    /// Writes an object whose members `body` writes.
    @inlinable
    public mutating func object<Failure: Error>(
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        beginObject()
        try body(&self)
        endObject()
    }

    /// Writes an array whose elements `body` writes.
    @inlinable
    public mutating func array<Failure: Error>(
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        beginArray()
        try body(&self)
        endArray()
    }

    /// Writes a member's key, known at compile time: ASCII that needs no escape.
    public mutating func key(_ name: StaticString) {
        separate()
        bytes.append(0x22)
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(0x22)
        bytes.append(0x3A)
        needsComma = false
    }

    /// Writes a member's key, escaped.
    public mutating func key(escaping name: String) {
        string(name)
        bytes.append(0x3A)
        needsComma = false
    }

    // MARK: Values

    /// Writes a string.
    public mutating func string(_ value: String) {
        separate()
        var value = value
        bytes.append(0x22)
        value.withUTF8 { JSONText.append(UnsafeRawBufferPointer($0), to: &bytes) }
        bytes.append(0x22)
    }

    /// Writes a string whose bytes are UTF-8; those that are not become U+FFFD, as in `String(decoding:as:)`.
    public mutating func string(utf8 value: some Collection<UInt8>) {
        string(String(decoding: value, as: UTF8.self))
    }

    /// Writes an integer. Beyond ±2^53 JavaScript reads it rounded.
    @inlinable
    public mutating func integer(_ value: some BinaryInteger) {
        if let small = Int(exactly: value) { integer(small) } else { raw(value.description.utf8) }
    }

    /// Writes an integer. Beyond ±2^53 JavaScript reads it rounded.
    public mutating func integer(_ value: Int) {
        separate()
        var rest = value.magnitude
        if value < 0 { bytes.append(0x2D) }
        let start = bytes.count
        repeat {
            bytes.append(0x30 | UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    /// Writes a number as JavaScript does (ECMA-262 section 6.1.6.1.20): `null` where it is not finite.
    public mutating func number(_ value: Double) {
        separate()
        guard value.isFinite else {
            bytes.append(contentsOf: "null".utf8)
            return
        }
        DecimalDigits(value).write(isNegative: value < 0, into: &bytes)
    }

    /// Writes `true` or `false`.
    public mutating func boolean(_ value: Bool) {
        separate()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// Writes `null`.
    public mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    /// Writes a value that is JSON already, as it is.
    public mutating func raw(_ json: UnsafeRawBufferPointer) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// Writes a value that is JSON already, as it is.
    @inlinable
    public mutating func raw(_ json: some Collection<UInt8>) {
        let isWritten: Void? = json.withContiguousStorageIfAvailable { raw(UnsafeRawBufferPointer($0)) }
        if isWritten == nil { raw(Array(json)) }
    }

    /// Writes a line feed between documents, as newline-delimited JSON and streams want it.
    public mutating func endLine() {
        bytes.append(0x0A)
        needsComma = false
    }

    // MARK: Parts

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    @inline(__always)
    private mutating func separate() {
        if needsComma { bytes.append(0x2C) }
        needsComma = true
    }
}
