import HTTPTypes
import Hummingbird
import Logging
import MartletService

/// Puts the headers on every answer that keep pages from being misused, and turns errors into pages.
struct PageGuard: RouterMiddleware {
    let kit: DashboardKit

    /// Only what is served here may be loaded, run, or sent to; nothing may frame a page. (CSP Level 3.)
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    func handle(
        _ request: Request, context: PageContext, next: (Request, PageContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = answer(to: error, request)
        }
        response.headers[.contentSecurityPolicy] = Self.policy
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[values: .referrerPolicy] = ["same-origin"]
        response.headers[values: .frameOptions] = ["DENY"]
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
                metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
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
