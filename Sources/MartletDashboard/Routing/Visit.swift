import Hummingbird
import MartletCore
import MartletService

/// A request of somebody who was let in, to one environment.
struct Visit: Sendable {
    /// How somebody got in.
    enum Entrance: Sendable {
        /// By signing in; the text is what proves the session.
        case session(Session, text: String)
        /// By a link to an application's portal, which proves itself.
        case portal(PortalPass, token: String)
    }

    let request: Request
    let parameters: Parameters
    let kit: DashboardKit
    let entrance: Entrance
    let environment: MartletCore.Environment
    let principal: Principal
    let query: Query

    var context: ServiceContext { kit.context }
    var now: Timestamp { kit.now }

    var session: Session? { if case .session(let session, _) = entrance { session } else { nil } }

    /// The link that opened a portal; `nil` in the dashboard.
    var pass: PortalPass? { if case .portal(let pass, _) = entrance { pass } else { nil } }

    /// What forms carry as a proof that they are ours.
    var formToken: String {
        switch entrance {
        case .session(_, let text): Gate.token(for: text)
        case .portal(_, let token): Gate.token(for: token)
        }
    }

    /// Where the pages are that this visitor may go to.
    var base: String {
        switch entrance {
        case .session: "\(Dashboard.path)/\(environment.name)"
        case .portal(_, let token): PortalAddress.path(token)
        }
    }

    /// The path of one of those pages: `/dashboard/live/events`.
    func path(_ parts: String...) -> String {
        parts.reduce(base) { $0 + "/" + PercentEncoding.encode($1) }
    }

    /// Where to go on after something was done: to the page that a form names, or to another one.
    func next(_ form: Query, otherwise path: String, _ notice: Notice) -> String {
        let next = LocalPath.checked(form["next"], within: base).map { String($0.prefix { $0 != "?" && $0 != "#" }) }
        return "\(next ?? path)?notice=\(notice.rawValue)"
    }

    func may(_ permission: Permission) -> Bool { permission.roles.contains(principal.role) }

    /// The id in the path; what is no id of this kind names nothing.
    func id<Kind: IdentifierKind>(_ type: Identifier<Kind>.Type, _ what: String) throws(ServiceError) -> Identifier<
        Kind
    > {
        guard let id = Identifier<Kind>(name) else { throw .notFound(what) }
        return id
    }

    /// The name in the path.
    var name: String { parameters.get("id").flatMap { PercentEncoding.decode($0) } ?? "" }
}
