import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// The frame around every page of a portal: the platform's name, logo and colour, and the portal's own menu.
enum PortalLayout {
    static let templates = [
        Template(
            "portal-frame",
            """
            <a class="skip" href="#main">Skip to the content</a>
            <header class="portal-head">
              <div class="row spread"><a class="brand" href="{{base}}">{{>brand}}</a><p class="row"><span class="muted">{{application}}</span>{{#isTest}}
                <span class="environment is-test">{{environment}}</span>{{/isTest}}</p></div>
              <nav class="menu" aria-label="Pages"><ul>{{#entries}}<li><a href="{{path}}"{{#isCurrent}} aria-current="page"{{/isCurrent}}>{{{icon}}}<span>{{title}}</span></a></li>{{/entries}}</ul></nav>
            </header>
            <main id="main" tabindex="-1">
              <form class="search" role="search" action="{{base}}/search">{{{searchIcon}}}<label class="sr" for="search">Search</label><input id="search"
                type="search" name="q" value="{{searched}}" placeholder="Find an id, a type, a URL, text in payloads, a status" autocomplete="off"
                spellcheck="false"></form>
              {{#notice}}<p class="notice" role="status">{{notice}}</p>{{/notice}}
              {{{body}}}
            </main>
            <footer class="portal-foot"><p>The link to this page ends {{until}}.{{#support}} Questions? <a href="{{support}}" target="_blank" rel="noopener noreferrer">Ask for help</a>.{{/support}}</p></footer>
            """)
    ]

    /// A page of a portal in its frame.
    static func response(_ page: Page, _ visit: Visit) -> Response {
        let kit = visit.kit
        let environment = visit.environment
        let application = visit.principal.application.flatMap {
            visit.context.directory.application($0, in: environment.id)
        }
        let frame: View = [
            "base": visit.base, "application": application?.name, "environment": environment.name,
            "isTest": environment.name != "live",
            "entries": kit.portalMenu.filter { visit.may($0.permission) }.map { entry -> View in
                [
                    "title": entry.title, "icon": entry.icon.markup,
                    "path": visit.base + (entry.section.isEmpty ? "" : "/\(entry.section)"),
                    "isCurrent": entry.section == page.section,
                ]
            },
            "searchIcon": Icon.search.markup, "searched": visit.query["q"],
            "notice": visit.query["notice"].flatMap(Notice.init(rawValue:))?.text,
            "until": visit.pass.map { When.markup($0.expiresAt, now: visit.now) },
            "support": environment.pages.support.map(GuidePage.link(toSupport:)),
            "body": Layout.body(page, visit),
        ]
        let content = kit.templates.render("portal-frame", Layout.brand(environment).merging(frame))
        // Cookies have no part in portals, so the colours are as the browser has them.
        return Layout.document(
            page.title, content, kit, theme: .system, brand: environment, environment: environment.name,
            bodyClass: "portal", status: page.status)
    }

    /// What somebody is told whose link is over.
    static func ended(_ environment: MartletCore.Environment, _ kit: DashboardKit, _ request: Request) -> Response {
        let view: View = [
            "heading": "This link has ended",
            "detail":
                "Links to this page are good for a while only, and can be withdrawn. Go back to where you came from and open it again.",
        ]
        let content = kit.templates.render("plain", Layout.brand(environment).merging(view))
        return Layout.document(
            "This link has ended", content, kit, theme: .system, brand: environment, bodyClass: "bare", status: .gone)
    }

    /// A page of a portal that says why there is none.
    static func plain(
        _ title: String, _ words: View, _ address: PortalAddress, _ kit: DashboardKit, status: HTTPResponse.Status
    ) -> Response {
        let (presented, environment) = address.look(kit.context)
        var view: View = ["mark": Mark.markup, "name": "Martlet"]
        if let environment { view = view.merging(Layout.brand(environment)) }
        if case .open = presented {
            view["homePath"] = PortalAddress.path(address.token)
            view["home"] = "To the overview"
        }
        let content = kit.templates.render("plain", view.merging(words))
        return Layout.document(
            title, content, kit, theme: .system, brand: environment, bodyClass: "bare", status: status)
    }
}
