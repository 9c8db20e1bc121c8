import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import MartletStore
import NIOCore

typealias APIRouter = Hummingbird.Router<APIContext>

/// What every group of routes works with.
struct RouteKit: Sendable {
    let services: ServiceContext
    let idempotency: IdempotencyService

    init(_ services: ServiceContext) {
        self.services = services
        idempotency = IdempotencyService(services)
    }

    var limits: ServiceLimits { services.limits }

    /// The URL that the service is reached by, without a slash at its end: as it was told, else as this request did.
    func publicURL(of request: Request) -> String { services.publicURL(host: request.head.authority) }

    /// A POST that creates or changes something. Where it carries an `Idempotency-Key`, the same request again gets the
    /// first one's answer.
    func post(
        _ request: Request, _ principal: Principal, _ carryOut: (inout FieldReader) async throws -> JSONAnswer
    ) async throws -> Response {
        try noQuery(request)
        let body = try await request.bytes(upTo: limits.requestBytes)
        guard let stamp = try stamp(request, body, principal) else {
            var reader = try FieldReader(body)
            return try await carryOut(&reader).response
        }
        if let kept = try await idempotency.begin(stamp) {
            return try JSONAnswer(kept: kept).response.replayed
        }
        do {
            var reader = try FieldReader(body)
            let answer = try await carryOut(&reader)
            await idempotency.finish(stamp, answer: answer.kept)
            return answer.response
        } catch {
            await idempotency.abandon(stamp)
            throw error
        }
    }

    /// The JSON object that a PATCH carries, ready to be read field by field.
    func object(_ request: Request) async throws -> FieldReader {
        try noQuery(request)
        return try await FieldReader(request.bytes(upTo: limits.requestBytes))
    }

    /// The stamp of a request that carries an `Idempotency-Key`.
    func stamp(_ request: Request, _ body: ByteBuffer, _ principal: Principal) throws -> IdempotencyStamp? {
        guard let name = HTTPField.Name("Idempotency-Key"), let key = request.headers[name] else { return nil }
        return try body.withUnsafeReadableBytes { bytes in
            try idempotency.stamp(
                key: key, method: request.method.rawValue, path: request.uri.string, body: bytes, by: principal)
        }
    }

    /// A request whose query is to be read in full.
    func query<Value>(_ request: Request, _ read: (inout QueryReader) throws -> Value) throws -> Value {
        var reader = try QueryReader(request)
        let value = try read(&reader)
        try reader.finish()
        return value
    }

    /// Refuses a query where none is taken.
    func noQuery(_ request: Request) throws {
        guard request.uri.query != nil else { return }
        var reader = try QueryReader(request)
        try reader.finish()
    }
}

extension ServiceContext {
    /// The URL that the service is reached by, without a slash at its end: as it was told, else as a request's `Host` says.
    func publicURL(host: String?) -> String {
        let url = publicURL ?? "http://\(host ?? "localhost")"
        return url.hasSuffix("/") ? String(url.dropLast()) : url
    }
}

extension APIContext {
    /// The id in the path; what is no id of this kind names nothing.
    func id<Kind: IdentifierKind>(_ type: Identifier<Kind>.Type, _ what: String) throws -> Identifier<Kind> {
        guard let id = Identifier<Kind>(name) else { throw ServiceError.notFound(what) }
        return id
    }

    /// The name in the path. What is not percent-encoded UTF-8 names nothing, since nothing has an empty name.
    var name: String { parameters.get("id").flatMap { PercentEncoding.decode($0) } ?? "" }
}
