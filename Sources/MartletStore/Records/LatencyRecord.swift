public import MartletCore

/// A ``LatencyHistogram`` as bytes: for each bucket that is not empty, how many empty ones it follows and its count,
/// both in LEB128.
public enum LatencyRecord {
    /// Writes the counts.
    public static func encode(_ histogram: LatencyHistogram) -> [UInt8] {
        var bytes: [UInt8] = []
        var empty: UInt64 = 0
        for count in histogram.counts {
            if count == 0 {
                empty += 1
            } else {
                VariableInteger.append(empty, to: &bytes)
                VariableInteger.append(UInt64(count), to: &bytes)
                empty = 0
            }
        }
        return bytes
    }

    /// Reads what ``encode(_:)`` wrote.
    ///
    /// - Parameter owner: whose histogram it is, for the complaint.
    /// - Throws: `corrupt` where the bytes end too early or count what cannot be.
    public static func decode(
        _ bytes: [UInt8], of owner: Identifier<some IdentifierKind>
    ) throws(StoreError) -> LatencyHistogram {
        var counts: [UInt32] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let empty = VariableInteger.next(of: &rest), let count = VariableInteger.next(of: &rest),
                empty < LatencyHistogram.bucketCount, counts.count + Int(empty) < LatencyHistogram.bucketCount,
                let count = UInt32(exactly: count)
            else { throw .corrupt("An hour's latencies of \(owner) cannot be read.") }
            counts.append(contentsOf: repeatElement(0, count: Int(empty)))
            counts.append(count)
        }
        return LatencyHistogram(counts: counts)
    }
}
