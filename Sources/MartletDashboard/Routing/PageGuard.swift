import HTTPTypes
import Hummingbird
import Logging
import MartletCore
import MartletService

/// Puts the headers on every answer that keep pages from being misused, and turns errors into pages.
struct PageGuard: RouterMiddleware {
    let kit: DashboardKit

    func handle(
        _ request: Request, context: PageContext, next: (Request, PageContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = answer(to: error, request)
        }
        let portal = PortalAddress(of: request)
        if response.headers[.contentSecurityPolicy] == nil {
            let pages = portal?.look(kit.context).environment?.pages
            (pages.map { PagePolicy($0, isFramed: true) } ?? PagePolicy()).apply(to: &response)
        }
        response.headers[.xContentTypeOptions] = "nosniff"
        if portal != nil {
            // The address lets in whoever has it: no other site and no cache is to keep it.
            response.headers[values: .referrerPolicy] = ["no-referrer"]
            response.headers[.cacheControl] = "no-store"
        } else {
            response.headers[values: .referrerPolicy] = ["same-origin"]
        }
        response.headers[values: .openerPolicy] = ["same-origin"]
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(to error: any Error, _ request: Request) -> Response {
        switch error {
        case let error as ServiceError: return Layout.plain(error, kit, request)
        case let error as HTTPError where error.status == .notFound:
            return Layout.plain(ServiceError.notFound("page"), kit, request)
        case let error as HTTPError where error.status == .contentTooLarge:
            return Layout.plain(
                ServiceError(.tooLarge, "too_large", "That is more than a form may send."), kit, request)
        case is CancellationError:
            return Layout.plain(
                ServiceError(.unavailable, "stopping", "The service is stopping. Try again in a moment."), kit, request)
        default:
            kit.log.error(
                "a page failed for a reason that nobody foresaw",
                metadata: [
                    "path": "\(PortalAddress(of: request) == nil ? request.uri.path : PortalAddress.root)",
                    "error": "\(error)",
                ])
            return Layout.plain(
                ServiceError(.unavailable, "internal_error", "The service made a mistake; the operator's log has it."),
                kit, request)
        }
    }
}

extension HTTPField.Name {
    static let referrerPolicy = name("Referrer-Policy")
    static let frameOptions = name("X-Frame-Options")
    static let openerPolicy = name("Cross-Origin-Opener-Policy")
    static let fetchSite = name("Sec-Fetch-Site")

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is a token") }
        return name
    }
}
