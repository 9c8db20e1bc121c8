import HTTPTypes
import Hummingbird
import Logging
import MartletCore
import MartletService
import NIOHTTP1

/// Turns every error of a route into a problem, so that a client always gets one and never a bare status.
struct ProblemMiddleware: RouterMiddleware {
    let log: Logger
    let patterns: RoutePatterns

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPParserError {
            // Not for an answer here: the connection's bytes make no sense from here on. See ``ConnectionRules``.
            throw error
        } catch {
            let response = answer(to: error, request)
            return request.method == .head ? response.createHeadResponse() : response
        }
    }

    private func answer(to error: any Error, _ request: Request) -> Response {
        switch error {
        case let problem as Problem: return problem.response
        case let error as ServiceError: return Problem(error).response
        case let rejection as PayloadRejection: return Problem(rejection).response
        case let error as HTTPError where error.status == .notFound: return unrouted(request)
        case let error as HTTPError:
            return Problem(error.status, "http_error", error.body ?? error.status.reasonPhrase).response
        case is CancellationError:
            return Problem(
                .serviceUnavailable, "stopping", "The service is stopping. Try again.", headers: [.retryAfter: "1"]
            ).response
        default:
            log.error(
                "a request failed for a reason that nobody foresaw",
                metadata: ["method": "\(request.method)", "path": "\(request.uri.path)", "error": "\(error)"])
            return Problem(
                .internalServerError, "internal_error",
                "The service made a mistake; the operator's log has it. Nothing is known to have changed."
            ).response
        }
    }

    /// The answer where no route takes the request: 404 where there is nothing, 405 where there is but for other
    /// methods.
    private func unrouted(_ request: Request) -> Response {
        let path = request.uri.path
        guard let methods = patterns.methods(at: path) else {
            return Problem(
                .notFound, "no_such_route",
                "There is nothing at \(path.prefix(200)). GET /openapi.json lists what there is."
            ).response
        }
        guard request.method != .options else {
            return Response(status: .noContent, headers: [.allow: methods])
        }
        return Problem(
            .methodNotAllowed, "method_not_allowed",
            "\(path.prefix(200)) does not take \(request.method.rawValue.prefix(50)). It takes \(methods).",
            headers: [.allow: methods]
        ).response
    }
}
