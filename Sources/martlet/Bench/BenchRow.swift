import MartletCore

/// One line of the benchmark's table.
struct BenchRow: Sendable {
    var scenario: String
    var deliveries: Int
    var seconds: Double
    /// The processor's time of the server a delivery, in microseconds.
    var serverMicroseconds: Double
    /// The same of the database's server, where its process was named.
    var storeMicroseconds: Double?
    /// From when an event was to be published to when it arrived, in microseconds; empty where that says nothing.
    var delays: BenchHistogram
    /// The server's memory at the end, in mebibytes.
    var mebibytes: Int
    var peakMebibytes: Int

    static let titles = [
        "scenario", "deliveries/s", "server µs", "store µs", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "MiB", "peak",
    ]

    private var rate: Double { seconds > 0 ? Double(deliveries) / seconds : 0 }

    var cells: [String] {
        [
            scenario, Self.text(rate, 0), Self.text(serverMicroseconds, 1),
            storeMicroseconds.map { Self.text($0, 1) } ?? "-",
        ]
            + [0.5, 0.99, 0.999, 1].map {
                delays.total == 0 ? "-" : Self.text(Double(delays.percentile($0)) / 1000, 1)
            }
            + [String(mebibytes), String(peakMebibytes)]
    }

    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("scenario", scenario)
            writer.field("deliveries", deliveries)
            writer.field("seconds", seconds)
            writer.field("deliveries_per_second", rate)
            writer.field("server_us_per_delivery", serverMicroseconds)
            writer.field("store_us_per_delivery", storeMicroseconds)
            let isTimed = delays.total > 0
            writer.field("p50_us", isTimed ? delays.percentile(0.5) : nil)
            writer.field("p99_us", isTimed ? delays.percentile(0.99) : nil)
            writer.field("p999_us", isTimed ? delays.percentile(0.999) : nil)
            writer.field("max_us", isTimed ? delays.longest : nil)
            writer.field("resident_mib", mebibytes)
            writer.field("peak_mib", peakMebibytes)
        }
        return writer.text
    }

    private static func text(_ value: Double, _ places: Int) -> String {
        let scale = places == 0 ? 1.0 : 10.0
        let rounded = (value * scale).rounded() / scale
        return places == 0 ? String(Int(rounded)) : "\(rounded)"
    }
}
