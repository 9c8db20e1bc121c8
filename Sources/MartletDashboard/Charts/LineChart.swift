/// Lines over time, with gaps where there is nothing to tell: an SVG that the server draws and the style sheet colours.
struct LineChart {
    struct Line {
        var style: String
        var values: [Double?]
    }

    var lines: [Line]
    /// What each place stands for, shown where one points at it.
    var labels: [String]
    var scale: ChartScale
    var summary: String

    var markup: Markup {
        let count = max(labels.count, 1)
        let slot = ChartScale.width / Double(count)
        var text =
            #"<svg viewBox="0 0 600 120" preserveAspectRatio="none" role="img" aria-label="\#(HTML.escape(summary))">"#
            + #"<path class="c-rule" d="M0 119.5H600M0 60H600M0 .5H600"/>"#
        for line in lines {
            text += #"<path class="c-line \#(line.style)" d="\#(path(line.values, slot))"/>"#
            text += #"<path class="c-line dots \#(line.style)" d="\#(dots(line.values, slot))"/>"#
        }
        for (index, label) in labels.enumerated() {
            let left = ChartScale.text(Double(index) * slot)
            text += #"<g class="bar"><title>\#(HTML.escape(label))</title><rect class="bar-hit" x="\#(left)" y="0" "#
            text += #"width="\#(ChartScale.text(slot))" height="120"/></g>"#
        }
        return Markup(trusted: text + "</svg>")
    }

    private func path(_ values: [Double?], _ slot: Double) -> String {
        var path = ""
        var isDrawing = false
        for (index, value) in values.enumerated() {
            if let value { path += "\(isDrawing ? "L" : "M")\(point(index, value, slot))" }
            isDrawing = value != nil
        }
        return path.isEmpty ? "M0 0" : path
    }

    /// The points that have none beside them: a line with them alone could not be seen.
    private func dots(_ values: [Double?], _ slot: Double) -> String {
        var path = ""
        for (index, value) in values.enumerated() {
            guard let value else { continue }
            let isAlone =
                (index == 0 || values[index - 1] == nil) && (index + 1 == values.count || values[index + 1] == nil)
            // A stroke with round ends and no length is a dot, however the drawing is stretched.
            if isAlone { path += "M\(point(index, value, slot))h0" }
        }
        return path.isEmpty ? "M0 0" : path
    }

    private func point(_ index: Int, _ value: Double, _ slot: Double) -> String {
        let middle = ChartScale.text((Double(index) + 0.5) * slot)
        return "\(middle) \(ChartScale.text(ChartScale.height - scale.height(value)))"
    }
}
