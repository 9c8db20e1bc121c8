import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// The frame around every page.
enum Layout {
    static let templates = [
        Template(
            "document",
            """
            <!doctype html>
            <html lang="en" data-theme="{{theme}}"{{#environment}} data-environment="{{environment}}"{{/environment}}>
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{{title}}{{#environment}} · {{environment}}{{/environment}} · {{site}}</title>
            <link rel="icon" href="{{markPath}}" type="image/svg+xml">
            <link rel="stylesheet" href="{{stylePath}}">
            {{#brandStylePath}}<link rel="stylesheet" href="{{brandStylePath}}">{{/brandStylePath}}
            <script src="{{scriptPath}}" defer></script>
            </head>
            <body{{#bodyClass}} class="{{bodyClass}}"{{/bodyClass}}>
            {{{content}}}
            </body>
            </html>
            """),
        Template(
            "frame",
            """
            <a class="skip" href="#main">Skip to the content</a>
            {{#isLive}}<div class="live-band" role="region" aria-label="Environment"><p><strong>Live</strong> Real events, real
              receivers.</p></div>{{/isLive}}
            <div class="frame">
            <header class="side">
              <div class="side-top">
                <a class="brand" href="{{base}}">{{{mark}}}<span>Martlet</span></a>
                <details class="switch" name="side">
                  <summary><span class="environment {{environmentClass}}">{{environment}}</span>
                  <span class="sr">, change environment</span></summary>
                  <ul>
                  {{#environments}}
                    <li><a href="{{path}}"{{#isCurrent}} aria-current="true"{{/isCurrent}}><span
                      class="environment {{class}}">{{name}}</span></a></li>
                  {{/environments}}
                    <li class="rule"><a href="{{addKeyPath}}">Add another key…</a></li>
                  </ul>
                </details>
                <details class="burger" name="side">
                  <summary>{{{menuIcon}}}<span class="sr">Menu</span></summary>
                  <div><nav aria-label="Pages">{{>menu}}</nav>{{>side-foot}}</div>
                </details>
              </div>
              <nav class="menu" aria-label="Pages">{{>menu}}</nav>
              {{>side-foot}}
            </header>
            <main id="main" tabindex="-1">
              {{#hasSearch}}<form class="search" role="search" action="{{base}}/search">{{{searchIcon}}}<label class="sr"
                for="search">Search</label><input id="search" type="search" name="q" value="{{searched}}"
                placeholder="Find an id, a type, a URL, text in payloads, a status" autocomplete="off"
                spellcheck="false"></form>{{/hasSearch}}
              {{#notice}}<p class="notice" role="status">{{notice}}</p>{{/notice}}
              {{{body}}}
            </main>
            </div>
            """),
        Template(
            "side-foot",
            """
            <div class="side-foot">
              <p>{{who}}</p>
              <div class="row">
                <form method="post" action="{{themePath}}"><input type="hidden" name="csrf" value="{{csrf}}"><input
                  type="hidden" name="next" value="{{here}}"><button class="quiet" name="theme" value="{{otherTheme}}"
                  title="{{otherThemeTitle}}">{{{themeIcon}}}<span class="sr">{{otherThemeTitle}}</span></button></form>
                <form method="post" action="{{signOutPath}}"><input type="hidden" name="csrf" value="{{csrf}}"><button
                  class="quiet" title="Sign out">{{{outIcon}}}<span class="sr">Sign out</span></button></form>
                <span class="version">{{version}}</span>
              </div>
            </div>
            """),
        Template(
            "menu",
            """
            {{#groups}}<ul>{{#entries}}<li><a href="{{path}}"{{#isCurrent}} aria-current="page"{{/isCurrent}}>{{{icon}}}<span>{{title}}</span></a></li>{{/entries}}</ul>
            {{/groups}}
            """),
        Template(
            "brand",
            #"{{#logo}}<img src="{{logo}}" alt="" height="22">{{/logo}}{{^logo}}{{{mark}}}{{/logo}}<span>{{name}}</span>"#
        ),
        Template(
            "plain",
            """
            <main class="sheet" id="main">
              <p class="brand">{{>brand}}</p>
              <h1>{{heading}}</h1>
              <p>{{detail}}</p>
              {{#homePath}}<p><a class="button" href="{{homePath}}">{{home}}</a></p>{{/homePath}}
            </main>
            """),
    ]

