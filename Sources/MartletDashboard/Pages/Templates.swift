import Mustache

/// A page's HTML, or a part of one, with holes: Mustache (mustache.github.io).
struct Template: Sendable {
    var name: String
    var text: String

    init(_ name: String, _ text: String) {
        self.name = name
        self.text = text
    }
}

/// All templates, parsed.
struct Templates: Sendable {
    private var library = MustacheLibrary()

    init() {}

    init(_ templates: [Template]) {
        for template in Layout.templates + PortalLayout.templates + Parts.templates + templates {
            do {
                // Escaping is the business of ``View``.
                try library.register("{{% CONTENT_TYPE:TEXT}}" + template.text, named: template.name)
            } catch {
                preconditionFailure("the template \(template.name) cannot be parsed: \(error)")
            }
        }
    }

    /// Fills a template in.
    func render(_ name: String, _ view: View) -> String {
        guard let text = library.render(view, withTemplate: name) else {
            preconditionFailure("there is no template \(name)")
        }
        return text
    }
}
