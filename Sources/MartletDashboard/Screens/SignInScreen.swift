import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// Signing in by key or by one-time link, signing out, and the choice of colours.
struct SignInScreen: Screen {
    let kit: DashboardKit
    private let gate: Gate

    init(kit: DashboardKit) {
        self.kit = kit
        gate = Gate(kit: kit)
    }

    static let templates = [
        Template(
            "sign-in",
            """
            <main class="sheet" id="main">
              <p class="brand">{{{mark}}}<span>Martlet</span></p>
              <h1>{{heading}}</h1>
              <p class="muted">{{lead}}</p>
              <form method="post" action="{{action}}">
                <input type="hidden" name="csrf" value="{{csrf}}">
                <input type="hidden" name="next" value="{{next}}">
                <div class="field{{#error}} has-error{{/error}}">
                  <label for="key">API key</label>
                  <input id="key" name="key" type="password" required autofocus autocomplete="off" spellcheck="false"
                    placeholder="mk_live_… or mk_test_…"{{#error}} aria-invalid="true" aria-describedby="key-error"{{/error}}>
                  {{#error}}<p class="error" id="key-error">{{error}}</p>{{/error}}
                </div>
                <button class="primary wide">Sign in</button>
              </form>
              <p class="muted small">A key's environment is the one that you will see. Keys are made with
                <code>martlet init</code>, or by an admin under Keys. {{#signedInPath}}<a href="{{signedInPath}}">Go back to
                where you are signed in</a>.{{/signedInPath}}</p>
            </main>
            """),
        Template(
            "sign-in-link",
            """
            <main class="sheet" id="main">
              <p class="brand">{{{mark}}}<span>Martlet</span></p>
              <h1>Sign in as the operator</h1>
              {{#error}}<p class="error" role="alert">{{error}}</p>
              <p><a class="button" href="{{keyPath}}">Sign in with an API key</a></p>{{/error}}
              {{^error}}<p class="muted">This link lets one browser in, once, to every environment.</p>
              <form method="post" action="{{action}}">
                <input type="hidden" name="csrf" value="{{csrf}}">
                <input type="hidden" name="token" value="{{token}}">
                <button class="primary wide" autofocus>Sign in</button>
              </form>{{/error}}
            </main>
            """),
    ]

    /// Where one signs in, to go on to `next`.
    static func path(next: String? = nil) -> String {
        "\(Dashboard.path)/sign-in" + (next.map { "?next=\(PercentEncoding.encode($0))" } ?? "")
    }

    private static let linkPath = "\(Dashboard.path)/sign-in/link"

    func add(to routes: PageRoutes) {
        let router = routes.router
        router.get("\(Dashboard.path)/sign-in") { request, _ in try await show(request) }
        router.post("\(Dashboard.path)/sign-in") { request, _ in try await signIn(request) }
        router.get("\(Dashboard.path)/sign-in/link") { request, _ in showLink(request) }
        router.post("\(Dashboard.path)/sign-in/link") { request, _ in try await followLink(request) }
        router.post("\(Dashboard.path)/sign-out") { request, _ in try await signOut(request) }
        router.post("\(Dashboard.path)/theme") { request, _ in try await changeTheme(request) }
    }

    // MARK: By key

    private func show(_ request: Request) async throws -> Response {
        let session = try await gate.session(of: request)?.0
        return page(request, next: Query(request.uri.query ?? "")["next"], session: session)
    }

    private func signIn(_ request: Request) async throws -> Response {
        let form = try await visitorForm(request)
        let session = try await gate.session(of: request)?.0
        do throws(ServiceError) {
            let opened = try await kit.sessions.open(key: form["key"] ?? "", joining: session)
            let next = Self.safe(form["next"]) ?? landing(of: opened.session)
            return .seeOther(next).setting(gate.cookie(opened.text))
        } catch {
            return page(
                request, next: form["next"], session: session, error: error.fields.first?.message ?? error.detail,
                status: .unprocessableContent)
        }
    }

    private func page(
        _ request: Request, next: String?, session: Session?, error: String? = nil,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        let known = session.map { kit.sessions.environments(of: $0) } ?? []
        let visitor = Visitor(of: request, isSecure: kit.isSecure)
        return Layout.bare(
            "Sign in", template: "sign-in",
            [
                "heading": known.isEmpty ? "Sign in" : "Add a key",
                "lead": known.isEmpty
                    ? "With an API key of the environment that you want to look at."
                    : "You are signed in to \(known.map(\.name).joined(separator: " and ")). With a key of another "
                        + "environment you can switch between them.",
                "action": "\(Dashboard.path)/sign-in", "csrf": visitor.token, "next": Self.safe(next), "error": error,
                "signedInPath": known.isEmpty ? nil : Dashboard.path,
            ], kit, request, status: status
        ).setting(visitor.cookie)
    }

    // MARK: By link

    private func showLink(_ request: Request, error: String? = nil) -> Response {
        let visitor = Visitor(of: request, isSecure: kit.isSecure)
        return Layout.bare(
            "Sign in", template: "sign-in-link",
            [
                "action": Self.linkPath, "csrf": visitor.token, "token": Query(request.uri.query ?? "")["token"],
                "error": error, "keyPath": Self.path(),
            ], kit, request, status: error == nil ? .ok : .unprocessableContent
        ).setting(visitor.cookie)
    }

    private func followLink(_ request: Request) async throws -> Response {
        let form = try await visitorForm(request)
        do throws(ServiceError) {
            let opened = try await kit.sessions.open(link: form["token"] ?? "")
            return .seeOther(Dashboard.path).setting(gate.cookie(opened.text))
        } catch {
            return showLink(request, error: error.fields.first?.message ?? error.detail)
        }
    }

    // MARK: Out, and colours

    private func signOut(_ request: Request) async throws -> Response {
        guard let (session, text) = try await gate.session(of: request) else { return .seeOther(Self.path()) }
        _ = try await gate.form(of: request, sessionText: text)
        try await kit.sessions.close(session)
        return .seeOther(Self.path()).setting(gate.cookie(nil))
    }

    private func changeTheme(_ request: Request) async throws -> Response {
        guard let (_, text) = try await gate.session(of: request) else { return .seeOther(Self.path()) }
        let form = try await gate.form(of: request, sessionText: text)
        let theme = form["theme"].flatMap(Theme.init) ?? .system
        return .seeOther(Self.safe(form["next"]) ?? Dashboard.path).setting(
            Cookies.setting(
                Theme.cookie, to: theme.rawValue, lifetime: .seconds(365 * 86_400), isSecure: kit.isSecure))
    }

    /// A form that was sent before anybody has signed in.
    private func visitorForm(_ request: Request) async throws -> Query {
        let form = try await gate.fields(of: request)
        guard let token = form["csrf"], Visitor.proves(token, request, isSecure: kit.isSecure) else {
            throw ServiceError(
                .forbidden, "foreign_form",
                "This form was not sent from a page that this browser was shown. Reload the page and try again; cookies "
                    + "have to be allowed.")
        }
        return form
    }

    private func landing(of session: Session) -> String {
        guard case .key(_, let environment)? = session.grants.last,
            let name = kit.context.directory.environment(environment)?.name
        else { return Dashboard.path }
        return "\(Dashboard.path)/\(name)"
    }

    /// A path of the dashboard to go on to, or nothing: never another site.
    static func safe(_ next: String?) -> String? {
        LocalPath.checked(next, within: Dashboard.path)
    }
}

extension Response {
    /// With one more cookie.
    func setting(_ cookie: String) -> Response {
        var response = self
        response.headers[values: .setCookie].append(cookie)
        return response
    }
}
