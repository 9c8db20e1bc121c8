import HTTPTypes
import Hummingbird
import MartletCore

/// Bounds the memory that requests' bodies take all together: a request whose body does not fit any more is asked to come
/// again before a byte of it is read.
struct BodyBudget: RouterMiddleware {
    let bytes: BodyBytes
    /// What a body of unknown length counts for, by whether it is a batch.
    let unknown: (batch: Int, other: Int)

    /// The most that any source takes of a request, in bytes.
    static let largestInbound = SourceLimits.largestBodySize

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let wanted = size(of: request)
        guard wanted > 0 else { return try await next(request, context) }
        guard bytes.take(wanted) else {
            throw Problem(
                .serviceUnavailable, "overloaded",
                "The bodies of the requests under way take all the memory that they may. Try again.",
                headers: [.retryAfter: "1"])
        }
        defer { bytes.giveBack(wanted) }
        return try await next(request, context)
    }

    /// What a body takes: what it says, or the most that its route reads of it.
    private func size(of request: Request) -> Int {
        let path = request.uri.path
        let most =
            path.hasSuffix("/batch")
            ? unknown.batch : path.hasPrefix(InboundRoutes.root) ? min(Self.largestInbound, bytes.most) : unknown.other
        if let length = request.headers[.contentLength].flatMap({ Int($0) }) { return max(0, min(length, most)) }
        return request.headers[.transferEncoding] == nil ? 0 : most
    }
}
