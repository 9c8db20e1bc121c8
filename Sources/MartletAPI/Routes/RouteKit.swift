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
    let caller: Caller
    let idempotency: IdempotencyService

    init(_ services: ServiceContext) {
        self.services = services
        caller = Caller(keys: KeyService(services))
        idempotency = IdempotencyService(services)
    }

    var limits: ServiceLimits { services.limits }

    /// A POST that creates or changes something. Where it carries an `Idempotency-Key`, the same request again gets the
    /// first one's answer.
    func post(
        _ request: Request, _ carryOut: (inout FieldReader, Principal) async throws -> JSONAnswer
    ) async throws -> Response {
        let principal = try caller.principal(of: request)
        var query = QueryReader(request)
        try query.finish()
        let body = try await request.bytes(upTo: limits.requestBytes)
        guard let stamp = try stamp(request, body, principal) else {
            var reader = try FieldReader(body)
            return try await carryOut(&reader, principal).response
        }
        if let kept = try await idempotency.begin(stamp) { return try JSONAnswer(kept: kept).response }
        do {
            var reader = try FieldReader(body)
            let answer = try await carryOut(&reader, principal)
            await idempotency.finish(stamp, answer: answer.kept)
            return answer.response
        } catch {
            await idempotency.abandon(stamp)
            throw error
        }
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
        var reader = QueryReader(request)
        let value = try read(&reader)
        try reader.finish()
        return value
    }

    /// A request without query parameters, and who sent it.
    func plain(_ request: Request) throws -> Principal {
        let principal = try caller.principal(of: request)
        var reader = QueryReader(request)
        try reader.finish()
        return principal
    }
}

extension APIContext {
    /// The id in the path; what is no id of this kind names nothing.
    func id<Kind: IdentifierKind>(_ type: Identifier<Kind>.Type, _ what: String) throws -> Identifier<Kind> {
        guard let id = parameters.get("id").flatMap({ Identifier<Kind>(String($0)) }) else {
            throw ServiceError.notFound(what)
        }
        return id
    }

    /// The name in the path.
    var name: String { parameters.get("id").map { String($0).removingPercentEncodingOrSelf } ?? "" }
}

extension String {
    fileprivate var removingPercentEncodingOrSelf: String {
        guard utf8.contains(UInt8(ascii: "%")) else { return self }
        var bytes: [UInt8] = []
        var rest = Array(utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
