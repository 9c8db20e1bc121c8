import MartletCore
import MartletService

/// The form for what an environment's customers are shown: the platform's name and looks, who may read and frame what.
struct CustomerPagesForm {
    /// As it was, or is to be, filled in.
    let fields: Query
    var errors: [ServiceError.Field] = []

    init(_ fields: Query, errors: [ServiceError.Field]) {
        self.fields = fields
        self.errors = errors
    }

    init(_ pages: CustomerPages) {
        var fields = Query()
        fields.add("name", pages.name ?? "")
        fields.add("colour", pages.colour ?? "")
        fields.add("logo", pages.logo ?? "")
        fields.add("support", pages.support ?? "")
        fields.add("frame_ancestors", pages.frameAncestors.joined(separator: "\n"))
        if pages.isGuidePublic { fields.add("public_guide", "on") }
        if pages.isStatusPublic { fields.add("public_status", "on") }
        self.fields = fields
    }

    /// What the form asks for.
    var draft: EnvironmentService.Draft.Pages {
        var pages = EnvironmentService.Draft.Pages()
        pages.name = .some(fields.text("name"))
        pages.colour = .some(fields.text("colour"))
        pages.logo = .some(fields.text("logo"))
        pages.support = .some(fields.text("support"))
        pages.isGuidePublic = fields.isOn("public_guide")
        pages.isStatusPublic = fields.isOn("public_status")
        pages.frameAncestors = (fields["frame_ancestors"] ?? "").split { $0.isWhitespace || $0 == "," }.map(String.init)
        return pages
    }

    /// What a template shows.
    func view(_ visit: Visit) -> View {
        func field(_ name: String) -> View {
            let found = errors.filter { $0.field == "pages.\(name)" || $0.field.hasPrefix("pages.\(name)[") }
            return [
                "name": name, "value": fields[name] ?? "",
                "error": found.isEmpty ? nil : found.map(\.message).joined(separator: " "),
            ]
        }
        let guidePath = "\(GuideScreen.path)/\(PercentEncoding.encode(visit.environment.name))"
        return [
            "customers": [
                "isFixed": !visit.may(.changeEnvironment), "name": field("name"), "colour": field("colour"),
                "logo": field("logo"), "support": field("support"), "ancestors": field("frame_ancestors"),
                "isGuidePublic": fields.isOn("public_guide"), "guidePath": guidePath,
                "isStatusPublic": fields.isOn("public_status"),
                "statusPath": "\(StatusScreen.path)/\(PercentEncoding.encode(visit.environment.name))",
                "usualName": visit.environment.pages.template.flatMap { MartletService.Template.named($0)?.title },
            ] as View
        ]
    }

    static let template = Template(
        "customer-pages",
        """
        {{#customers}}{{^isFixed}}<form class="card pad" method="post" action="{{base}}/settings/customers"><input type="hidden" name="csrf" value="{{csrf}}">{{/isFixed}}{{#isFixed}}<div class="card pad">{{/isFixed}}<fieldset{{#isFixed}} disabled{{/isFixed}}>
          <div class="fields">
          {{#name}}<div class="field{{#error}} has-error{{/error}}"><label for="brand-name">Name of your platform</label><input id="brand-name" name="name" value="{{value}}"{{#usualName}} placeholder="{{usualName}}"{{/usualName}}>{{>field-error}}</div>{{/name}}
          {{#colour}}<div class="field{{#error}} has-error{{/error}}"><label for="brand-colour">Colour</label><input id="brand-colour" name="colour" value="{{value}}" placeholder="#3451d1" autocomplete="off" spellcheck="false">{{>field-error}}
            <p class="hint">Made darker or lighter where text would not be readable.</p></div>{{/colour}}</div>
          {{#logo}}<div class="field{{#error}} has-error{{/error}}"><label for="brand-logo">Logo</label><input id="brand-logo" name="logo" value="{{value}}" placeholder="https://example.com/logo.svg" autocomplete="off" spellcheck="false">{{>field-error}}
            <p class="hint">An https URL, or a <code>data:image/…;base64,</code> URL.</p></div>{{/logo}}
          {{#support}}<div class="field{{#error}} has-error{{/error}}"><label for="brand-support">Support</label><input id="brand-support" name="support" value="{{value}}" placeholder="support@example.com" autocomplete="off" spellcheck="false">{{>field-error}}
            <p class="hint">An e-mail address or a URL that portals and the guide name.</p></div>{{/support}}
          {{#ancestors}}<div class="field{{#error}} has-error{{/error}}"><label for="brand-ancestors">Sites that may frame the portals, one a line</label><textarea id="brand-ancestors" name="frame_ancestors" rows="2" spellcheck="false"
            placeholder="https://app.example.com">{{value}}</textarea>{{>field-error}}<p class="hint">None may where this is empty; links open in a page of their own all the same.</p></div>{{/ancestors}}
          <div class="field"><label class="choice"><input type="checkbox" name="public_guide"{{#isGuidePublic}} checked{{/isGuidePublic}}><span>Anybody may read <a href="{{guidePath}}">the guide</a></span></label>
            <label class="choice"><input type="checkbox" name="public_status"{{#isStatusPublic}} checked{{/isStatusPublic}}><span>Anybody may see <a href="{{statusPath}}">how the service is doing</a></span></label></div>
          {{^isFixed}}<p class="actions"><button class="primary">Save</button></p>{{/isFixed}}</fieldset>{{^isFixed}}</form>{{/isFixed}}{{#isFixed}}</div>{{/isFixed}}{{/customers}}
        """)
}
