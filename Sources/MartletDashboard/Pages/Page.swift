import HTTPTypes

/// A page to be rendered.
struct Page: Sendable {
    var title: String
    /// The menu's entry that it stands under.
    var section: String
    /// The name of its template.
    var template: String
    var view: View
    var status = HTTPResponse.Status.ok

    init(
        _ title: String, section: String, template: String, _ view: View, status: HTTPResponse.Status = .ok
    ) {
        self.title = title
        self.section = section
        self.template = template
        self.view = view
        self.status = status
    }
}
