/// How long things took, in microseconds, to two significant digits or better: 128 buckets to each doubling, as
/// HdrHistogram keeps them. Bounded, and as exact at the hundredth percentile as at the fiftieth.
struct BenchHistogram: Sendable {
    private static let digits = 7
    private static let halves = 1 << digits

    private var counts: [Int] = []
    private(set) var total = 0
    private(set) var longest = 0

    mutating func record(_ microseconds: Int) {
        let value = max(0, microseconds)
        let bucket = Self.bucket(of: value)
        if bucket >= counts.count { counts += Array(repeating: 0, count: bucket - counts.count + 1) }
        counts[bucket] += 1
        total += 1
        longest = max(longest, value)
    }

    mutating func add(_ other: Self) {
        if other.counts.count > counts.count {
            counts += Array(repeating: 0, count: other.counts.count - counts.count)
        }
        for (bucket, count) in other.counts.enumerated() { counts[bucket] += count }
        total += other.total
        longest = max(longest, other.longest)
    }

    /// What `share` (0 to 1) of the values did not exceed, in microseconds; 0 where there are none.
    func percentile(_ share: Double) -> Int {
        var left = Int((share * Double(total)).rounded(.up))
        for (bucket, count) in counts.enumerated() {
            left -= count
            if left <= 0, total > 0 { return min(longest, Self.upperBound(of: bucket)) }
        }
        return 0
    }

    /// Values below 128 have a bucket each; above, each doubling has 128.
    static func bucket(of value: Int) -> Int {
        guard value >= halves else { return value }
        let doubling = value.bitWidth - value.leadingZeroBitCount - digits - 1
        return doubling << digits + value >> doubling
    }

    /// The largest value of a bucket.
    static func upperBound(of bucket: Int) -> Int {
        guard bucket >= 2 * halves else { return bucket }
        let doubling = bucket >> digits - 1
        return (bucket - doubling << digits + 1) << doubling - 1
    }
}
