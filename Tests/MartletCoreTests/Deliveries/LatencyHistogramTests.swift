import MartletCore
import Testing

@Suite struct LatencyHistogramTests {
    @Test func boundsGrowFromAMillisecondByAQuarterOfADoubling() {
        let bounds = (0..<9).map(LatencyHistogram.upperBound)

        #expect(bounds == [1000, 1250, 1500, 1750, 2000, 2500, 3000, 3500, 4000])
        #expect(LatencyHistogram.upperBound(of: LatencyHistogram.bucketCount - 1) > 300_000_000)
    }

    @Test func aDurationFallsIntoTheFirstBucketThatReachesIt() {
        for (microseconds, bucket) in [
            (Int64(0), 0), (1000, 0), (1001, 1), (1250, 1), (1251, 2), (4000, 8), (4001, 9), (.max, 73), (-5, 0),
        ] {
            var histogram = LatencyHistogram()
            histogram.record(microseconds)

            #expect(histogram.counts.firstIndex(of: 1) == bucket, "\(microseconds) µs")
        }
    }

    @Test func aPercentileReadIsAtMostAQuarterAboveTheTruth() {
        let seed: UInt64 = 20_230_615
        var random = SeededRandom(seed)
        var histogram = LatencyHistogram()
        let durations = (0..<2000).map { _ in Int64.random(in: 1000...200_000_000, using: &random) }.sorted()
        for duration in durations { histogram.record(duration) }

        for share in [0.01, 0.5, 0.9, 0.95, 0.99, 1] {
            let truth = durations[Int((2000 * share).rounded(.up)) - 1]
            let read = histogram.percentile(share) ?? 0
            #expect(read >= truth && Double(read) <= Double(truth) * 1.25, "seed \(seed), share \(share)")
        }
    }

    @Test func thereIsNoPercentileOfNothing() {
        #expect(LatencyHistogram().percentile(0.5) == nil)
        #expect(LatencyHistogram().total == 0)
    }

    @Test func oneCountIsEveryPercentile() {
        var histogram = LatencyHistogram()
        histogram.record(2400)

        #expect([0, 0.5, 1].map(histogram.percentile) == [2500, 2500, 2500])
    }

    @Test func histogramsAdd() {
        var one = LatencyHistogram()
        one.record(1000)
        var other = LatencyHistogram()
        other.record(1000)
        other.record(5000)

        one.add(other)

        #expect(one.total == 3)
        #expect(one.counts[0] == 2)
    }

    @Test func storedCountsAreTakenWhateverTheirNumber() {
        let few = LatencyHistogram(counts: [1, 2])
        let many = LatencyHistogram(counts: Array(repeating: 1, count: LatencyHistogram.bucketCount + 5))

        #expect(few.total == 3)
        #expect(few.counts.count == LatencyHistogram.bucketCount)
        #expect(many.total == LatencyHistogram.bucketCount + 5)
        #expect(many.counts.last == 6)
    }
}
