public import MartletCore

/// Identifiers as bytes: 16 each, most significant first.
public enum IdentifierRecord {
    /// Writes the identifiers.
    public static func encode(_ identifiers: [Identifier<some IdentifierKind>]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(identifiers.count * 16)
        for identifier in identifiers {
            for half in [identifier.high, identifier.low] {
                for shift in stride(from: UInt64(56), through: 0, by: -8) {
                    bytes.append(UInt8(truncatingIfNeeded: half >> shift))
                }
            }
        }
        return bytes
    }

    /// Reads what ``encode(_:)`` wrote.
    ///
    /// - Parameter owner: what holds the identifiers, for the complaint.
    /// - Throws: `corrupt` where the bytes are no multiple of 16.
    public static func decode<Kind>(_ bytes: [UInt8], of owner: String) throws(StoreError) -> [Identifier<Kind>] {
        guard bytes.count.isMultiple(of: 16) else { throw .corrupt("The identifiers of \(owner) are cut short.") }
        return stride(from: 0, to: bytes.count, by: 16).map { start in
            func half(_ start: Int) -> UInt64 { bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
            return Identifier(high: half(start), low: half(start + 8))
        }
    }
}
