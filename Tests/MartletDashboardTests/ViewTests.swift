import Testing

@testable import MartletDashboard

/// What becomes of text on its way into a page.
struct ViewTests {
    private func rendered(_ template: String, _ view: View) -> String {
        Templates([Template("t", template)]).render("t", view)
    }

    @Test func textIsEscapedHoweverATemplateWritesIt() {
        let view: View = ["x": "<b>\"&'", "rows": [["x": "<i>"] as View]]

        let text = rendered("{{x}}|{{{x}}}|{{&x}}|{{#rows}}{{x}}{{/rows}}", view)

        let escaped = "&lt;b&gt;&quot;&amp;&#39;"
        #expect(text == "\(escaped)|\(escaped)|\(escaped)|&lt;i&gt;")
    }

    @Test func aMarkThatJoinsAQuoteDoesNotHideIt() {
        let text = rendered("<a title=\"{{x}}\">", ["x": "\"\u{301} onmouseover=alert(1)"])

        // By scalars: as characters, a quote with a mark on it is not a quote.
        #expect(text.unicodeScalars.count { $0 == "\"" } == 2)
        #expect(text.utf8.starts(with: "<a title=\"&quot;".utf8))
    }

    @Test func whatIsMadeHereStandsAsItIs() {
        #expect(rendered("{{x}}", ["x": Markup(trusted: "<b>")]) == "<b>")
        #expect(rendered("{{x}}", ["x": Markup("<b>")]) == "&lt;b&gt;")
    }

    @Test func codeBetweenBackticksIsCodeAndEscaped() {
        #expect(Markup(prose: "see `a<b>` and `c`").text == "see <code>a&lt;b&gt;</code> and <code>c</code>")
        #expect(Markup(prose: "one ` alone").text == "one ` alone")
        #expect(Markup(prose: "`a` then ` alone").text == "<code>a</code> then ` alone")
    }

    @Test func tagsOfTheTemplateLanguageAreText() {
        #expect(rendered("{{x}}", ["x": "{{y}}", "y": "no"]) == "{{y}}")
    }

    @Test func whatIsNotThereIsNotLookedForFurtherOut() {
        let none: String? = nil
        let view: View = ["x": "outer", "rows": [["x": none] as View]]

        #expect(rendered("{{#rows}}[{{x}}]{{/rows}}", view) == "[]")
        #expect(rendered("{{#rows}}{{^x}}none{{/x}}{{#x}}some{{/x}}{{/rows}}", view) == "none")
    }

    @Test func whatDeceivesTheEyeIsMadeVisible() {
        #expect(HTML.escape("\u{1B}[31mred\u{7}") == "␛[31mred␇")
        #expect(HTML.escape("a\u{202E}b") == "a‹U+202E›b")
        #expect(HTML.escape("a\r\nb\tc\u{0}") == "a␍\nb\tc␀")
        #expect(HTML.escape("grüße 👩‍👩‍👧 日本") == "grüße 👩‍👩‍👧 日本")
    }
}
