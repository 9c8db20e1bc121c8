/// Parts of pages that several screens share.
enum Parts {
    static let templates = [
        Template(
            "time", #"<time datetime="{{iso}}" title="{{full}}" data-time="{{milliseconds}}">{{text}}</time>"#),
        Template(
            "badge", #"<span class="badge {{tone}}">{{text}}</span>"#),
        Template(
            "pager",
            """
            {{#nextPath}}<p class="pager"><a class="button" href="{{nextPath}}" rel="next">Older</a></p>{{/nextPath}}
            """),
        Template(
            "field-error",
            """
            {{#error}}<p class="error" id="{{name}}-error">{{error}}</p>{{/error}}
            """),
    ]
}
