/// Counts durations in buckets that grow by a quarter power of two, from 1 ms to about 5 minutes: a percentile read from
/// it is right to within a fifth.
public struct LatencyHistogram: Sendable, Hashable {
    /// How many buckets there are: four to each doubling.
    public static let bucketCount = 74

    /// The counts; bucket `n` holds what took up to ``upperBound(of:)``.
    public private(set) var counts: [UInt32]

    public init() { counts = Array(repeating: 0, count: Self.bucketCount) }

    /// Takes counts as they were stored; missing buckets are empty, ones too many go to the last.
    public init(counts stored: [UInt32]) {
        self.init()
        for (index, count) in stored.enumerated() { counts[min(index, Self.bucketCount - 1)] &+= count }
    }

    /// The longest duration that falls into bucket `index`, in microseconds.
    public static func upperBound(of index: Int) -> Int64 {
        let doubling = Int64(1000) << Int64(index / 4)
        return doubling + doubling * Int64(index % 4) / 4
    }

    /// Counts one duration, in microseconds.
    public mutating func record(_ microseconds: Int64) {
        var low = 0
        var high = Self.bucketCount - 1
        while low < high {
            let middle = (low + high) / 2
            if microseconds <= Self.upperBound(of: middle) { high = middle } else { low = middle + 1 }
        }
        counts[low] &+= 1
    }

    public mutating func add(_ other: Self) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
    }

    public var total: Int { counts.reduce(0) { $0 + Int($1) } }

    /// The duration that `share` (0 to 1) of what was counted did not exceed, in microseconds; `nil` where nothing was.
    public func percentile(_ share: Double) -> Int64? {
        let total = self.total
        guard total > 0 else { return nil }
        let wanted = max(1, Int((Double(total) * share).rounded(.up)))
        var seen = 0
        for (index, count) in counts.enumerated() {
            seen += Int(count)
            if seen >= wanted { return Self.upperBound(of: index) }
        }
        return Self.upperBound(of: Self.bucketCount - 1)
    }
}
