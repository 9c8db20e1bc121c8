import MartletCore

/// Writes Prometheus' text exposition format 0.0.4.
struct PrometheusText {
    private(set) var text = ""

    mutating func counter(_ name: String, _ help: String, _ value: Int) {
        head(name, help, "counter")
        text += "\(name) \(value)\n"
    }

    mutating func counters(_ name: String, _ help: String, label: String, _ values: [(String, Int)]) {
        head(name, help, "counter")
        for (value, count) in values { text += "\(name){\(label)=\"\(value)\"} \(count)\n" }
    }

    mutating func gauge(_ name: String, _ help: String, _ value: some Numeric) {
        head(name, help, "gauge")
        text += "\(name) \(value)\n"
    }

    /// A histogram whose buckets are every doubling of the latency histogram's, in seconds.
    mutating func histogram(_ name: String, _ help: String, _ histogram: LatencyHistogram, sum: Double) {
        head(name, help, "histogram")
        var cumulative = 0
        for (index, count) in histogram.counts.enumerated() {
            cumulative += Int(count)
            if index % 4 == 0 {
                let bound = Double(LatencyHistogram.upperBound(of: index)) / 1e6
                text += "\(name)_bucket{le=\"\(bound)\"} \(cumulative)\n"
            }
        }
        text += "\(name)_bucket{le=\"+Inf\"} \(cumulative)\n\(name)_sum \(sum)\n\(name)_count \(cumulative)\n"
    }

    private mutating func head(_ name: String, _ help: String, _ type: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }
}
