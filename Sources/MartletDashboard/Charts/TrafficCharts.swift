import MartletCore
import MartletStore

/// The charts of attempts over time: how many, how many of them succeeded, how long they took.
struct TrafficCharts {
    /// How far back is looked, and in what steps.
    enum Window: String, CaseIterable {
        case day = "24h"
        case week = "7d"
        case month = "30d"

        var hours: Int64 {
            switch self {
            case .day: 24
            case .week: 7 * 24
            case .month: 30 * 24
            }
        }

        /// How many hours one bar stands for.
        var step: Int64 {
            switch self {
            case .day: 1
            case .week: 6
            case .month: 24
            }
        }

        var words: String {
            switch self {
            case .day: "the last 24 hours"
            case .week: "the last 7 days"
            case .month: "the last 30 days"
            }
        }

        /// When the first bar begins: bars end with the hour, or the day, that is.
        func start(now: Timestamp) -> Timestamp {
            let step = step * 3_600_000
            return Timestamp(milliseconds: (now.milliseconds / step + 1) * step - hours * 3_600_000)
        }
    }

    struct Bucket {
        var start: Timestamp
        var succeeded = 0
        var failed = 0
        var latency = LatencyHistogram()
    }

    let window: Window
    let buckets: [Bucket]
    let succeeded: Int
    let failed: Int
    let latency: LatencyHistogram

    /// Of one endpoint's hours.
    init(_ hours: [EndpointHour], _ window: Window, now: Timestamp) {
        let sums = hours.map { hour in
            EnvironmentHour(
                environment: hour.environment, hour: hour.hour, succeeded: hour.succeeded, failed: hour.failed,
                latency: hour.latency)
        }
        self.init(sums, window, now: now)
    }

    init(_ hours: [EnvironmentHour], _ window: Window, now: Timestamp) {
        let start = window.start(now: now)
        let step = window.step * 3_600_000
        var buckets = (0..<(window.hours / window.step)).map { index in
            Bucket(start: Timestamp(milliseconds: start.milliseconds + index * step))
        }
        var latency = LatencyHistogram()
        for hour in hours {
            let offset = hour.hour.milliseconds - start.milliseconds
            guard offset >= 0, offset / step < Int64(buckets.count) else { continue }
            let index = Int(offset / step)
            buckets[index].succeeded += hour.succeeded
            buckets[index].failed += hour.failed
            buckets[index].latency.add(hour.latency)
            latency.add(hour.latency)
        }
        self.window = window
        self.buckets = buckets
        self.latency = latency
        succeeded = buckets.reduce(0) { $0 + $1.succeeded }
        failed = buckets.reduce(0) { $0 + $1.failed }
    }

    var attempts: Int { succeeded + failed }
    var successRate: String? { Figures.share(succeeded, of: attempts) }

    /// What a template shows.
    var view: View {
        let labels = buckets.map { label($0.start) }
        let bars = BarChart(
            parts: [
                .init(name: "acknowledged", style: "c-good"), .init(name: "failed", style: "c-bad"),
            ],
            bars: zip(buckets, labels).map { BarChart.Bar(label: $1, values: [$0.succeeded, $0.failed]) },
            summary: "Attempts over \(window.words): \(succeeded) acknowledged, \(failed) failed.")
        let rates = buckets.map { bucket -> Double? in
            let total = bucket.succeeded + bucket.failed
            return total == 0 ? nil : Double(bucket.succeeded) / Double(total) * 100
        }
        let success = LineChart(
            lines: [.init(style: "", values: rates)],
            labels: zip(buckets, labels).map { bucket, label in
                "\(label): \(Figures.share(bucket.succeeded, of: bucket.succeeded + bucket.failed) ?? "no attempts")"
            }, scale: ChartScale(top: 100),
            summary: "Share of attempts acknowledged over \(window.words): \(successRate ?? "no attempts").")
        let middle = buckets.map { $0.latency.percentile(0.5).map { Double($0) / 1000 } }
        let late = buckets.map { $0.latency.percentile(0.95).map { Double($0) / 1000 } }
        let scale = ChartScale(largest: max(late.compactMap(\.self).max() ?? 0, 1))
        let latencies = LineChart(
            lines: [.init(style: "", values: middle), .init(style: "second", values: late)],
            labels: zip(buckets, labels).map { bucket, label in
                guard let middle = bucket.latency.percentile(0.5), let late = bucket.latency.percentile(0.95) else {
                    return "\(label): no attempts"
                }
                return "\(label): half within \(When.taken(middle)), 95 % within \(When.taken(late))"
            }, scale: scale, summary: "How long attempts took over \(window.words): \(latencyWords).")
        return [
            "throughput": bars.markup, "throughputTop": Figures.text(bars.top), "successChart": success.markup,
            "latencyChart": latencies.markup, "latencyTop": When.taken(Int64(scale.top * 1000)),
            "firstLabel": labels.first ?? "", "lastLabel": "now",
            "hasAttempts": attempts > 0,
        ]
    }

    var latencyWords: String {
        guard let middle = latency.percentile(0.5), let late = latency.percentile(0.95) else { return "no attempts" }
        return "half within \(When.taken(middle)), 95 % within \(When.taken(late))"
    }

    /// `21 Nov 09:00`, in UTC.
    private func label(_ instant: Timestamp) -> String {
        let text = Array(instant.rfc3339.utf8)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let month = Int(String(decoding: text[5..<7], as: UTF8.self)) ?? 1
        let day = Int(String(decoding: text[8..<10], as: UTF8.self)) ?? 1
        let time = String(decoding: text[11..<16], as: UTF8.self)
        return window == .month ? "\(day) \(months[month - 1])" : "\(day) \(months[month - 1]) \(time)"
    }

    static let template = Template(
        "traffic",
        """
        <div class="cards">
        <figure class="card chart"><figcaption>Attempts <span>up to {{throughputTop}}</span></figcaption>{{throughput}}
          <div class="axis"><span>{{firstLabel}}</span><span>{{lastLabel}}</span></div>
          <p class="legend"><span><i class="c-good"></i>acknowledged</span><span><i class="c-bad"></i>failed</span></p></figure>
        <figure class="card chart"><figcaption>Success <span>0–100 %</span></figcaption>{{successChart}}
          <div class="axis"><span>{{firstLabel}}</span><span>{{lastLabel}}</span></div></figure>
        <figure class="card chart"><figcaption>Latency <span>up to {{latencyTop}}</span></figcaption>{{latencyChart}}
          <div class="axis"><span>{{firstLabel}}</span><span>{{lastLabel}}</span></div>
          <p class="legend"><span><i class="t-median"></i>median</span><span><i class="c-warn"></i>95th percentile</span></p></figure>
        </div>
        """)
}
