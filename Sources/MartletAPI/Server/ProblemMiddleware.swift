import HTTPTypes
import Hummingbird
import Logging
import MartletCore
import MartletService
import NIOHTTP1

/// Turns every error of a route into a problem, so that a client always gets one and never a bare status.
struct ProblemMiddleware: RouterMiddleware {
    let log: Logger

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return problem.response
        } catch let error as ServiceError {
            return Problem(error).response
        } catch let rejection as PayloadRejection {
            return Problem(rejection).response
        } catch let error as HTTPError {
            return problem(of: error, for: request).response
        } catch let error as HTTPParserError {
            // Not for an answer: the connection's bytes make no sense from here on.
            throw error
        } catch is CancellationError {
            return Problem(.serviceUnavailable, "stopping", "The service is stopping. Try again.", headers: [.retryAfter: "1"])
                .response
        } catch {
            log.error(
                "a request failed for a reason that nobody foresaw",
                metadata: ["method": "\(request.method)", "path": "\(request.uri.path)", "error": "\(error)"])
            return Problem(
                .internalServerError, "internal_error",
                "The service made a mistake; the operator's log has it. Nothing is known to have changed."
            ).response
        }
    }

    private func problem(of error: HTTPError, for request: Request) -> Problem {
        switch error.status {
        case .notFound:
            return Problem(.notFound, "no_such_route", "There is nothing at \(request.method) \(request.uri.path).")
        case .contentTooLarge:
            return Problem(.contentTooLarge, "request_too_large", "The body is larger than is taken here.")
        default:
            return Problem(error.status, "http_error", error.body ?? error.status.reasonPhrase)
        }
    }
}
