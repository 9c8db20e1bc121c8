import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// `/v1/applications/{id}/portal`: docs/api.md. Links for an application's own people.
struct PortalRoutes: RouteGroup {
    let kit: RouteKit
    let portals: PortalService

    init(_ kit: RouteKit) {
        self.kit = kit
        portals = PortalService(kit.services)
    }

    var operations: [Operation] {
        [
            Operation(
                .post, "/v1/applications/{id}/portal", "openPortal", "Make a link to an application's portal",
                detail:
                    "Whoever has the link sees and changes everything about this application and nothing else, until "
                    + "it expires or is withdrawn. Nothing is kept of it: make one whenever a customer wants in.",
                .changeApplications,
                body: .json("NewPortalLink", isRequired: false, example: #"{"expires_in":"1h"}"#),
                answer: .one("PortalLink", "The link. It is shown here and nowhere else.", status: .created), open),
            Operation(
                .delete, "/v1/applications/{id}/portal", "withdrawPortal", "Withdraw links to an application's portal",
                detail: "At once, whoever is looking at it: all that were made so far, or the one that `link` names.",
                .changeApplications,
                query: [QueryParameter("link", "The id of one link; without it, all of them.")], answer: .deleted,
                conflicts: ["too_many_withdrawals"], withdraw),
        ]
    }

    private func open(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let name = context.name
        return try await kit.post(request, principal) { reader in
            let lifetime = reader.duration("expires_in")
            try reader.finish()
            let link = try portals.open(name, lifetime: lifetime, by: principal)
            return .json(.created) { writer in
                writer.object { writer in
                    writer.field("id", link.pass.link.description)
                    writer.field("application", link.pass.application.description)
                    writer.field("url", kit.publicURL(of: request) + "/portal/\(link.token)")
                    writer.field("expires_at", link.pass.expiresAt)
                }
            }
        }
    }

    private func withdraw(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let link = try kit.query(request) { $0.string("link") }
        try await portals.withdraw(context.name, link: link, by: principal)
        return .noContent
    }
}
