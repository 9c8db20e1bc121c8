/// Bars side by side, each of parts on top of each other: an SVG that the server draws and the style sheet colours.
struct BarChart {
    /// A part of each bar: its class in the style sheet.
    struct Part {
        var name: String
        var style: String
    }

    struct Bar {
        /// What it stands for, shown where one points at it.
        var label: String
        /// In the order of the parts, from the bottom.
        var values: [Int]
    }

    var parts: [Part]
    var bars: [Bar]
    /// Everything that it shows, in a sentence, for those who do not see it.
    var summary: String

    var markup: Markup {
        let largest = bars.map { $0.values.reduce(0, +) }.max() ?? 0
        let scale = ChartScale(largest: Double(max(largest, 1)))
        let slot = ChartScale.width / Double(max(bars.count, 1))
        var text =
            #"<svg viewBox="0 0 600 120" preserveAspectRatio="none" role="img" aria-label="\#(HTML.escape(summary))">"#
            + #"<path class="c-rule" d="M0 119.5H600M0 60H600M0 .5H600"/>"#
        for (index, bar) in bars.enumerated() {
            let left = ChartScale.text(Double(index) * slot)
            let inner = ChartScale.text(Double(index) * slot + slot * 0.14)
            let width = ChartScale.text(slot * 0.72)
            text += #"<g class="bar"><title>\#(HTML.escape(title(of: bar)))</title>"#
            text += #"<rect class="bar-hit" x="\#(left)" y="0" width="\#(ChartScale.text(slot))" height="120"/>"#
            var bottom = ChartScale.height
            for (part, value) in zip(parts, bar.values) where value > 0 {
                let height = max(1.5, scale.height(Double(value)))
                bottom -= height
                text += #"<rect class="\#(part.style)" x="\#(inner)" y="\#(ChartScale.text(max(0, bottom)))" "#
                text += #"width="\#(width)" height="\#(ChartScale.text(height))"/>"#
            }
            text += "</g>"
        }
        return Markup(trusted: text + "</svg>")
    }

    /// What the top of the chart stands for.
    var top: Int {
        Int(ChartScale(largest: Double(max(bars.map { $0.values.reduce(0, +) }.max() ?? 0, 1))).top)
    }

    private func title(of bar: Bar) -> String {
        bar.label + ": " + zip(parts, bar.values).map { "\(Figures.text($1)) \($0.name)" }.joined(separator: ", ")
    }
}
