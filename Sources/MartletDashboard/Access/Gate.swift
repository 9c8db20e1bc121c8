import Crypto
import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import NIOCore

/// Lets people in: finds out who has signed in and where, and that a form was ours.
struct Gate: Sendable {
    let kit: DashboardKit

    enum Admission {
        case visit(Visit)
        /// To the page where one signs in.
        case away(Response)
    }

    /// Whoever asks for a page, by the way that it was asked for.
    func admit(_ request: Request, _ context: PageContext, to place: PageRoutes.Place) async throws -> Admission {
        switch place {
        case .dashboard: try await admit(request, context)
        case .portal: try admitToPortal(request, context)
        }
    }

    /// Somebody with a link to an application's portal.
    private func admitToPortal(_ request: Request, _ context: PageContext) throws -> Admission {
        guard let address = PortalAddress(of: request),
            case (let presented, let environment?) = address.look(kit.context)
        else { throw ServiceError.notFound("page") }
        guard case .open(let pass) = presented else {
            return .away(PortalLayout.ended(environment, kit, request))
        }
        return .visit(
            Visit(
                request: request, parameters: context.parameters, kit: kit,
                entrance: .portal(pass, token: address.token), environment: environment, principal: pass.principal,
                query: Query(request.uri.query ?? "")))
    }

    /// Somebody who has signed in, in the environment that the path names. An environment that the session does not
    /// reach is not there.
    private func admit(_ request: Request, _ context: PageContext) async throws -> Admission {
        guard let (session, text) = try await session(of: request) else {
            guard request.method == .get || request.method == .head else { throw Self.signedOut }
            return .away(.seeOther(SignInScreen.path(next: request.uri.string)))
        }
        let name = context.parameters.get("environment").flatMap { PercentEncoding.decode($0) } ?? ""
        guard let environment = kit.context.directory.environment(named: name),
            let principal = kit.sessions.principal(of: session, in: environment.id)
        else {
            // All of the keys that it was opened with are gone.
            if kit.sessions.environments(of: session).isEmpty {
                return .away(.seeOther(SignInScreen.path(next: request.uri.string)))
            }
            throw ServiceError.notFound("page")
        }
        return .visit(
            Visit(
                request: request, parameters: context.parameters, kit: kit,
                entrance: .session(session, text: text), environment: environment, principal: principal,
                query: Query(request.uri.query ?? "")))
    }

    /// The session that a request's cookie proves.
    func session(of request: Request) async throws(ServiceError) -> (Session, text: String)? {
        guard let text = Cookies.value(of: cookieName, in: request),
            let session = try await kit.sessions.session(presenting: text)
        else { return nil }
        return (session, text)
    }

    /// To a page that is about one environment, from a path that names none: to one where anybody may see it, `live`
    /// first, else to one that the reader's session reaches.
    func direct(
        _ request: Request, toEnvironmentUnder path: String, where isPublic: (MartletCore.Environment) -> Bool
    ) async throws(ServiceError) -> Response {
        let open = kit.context.directory.environments.filter(isPublic)
        if let first = open.first(where: { $0.name == "live" }) ?? open.first {
            return .seeOther("\(path)/\(first.name)")
        }
        guard let session = try await session(of: request)?.0,
            let first = kit.sessions.environments(of: session).first
        else { return .seeOther(SignInScreen.path()) }
        return .seeOther("\(path)/\(first.name)")
    }

    // MARK: Forms

    /// The most that a form may send, in bytes: the largest payload, escaped, and what stands around it.
    private var mostBytes: Int { kit.context.limits.eventBytes * 3 + (64 << 10) }

    /// The fields of a form of ours.
    ///
    /// - Throws: where it does not carry the token that this session's forms carry, or comes from another site.
    func form(of request: Request, sessionText: String) async throws -> Query {
        let form = try await fields(of: request)
        guard let token = form["csrf"], token == Self.token(for: sessionText) else { throw Self.foreign }
        return form
    }

    /// The fields of a form on one of our pages.
    func form(of visit: Visit) async throws -> Query {
        switch visit.entrance {
        case .session(_, let text): return try await form(of: visit.request, sessionText: text)
        case .portal:
            // Where a form comes from is not to be seen: portals tell nobody their addresses, so browsers send no origin.
            // It says something that only the portal's own pages say.
            let form = try await content(of: visit.request)
            guard form["csrf"] == visit.formToken else { throw Self.foreign }
            return form
        }
    }

    /// The fields of a form, which has to come from this very site, as far as browsers tell.
    func fields(of request: Request) async throws -> Query {
        if let site = request.headers[.fetchSite], site != "same-origin", site != "none" { throw Self.foreign }
        if let origin = request.headers[.origin] {
            let host = origin.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
            let isOurs = host == request.head.authority ?? "" || kit.configuration.publicURL == origin
            guard isOurs else { throw Self.foreign }
        }
        return try await content(of: request)
    }

    private func content(of request: Request) async throws -> Query {
        let type = request.headers[.contentType]?.prefix { $0 != ";" }.lowercased()
        guard type == "application/x-www-form-urlencoded" || type == nil else {
            throw ServiceError(.invalid, "unsupported_media_type", "A form was expected.")
        }
        return Query(String(buffer: try await request.body.collect(upTo: mostBytes)))
    }

    /// What a session's forms carry: made from the session's own text, so that nothing has to be kept, and of no use to
    /// whoever reads it in a page.
    static func token(for sessionText: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("form".utf8), using: SymmetricKey(data: Array(sessionText.utf8)))
        return code.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private static let foreign = ServiceError(
        .forbidden, "foreign_form",
        "This form was not sent from a page of this session, so nothing was changed. Go back, reload the page and try again."
    )
    private static let signedOut = ServiceError(
        .forbidden, "signed_out", "You are no longer signed in, so nothing was changed. Sign in and try again.")

    // MARK: Cookies

    /// With `__Host-`, browsers take it over TLS alone and from this very host (RFC 6265bis, section 4.1.3.2).
    var cookieName: String { kit.isSecure ? "__Host-martlet_session" : "martlet_session" }

    /// What sets the session's cookie, or with `nil` removes it.
    func cookie(_ text: String?) -> String {
        Cookies.setting(
            cookieName, to: text ?? "", lifetime: text == nil ? .zero : SessionService.lifetime, isSecure: kit.isSecure)
    }
}