    /// A page in its frame.
    static func response(_ page: Page, _ visit: Visit) -> Response {
        let kit = visit.kit
        let environments = visit.session.map { kit.sessions.environments(of: $0) } ?? []
        let menu = Dictionary(grouping: kit.menu.filter { visit.may($0.permission) }, by: \.group)
        let theme = Theme(of: visit.request)
        let frame: View = [
            "isLive": visit.environment.name == "live",
            "base": visit.base,
            "mark": Mark.markup,
            "environment": visit.environment.name,
            "environmentClass": badge(visit.environment.name),
            "environments": environments.map { environment -> View in
                [
                    "name": environment.name, "class": badge(environment.name),
                    "path": "\(Dashboard.path)/\(environment.name)" + (page.section.isEmpty ? "" : "/\(page.section)"),
                    "isCurrent": environment.id == visit.environment.id,
                ]
            },
            "addKeyPath": SignInScreen.path(next: visit.request.uri.string),
            "groups": menu.sorted { $0.key < $1.key }.map { group -> View in
                [
                    "entries": group.value.map { entry -> View in
                        [
                            "title": entry.title, "icon": entry.icon.markup,
                            "path": visit.base + (entry.section.isEmpty ? "" : "/\(entry.section)"),
                            "isCurrent": entry.section == page.section,
                        ]
                    }
                ]
            },
            "who": who(visit),
            "themePath": "\(Dashboard.path)/theme", "signOutPath": "\(Dashboard.path)/sign-out",
            "here": visit.request.uri.string,
            "otherTheme": theme.next.rawValue, "otherThemeTitle": theme.next.invitation,
            "themeIcon": Icon.theme.markup, "outIcon": Icon.out.markup, "menuIcon": Icon.menu.markup,
            "searchIcon": Icon.search.markup, "searched": visit.query["q"],
            "hasSearch": visit.may(.readEvents),
            "version": "Martlet \(kit.configuration.version)",
            "notice": visit.query["notice"].flatMap(Notice.init(rawValue:))?.text,
            "csrf": visit.formToken,
        ]
        var framed = frame
        framed["body"] = body(page, visit)
        let content = kit.templates.render("frame", framed)
        return document(
            page.title, content, kit, theme: theme, environment: visit.environment.name, status: page.status)
    }

    /// A page without its frame.
    static func body(_ page: Page, _ visit: Visit) -> Markup {
        let shared: View = ["base": visit.base, "csrf": visit.formToken, "now": Int(visit.now.milliseconds)]
        return Markup(trusted: visit.kit.templates.render(page.template, shared.merging(page.view)))
    }

    /// A page without a frame, for whoever has not signed in.
    static func bare(
        _ title: String, template: String, _ view: View, _ kit: DashboardKit, _ request: Request,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        let content = kit.templates.render(template, (["mark": Mark.markup] as View).merging(view))
        return document(title, content, kit, theme: Theme(of: request), bodyClass: "bare", status: status)
    }

    /// A page for whoever comes along, in a frame of the environment's own name and logo.
    static func open(
        _ title: String, template: String, _ view: View, _ environment: MartletCore.Environment, home: String,
        _ kit: DashboardKit, _ request: Request
    ) -> Response {
        let frame: View = [
            "body": Markup(trusted: kit.templates.render(template, view)), "home": home,
            "dashboardPath": Dashboard.path,
        ]
        let content = kit.templates.render("guide-frame", frame.merging(brand(environment)))
        var response = document(
            title, content, kit, theme: Theme(of: request), brand: environment, bodyClass: "open")
        PagePolicy(environment.pages, isFramed: false).apply(to: &response)
        return response
    }

    /// The name and the logo that an environment's customers know.
    static func brand(_ environment: MartletCore.Environment) -> View {
        [
            "mark": Mark.markup, "name": GuidePage.brand(environment) ?? "Martlet", "logo": environment.pages.logo,
        ]
    }

