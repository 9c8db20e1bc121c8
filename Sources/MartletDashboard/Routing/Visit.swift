import Hummingbird
import MartletCore
import MartletService

/// A request of somebody who has signed in, in one environment.
struct Visit: Sendable {
    let request: Request
    let parameters: Parameters
    let kit: DashboardKit
    let session: Session
    /// The text that proves the session; what its forms are signed with.
    let sessionText: String
    let environment: MartletCore.Environment
    let principal: Principal
    let query: Query

    var context: ServiceContext { kit.context }
    var now: Timestamp { kit.now }

    /// Where the environment's pages are.
    var base: String { "\(Dashboard.path)/\(environment.name)" }

    /// The path of one of the environment's pages: `/dashboard/live/events`.
    func path(_ parts: String...) -> String {
        parts.reduce(base) { $0 + "/" + PercentEncoding.encode($1) }
    }

    /// Where to go on after something was done: to the page that a form names, or to another one.
    func next(_ form: Query, otherwise path: String, _ notice: Notice) -> String {
        "\(SignInScreen.safe(form["next"]).map { String($0.prefix { $0 != "?" && $0 != "#" }) } ?? path)?notice=\(notice.rawValue)"
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
