import Mustache

/// What a template is given: values by name.
///
/// Text is escaped here, by its type, and templates escape nothing: whatever is no ``Markup`` cannot become any. The
/// template engine's own escaping goes by grapheme clusters, in which a quote followed by a combining mark is no quote.
struct View: Sendable, ExpressibleByDictionaryLiteral {
    private var values: [String: any ViewValue]

    init(_ values: [String: any ViewValue] = [:]) { self.values = values }

    init(dictionaryLiteral elements: (String, any ViewValue)...) {
        values = Dictionary(elements) { _, last in last }
    }

    subscript(name: String) -> (any ViewValue)? {
        get { values[name] }
        set { values[name] = newValue }
    }

    /// This view with what another has beside.
    func merging(_ other: View) -> View { View(values.merging(other.values) { _, last in last }) }
}

extension View: MustacheParent, ViewValue {
    func child(named name: String) -> Any? { values[name]?.rendered }

    var rendered: Any { self }
}

/// Something that a template can show, or go by.
protocol ViewValue: Sendable {
    /// In the terms of the template engine.
    var rendered: Any { get }
}

/// HTML that was made here, and stands in a page as it is.
struct Markup: Sendable, Hashable, ViewValue, MustacheCustomRenderable {
    let text: String

    /// - Parameter text: well-formed HTML, in which everything that came from outside has been through ``HTML/escape(_:)``.
    init(trusted text: String) { self.text = text }

    /// Text, escaped.
    init(_ text: String) { self.text = HTML.escape(text) }

    /// Text in which `code` stands between backticks.
    init(prose text: String) {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        // Without its partner, the last one is a backtick and nothing more.
        let isWhole = parts.count % 2 == 1
        self.text = parts.enumerated().map { index, part in
            let escaped = HTML.escape(String(part))
            guard index % 2 == 1 else { return escaped }
            return isWhole || index < parts.count - 1 ? "<code>\(escaped)</code>" : "`\(escaped)"
        }.joined()
    }

    static func + (left: Markup, right: Markup) -> Markup { Markup(trusted: left.text + right.text) }

    var renderText: String { text }
    var isNull: Bool { text.isEmpty }
    var rendered: Any { self }
}

/// What is not there: without it, the engine would look for the same name further out.
private struct Absent: MustacheCustomRenderable {
    var renderText: String { "" }
    var isNull: Bool { true }
}

extension String: ViewValue {
    var rendered: Any { Markup(self) }
}

extension Int: ViewValue {
    var rendered: Any { Markup(trusted: String(self)) }
}

extension Bool: ViewValue {
    var rendered: Any { self }
}

extension Optional: ViewValue where Wrapped: ViewValue {
    var rendered: Any {
        switch self {
        case .some(let value): value.rendered
        case .none: Absent()
        }
    }
}

extension Array: ViewValue where Element: ViewValue {
    var rendered: Any { map(\.rendered) }
}
