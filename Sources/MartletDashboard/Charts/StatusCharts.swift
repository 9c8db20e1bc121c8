import MartletCore
import MartletService

/// The charts of a status page: ninety days, a day at each place.
struct StatusCharts {
    let report: StatusReport

    init(_ report: StatusReport) { self.report = report }

    var view: View {
        let days = report.days
        let labels = days.map { Self.label($0.start) }
        let succeeded = days.reduce(0) { $0 + $1.sums.succeeded }
        let failed = days.reduce(0) { $0 + $1.sums.failed }
        let bars = BarChart(
            parts: [.init(name: "acknowledged", style: "c-good"), .init(name: "failed", style: "c-bad")],
            bars: zip(days, labels).map { BarChart.Bar(label: $1, values: [$0.sums.succeeded, $0.sums.failed]) },
            summary: "Attempts in \(days.count) days: \(succeeded) acknowledged, \(failed) failed.")
        let success = LineChart(
            lines: [
                .init(
                    style: "",
                    values: days.map { day in
                        day.sums.attempts == 0 ? nil : Double(day.sums.succeeded) / Double(day.sums.attempts) * 100
                    })
            ],
            labels: zip(days, labels).map { day, label in
                "\(label): \(Figures.share(day.sums.succeeded, of: day.sums.attempts) ?? "no attempts")"
            }, scale: ChartScale(top: 100),
            summary: "Share acknowledged: \(Figures.share(succeeded, of: succeeded + failed) ?? "no attempts").")
        let middle = days.map { $0.sums.latency.percentile(0.5).map { Double($0) / 1000 } }
        let late = days.map { $0.sums.latency.percentile(0.95).map { Double($0) / 1000 } }
        let scale = ChartScale(largest: max(late.compactMap(\.self).max() ?? 0, 1))
        let latency = LineChart(
            lines: [.init(style: "", values: middle), .init(style: "second", values: late)],
            labels: zip(days, labels).map { day, label in
                guard let middle = day.sums.latency.percentile(0.5), let late = day.sums.latency.percentile(0.95) else {
                    return "\(label): no attempts"
                }
                return "\(label): half within \(When.taken(middle)), 95 % within \(When.taken(late))"
            }, scale: scale, summary: "How long attempts took, day by day.")
        let waiting = BarChart(
            parts: [.init(name: "waiting", style: "c-info")],
            bars: zip(days, labels).map { BarChart.Bar(label: $1, values: [$0.mostWaiting ?? 0]) },
            summary: "The most deliveries that waited at once, day by day: at most "
                + "\(days.compactMap(\.mostWaiting).max() ?? 0).")
        return [
            "attemptsChart": bars.markup, "attemptsTop": Figures.text(bars.top), "successChart": success.markup,
            "latencyChart": latency.markup, "latencyTop": When.taken(Int64(scale.top * 1000)),
            "waitingChart": waiting.markup, "waitingTop": Figures.text(waiting.top), "firstDay": labels.first ?? "",
        ]
    }

    /// `21 Nov`, in UTC.
    private static func label(_ instant: Timestamp) -> String {
        let text = instant.rfc3339
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = text.prefix(10).split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3, (1...12).contains(parts[1]) else { return String(text.prefix(10)) }
        return "\(parts[2]) \(months[parts[1] - 1])"
    }
}
