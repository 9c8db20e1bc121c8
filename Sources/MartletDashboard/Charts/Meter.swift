/// A share as a bar.
enum Meter {
    static func markup(_ part: Int, of whole: Int, style: String) -> Markup {
        let width = whole > 0 ? min(1, Double(part) / Double(whole)) * 100 : 0
        return Markup(
            trusted: #"<svg class="meter" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">"#
                + #"<rect class="c-quiet" width="100" height="4"/><rect class="\#(style)" "#
                + #"width="\#(ChartScale.text(width))" height="4"/></svg>"#)
    }
}
