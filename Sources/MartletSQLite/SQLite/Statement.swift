import CSQLite
import MartletCore
import MartletStore

/// A compiled statement: bind, step through the rows, reset. Parameters count from 1, columns from 0; the parameters of one
/// that takes several rows count from 1 in each of them.
///
/// Bound bytes are copied into a buffer that the statement keeps, so that binding allocates nothing; what does not fit
/// is copied by SQLite.
final class Statement {
    private unowned let connection: Connection
    private let handle: OpaquePointer
    private let buffer: UnsafeMutableRawPointer
    private let bufferSize: Int
    private var used = 0
    /// How many parameters come before those of the row at hand.
    private var offset: Int32 = 0
    /// The first binding that failed; told when the statement is stepped.
    private var bindingFailure = SQLITE_OK

    /// How many bytes of bound values are kept for a row.
    private static let rowBuffer = 4096
    // SQLITE_TRANSIENT is a C macro that casts -1 to a function pointer, which Swift does not import: SQLite compares
    // with it, and never calls it.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// - Parameter rows: how many rows' parameters it takes.
    init(_ handle: OpaquePointer, rows: Int, on connection: Connection) {
        self.connection = connection
        self.handle = handle
        bufferSize = rows * Self.rowBuffer
        buffer = .allocate(byteCount: bufferSize, alignment: 8)
    }

    deinit {
        sqlite3_finalize(handle)
        buffer.deallocate()
    }

    // MARK: Running

    /// Moves to the next row. `false` past the last one.
    func step() throws(StoreError) -> Bool {
        guard bindingFailure == SQLITE_OK else {
            let code = bindingFailure
            reset()
            throw connection.failure(code)
        }
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        let failure = connection.failure(code)
        reset()
        throw failure
    }

    /// Runs a statement that has no rows worth reading, and resets it.
    func run() throws(StoreError) {
        _ = try step()
        reset()
    }

    /// Makes the statement ready for other parameters. Until then it holds its snapshot of the database.
    func reset() {
        sqlite3_reset(handle)
        used = 0
        offset = 0
        bindingFailure = SQLITE_OK
    }

    // MARK: Binding

    /// What is bound from now on are the parameters of a row that so many come before.
    func beginRow(after parameters: Int32) {
        offset = parameters
    }

    func bind(_ index: Int32, _ value: Int64) {
        check(sqlite3_bind_int64(handle, offset + index, value))
    }

    func bind(_ index: Int32, _ value: Int64?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    func bind(_ index: Int32, _ value: Timestamp) {
        bind(index, value.milliseconds)
    }

    func bind(_ index: Int32, _ value: Timestamp?) {
        bind(index, value?.milliseconds)
    }

    func bind<Kind>(_ index: Int32, _ value: Identifier<Kind>) {
        guard bufferSize - used >= 16 else {
            // Sixteen bytes a parameter are far from filling the buffer; a long text may have.
            var bytes = (value.high.bigEndian, value.low.bigEndian)
            withUnsafeBytes(of: &bytes) {
                check(sqlite3_bind_blob(handle, offset + index, $0.baseAddress, 16, Self.copied))
            }
            return
        }
        let place = buffer + used
        place.storeBytes(of: value.high.bigEndian, as: UInt64.self)
        place.storeBytes(of: value.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        used += 16
        check(sqlite3_bind_blob(handle, offset + index, place, 16, nil))
    }

    func bind<Kind>(_ index: Int32, _ value: Identifier<Kind>?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    func bind(_ index: Int32, _ value: [UInt8]) {
        value.withUnsafeBytes { bytes in
            if let place = keep(bytes) {
                check(sqlite3_bind_blob64(handle, offset + index, place, UInt64(bytes.count), nil))
            } else {
                check(sqlite3_bind_blob64(handle, offset + index, bytes.baseAddress, UInt64(bytes.count), Self.copied))
            }
        }
    }

    func bind(_ index: Int32, _ value: [UInt8]?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    func bind(_ index: Int32, _ value: String) {
        var value = value
        value.withUTF8 { bindText(index, UnsafeRawBufferPointer($0)) }
    }

    func bind(_ index: Int32, _ value: String?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    /// Binds UTF-8 bytes as a text.
    func bind(_ index: Int32, text value: [UInt8]) {
        value.withUnsafeBytes { bindText(index, $0) }
    }

    func bindNull(_ index: Int32) {
        check(sqlite3_bind_null(handle, offset + index))
    }

    private func bindText(_ index: Int32, _ bytes: UnsafeRawBufferPointer) {
        let place = keep(bytes)
        let start = (place ?? bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
        let lifetime = place == nil ? Self.copied : nil
        check(sqlite3_bind_text64(handle, offset + index, start, UInt64(bytes.count), lifetime, UInt8(SQLITE_UTF8)))
    }

    /// Copies bytes to where they stay until the statement is reset; `nil` where they do not fit.
    private func keep(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
        guard bytes.count <= bufferSize - used else { return nil }
        let place = buffer + used
        if let start = bytes.baseAddress { place.copyMemory(from: start, byteCount: bytes.count) }
        // The next one starts on a multiple of 8, so that identifiers can be stored as words.
        used = min(bufferSize, (used + bytes.count + 7) & ~7)
        return UnsafeRawPointer(place)
    }

    private func check(_ code: Int32) {
        if code != SQLITE_OK, bindingFailure == SQLITE_OK { bindingFailure = code }
    }

    // MARK: Columns of the row at hand

    func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    func optionalInteger(_ column: Int32) -> Int64? {
        isNull(column) ? nil : integer(column)
    }

    func timestamp(_ column: Int32) -> Timestamp {
        Timestamp(milliseconds: integer(column))
    }

    func optionalTimestamp(_ column: Int32) -> Timestamp? {
        isNull(column) ? nil : timestamp(column)
    }

    /// The column's bytes, without a copy. Valid within `body` alone.
    func withBytes<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        // In this order: asking for the blob may convert the value, and so change its length.
        let start = sqlite3_column_blob(handle, column)
        return body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    func bytes(_ column: Int32) -> [UInt8] {
        withBytes(column) { Array($0) }
    }

    func optionalBytes(_ column: Int32) -> [UInt8]? {
        isNull(column) ? nil : bytes(column)
    }

    func text(_ column: Int32) -> String {
        withBytes(column) { String(decoding: $0, as: UTF8.self) }
    }

    func optionalText(_ column: Int32) -> String? {
        isNull(column) ? nil : text(column)
    }

    /// The column as an identifier.
    ///
    /// - Throws: `corrupt` where it does not hold 16 bytes.
    func identifier<Kind>(
        _ column: Int32, _ kind: Kind.Type = Kind.self
    ) throws(StoreError) -> Identifier<Kind> {
        let halves: (UInt64, UInt64)? = withBytes(column) { bytes in
            guard bytes.count == 16 else { return nil }
            return (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        guard let halves else {
            throw .corrupt("\(connection.path) holds an identifier (\(Kind.prefix)…) that is not 16 bytes long.")
        }
        return Identifier(high: halves.0, low: halves.1)
    }

    func optionalIdentifier<Kind>(
        _ column: Int32, _ kind: Kind.Type = Kind.self
    ) throws(StoreError) -> Identifier<Kind>? {
        isNull(column) ? nil : try identifier(column)
    }
}
