import Hummingbird

/// Hands requests for pages to the site before a route of the API is looked for.
struct SiteMiddleware: RouterMiddleware {
    let site: Site

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        guard site.takes(request.uri.path) else { return try await next(request, context) }
        return try await site.respond(request)
    }
}