    /// A page that says why there is none.
    static func plain(_ error: ServiceError, _ kit: DashboardKit, _ request: Request) -> Response {
        let (status, heading): (HTTPResponse.Status, String) =
            switch error.kind {
            case .invalid: (.unprocessableContent, "That cannot be done")
            case .unauthenticated: (.unauthorized, "Sign in first")
            case .forbidden: (.forbidden, "That is not allowed")
            case .notFound: (.notFound, "There is nothing here")
            case .conflict: (.conflict, "That does not fit")
            case .tooLarge: (.contentTooLarge, "That is too much")
            case .limited: (.tooManyRequests, "Too much is waiting")
            case .unavailable: (.serviceUnavailable, "Not now")
            }
        let detail =
            error.code == "not_found"
            ? error.detail + " It may have been deleted, belong to another environment, or never have been."
            : error.detail
        let words: View = ["heading": heading, "detail": detail]
        var response: Response
        if let address = PortalAddress(of: request) {
            response = PortalLayout.plain(heading, words, address, kit, status: status)
        } else {
            let view = words.merging(["name": "Martlet", "homePath": Dashboard.path, "home": "To the dashboard"])
            response = bare(heading, template: "plain", view, kit, request, status: status)
        }
        if let retryAfter = error.retryAfter {
            response.headers[.retryAfter] = String(max(1, (retryAfter.wholeMilliseconds + 999) / 1000))
        }
        return response
    }

    /// - Parameters:
    ///   - brand: the environment whose name and colours the page has, where they are not ours.
    ///   - environment: the one that the page tells of.
    static func document(
        _ title: String, _ content: String, _ kit: DashboardKit, theme: Theme, brand: MartletCore.Environment? = nil,
        environment: String? = nil, bodyClass: String? = nil, status: HTTPResponse.Status = .ok
    ) -> Response {
        .html(
            kit.templates.render(
                "document",
                [
                    "title": title, "environment": environment, "bodyClass": bodyClass,
                    "site": brand.flatMap(GuidePage.brand) ?? "Martlet",
                    "brandStylePath": brand?.pages.colour.flatMap(BrandColours.init(hex:))?.path,
                    "theme": theme.rawValue, "content": Markup(trusted: content),
                    "markPath": kit.assets.mark.path, "stylePath": kit.assets.style.path,
                    "scriptPath": kit.assets.script.path,
                ]), status: status)
    }

    /// How an environment's name looks: `live` like nothing else.
    static func badge(_ name: String) -> String { name == "live" ? "is-live" : "is-test" }

    private static func who(_ visit: Visit) -> String {
        guard let key = visit.principal.key else { return "Operator" }
        let name = visit.context.directory.key(key, in: visit.environment.id)?.name ?? ""
        return name.isEmpty
            ? "Key with the role \(visit.principal.role.rawValue)" : "\(name) (\(visit.principal.role.rawValue))"
    }
}

/// Light, dark, or as the browser is.
enum Theme: String, Sendable, CaseIterable {
    case system, light, dark

    static let cookie = "martlet_theme"

    init(of request: Request) { self = Cookies.value(of: Self.cookie, in: request).flatMap(Theme.init) ?? .system }

    var next: Theme {
        switch self {
        case .system: .dark
        case .dark: .light
        case .light: .system
        }
    }

    var invitation: String {
        switch self {
        case .system: "Colours as the system has them"
        case .light: "Light colours"
        case .dark: "Dark colours"
        }
    }
}

/// What a page says right after something was done. Named in its URL, so that nobody can put words into its mouth.
enum Notice: String, Sendable {
    case created, saved, deleted, rotated, retried, cancelled, replayed, activated, paused, withdrawn, erased
    case everybodyOut = "everybody-out"
    case sourceOn = "source-on"
    case sourceOff = "source-off"
    case verified
    case stillRefused = "still-refused"
    case linksWithdrawn = "links-withdrawn"
    case started

    var text: String {
        switch self {
        case .created: "Created."
        case .saved: "Saved."
        case .deleted: "Deleted."
        case .rotated: "The new secret is in force."
        case .retried: "The next attempt is being made now."
        case .cancelled: "Cancelled."
        case .replayed: "Replayed: the new deliveries are on their way."
        case .activated: "The webhook is active."
        case .paused: "The webhook is paused; what is scheduled is held."
        case .withdrawn: "The key is withdrawn, and everything that used it is out."
        case .erased: "It is being erased."
        case .everybodyOut: "Every session is closed."
        case .sourceOn: "The source takes requests."
        case .sourceOff: "The source takes no requests; its senders get 404."
        case .verified: "Judged again: it passes, and is an event now."
        case .stillRefused: "Judged again: it is as it was."
        case .started: "The recoveries are under way."
        case .linksWithdrawn: "The links are withdrawn: none that was made so far opens the portal."
        }
    }
}
