import MartletCore
import Testing

@testable import martlet

/// `martlet bench`, run as a user runs it, and what it measures with.
@Suite(.timeLimit(.minutes(10))) struct BenchTests {
    @Test func everyScenarioIsPlayedAndToldAsJSON() async throws {
        let directory = try TemporaryDirectory()

        let result = try await MartletProcess.run(
            [
                "bench", "--json", "--events", "200", "--connections", "4", "--rates", "50", "--seconds", "1",
                "--waiting", "200", "--directory", directory.path,
            ], in: directory)

        #expect(result.status == 0, "\(result.errors)")
        let rows = try result.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(
            rows.compactMap { $0["scenario"]?.string } == [
                "1 webhook, 1 event a request", "1 webhook, 100 events a request", "1,000 webhooks, 1 event a request",
                "fan-out 1", "fan-out 10", "fan-out 100", "50 events a second", "0 waiting", "199 waiting",
                "199 that waited", "10 a second, alone", "10 a second, beside a greedy one",
            ])
        for row in rows {
            let name = row["scenario"]?.string ?? ""
            #expect((row["deliveries"]?.integer ?? 0) >= 10, "\(name)")
            #expect(row["p99_us"]?.isNull == (name == "199 that waited"), "\(name)")
        }
        #expect(rows.first { $0["scenario"]?.string == "fan-out 100" }?["deliveries"]?.integer == 1000)
    }

    @Test(arguments: [
        (["walking"], "There is no scenario walking."), (["latencey"], "Did you mean latency?"),
        (["--rates", "10,fast"], "--rates takes whole numbers"), (["--rates", ""], "--rates takes whole numbers"),
        (["--events", "0"], "--events must be from 1 to 10000000, not 0."),
        (["--bytes", "7"], "--bytes must be from 120"),
        (["throughput", "latency", "--store", "postgres://x/y"], "--store: Name one scenario"),
        (["--store", "postgres://x/y"], "--store: Name one scenario"),
    ])
    func whatCannotBeMeasuredIsAskedForWrongly(_ arguments: [String], _ complaint: String) async throws {
        let directory = try TemporaryDirectory()

        let result = try await MartletProcess.run(["bench"] + arguments, in: directory)

        #expect(result.status == 2)
        #expect(result.errors.contains(complaint), "\(result.errors)")
    }

    @Test func aHistogramIsExactToTheHundredthPart() {
        var histogram = BenchHistogram()
        for value in 1...100_000 { histogram.record(value) }

        let shares = [0.001, 0.5, 0.9, 0.99, 0.999, 1]
        let found = shares.map { histogram.percentile($0) }

        #expect(histogram.total == 100_000)
        #expect(histogram.longest == 100_000)
        for (share, value) in zip(shares, found) {
            let exact = share * 100_000
            #expect(abs(Double(value) - exact) <= exact / 100, "\(share): \(value)")
        }
        #expect(BenchHistogram().percentile(0.5) == 0)
    }

    @Test func everyValueFallsIntoABucketThatHoldsIt() {
        for value in [0, 1, 127, 128, 129, 255, 256, 257, 1000, 65_535, 65_536, 60_000_000] {
            let bucket = BenchHistogram.bucket(of: value)

            #expect(BenchHistogram.upperBound(of: bucket) >= value, "\(value)")
            #expect(bucket == 0 || BenchHistogram.upperBound(of: bucket - 1) < value, "\(value)")
        }
    }

    @Test func twoHistogramsAddUp() {
        var one = BenchHistogram()
        var other = BenchHistogram()
        one.record(10)
        other.record(5000)

        one.add(other)

        #expect(one.total == 2)
        #expect(one.percentile(0.5) == 10)
        #expect(one.percentile(1) == 5000)
    }

    @Test func aMarkIsFoundWhereverItStandsInABody() {
        let mark = BenchMark(channel: UInt8(ascii: "M"), microseconds: 1_234_567)
        let message = Array(#"POST / HTTP/1.1\#r\#n\#r\#n{"data":{\#(mark.member),"mark":1}} "#.utf8)
        let bare = Array(#"{"data":{"mark":"#.utf8)

        let found = message.withUnsafeBytes { BenchMark(in: $0[...]) }
        let missing = bare.withUnsafeBytes { BenchMark(in: $0[...]) }

        #expect(found?.channel == UInt8(ascii: "M"))
        #expect(found?.microseconds == 1_234_567)
        #expect(missing == nil)
    }
}
