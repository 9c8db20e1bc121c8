import CPostgres
import MartletCore
import MartletStore

/// What a statement brought, in binary form.
final class Rows {
    fileprivate let result: OpaquePointer
    /// How many rows there are.
    let count: Int

    /// - Parameter result: a `PGresult`, which becomes this one's own.
    init(_ result: OpaquePointer) {
        self.result = result
        count = Int(PQntuples(result))
    }

    deinit { PQclear(result) }

    /// How many rows were inserted, updated or deleted.
    var affected: Int {
        guard let text = PQcmdTuples(result) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    var first: Row? { count > 0 ? Row(rows: self, index: 0) : nil }

    /// Every row, as `read` takes it.
    func map<Value>(_ read: (Row) throws(StoreError) -> Value) throws(StoreError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        for index in 0..<Int32(count) { values.append(try read(Row(rows: self, index: index))) }
        return values
    }
}

/// One row of a result. Columns count from 0.
struct Row {
    fileprivate let rows: Rows
    fileprivate let index: Int32

    func isNull(_ column: Int32) -> Bool { PQgetisnull(rows.result, index, column) == 1 }

    /// The column's bytes, without a copy. Valid within `body` alone.
    func withBytes<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(
            UnsafeRawBufferPointer(
                start: PQgetvalue(rows.result, index, column), count: Int(PQgetlength(rows.result, index, column))))
    }

    /// A number of one, two, four or eight bytes; 0 for NULL. A boolean is 0 or 1.
    func integer(_ column: Int32) -> Int64 {
        withBytes(column) { bytes in
            switch bytes.count {
            case 8: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
            case 4: Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
            case 2: Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
            case 1: Int64(bytes[0])
            default: 0
            }
        }
    }

    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }
    func boolean(_ column: Int32) -> Bool { integer(column) != 0 }
    func timestamp(_ column: Int32) -> Timestamp { Timestamp(milliseconds: integer(column)) }
    func optionalTimestamp(_ column: Int32) -> Timestamp? { isNull(column) ? nil : timestamp(column) }
    func bytes(_ column: Int32) -> [UInt8] { withBytes(column) { Array($0) } }
    func optionalBytes(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : bytes(column) }
    func text(_ column: Int32) -> String { withBytes(column) { String(decoding: $0, as: UTF8.self) } }
    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    /// The column as an identifier.
    ///
    /// - Throws: `corrupt` where it does not hold 16 bytes.
    func identifier<Kind>(_ column: Int32, _ kind: Kind.Type = Kind.self) throws(StoreError) -> Identifier<Kind> {
        let halves: (UInt64, UInt64)? = withBytes(column) { bytes in
            guard bytes.count == 16 else { return nil }
            return (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        guard let halves else {
            throw .corrupt("The store holds an identifier (\(Kind.prefix)…) that is not 16 bytes long.")
        }
        return Identifier(high: halves.0, low: halves.1)
    }

    func optionalIdentifier<Kind>(
        _ column: Int32, _ kind: Kind.Type = Kind.self
    ) throws(StoreError) -> Identifier<Kind>? {
        isNull(column) ? nil : try identifier(column)
    }
}
