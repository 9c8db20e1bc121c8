import HummingbirdCore
import MartletCore
import MartletService

/// The address of a page of a portal. What stands in it is all that one needs to get in: no cookie has a part in it, so
/// that a page may be framed by another site, and nothing that another site's page sends arrives with a right of its own.
struct PortalAddress: Sendable {
    /// Where portals are, before their tokens.
    static let root = "/portal"

    let token: String

    /// The portal that a request's path leads into; `nil` where it leads elsewhere.
    init?(of request: Request) {
        let path = request.uri.path
        guard path == Self.root || path.hasPrefix(Self.root + "/") else { return nil }
        token = String(path.dropFirst(Self.root.count + 1).prefix { $0 != "/" })
    }

    /// The path of the portal that a token opens.
    static func path(_ token: String) -> String { "\(root)/\(token)" }

    /// What the token is, and the environment whose portal it opens or opened.
    func look(
        _ context: ServiceContext
    ) -> (presented: PortalService.Presented, environment: MartletCore.Environment?) {
        let presented = PortalService(context).present(token)
        switch presented {
        case .open(let pass), .ended(let pass): return (presented, context.directory.environment(pass.environment))
        case .unknown: return (presented, nil)
        }
    }
}
