import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import NIOCore

/// A refusal as an API client sees it: `application/problem+json` (RFC 9457), with a stable code.
struct Problem: Error {
    var status: HTTPResponse.Status
    var code: String
    var detail: String
    var fields: [ServiceError.Field] = []
    var headers: HTTPFields = [:]
    /// Writes what this problem says beside (RFC 9457, section 3.2).
    var members: (@Sendable (inout JSONWriter) -> Void)?

    init(
        _ status: HTTPResponse.Status, _ code: String, _ detail: String, fields: [ServiceError.Field] = [],
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.fields = fields
        self.headers = headers
    }

    init(_ error: ServiceError) {
        let status: HTTPResponse.Status =
            switch error.kind {
            case .invalid: .unprocessableContent
            case .unauthenticated: .unauthorized
            case .forbidden: .forbidden
            case .notFound: .notFound
            case .conflict: .conflict
            case .tooLarge: .contentTooLarge
            case .limited: .tooManyRequests
            case .unavailable: .serviceUnavailable
            }
        self.init(status, error.code, error.detail, fields: error.fields)
        if error.kind == .unauthenticated { headers[.wwwAuthenticate] = "Bearer" }
        if let retryAfter = error.retryAfter {
            headers[.retryAfter] = String(max(1, (retryAfter.wholeMilliseconds + 999) / 1000))
        }
    }

    /// A payload that cannot be carried: 400 where it is not JSON at all, 422 where it is.
    init(_ rejection: PayloadRejection) {
        switch rejection.code {
        case .notJSON, .byteOrderMark, .invalidUTF8:
            self.init(
                .badRequest, rejection.code.rawValue,
                "The body is not JSON. \(rejection.message)",
                fields: [.init(rejection.path, rejection.message)])
        default:
            self.init(
                .unprocessableContent, rejection.code.rawValue, rejection.description,
                fields: [.init(rejection.path, rejection.message)])
        }
    }

    /// Writes the problem as the members of a JSON object that stands open.
    func write(to writer: inout JSONWriter) {
        writer.field("type", "urn:martlet:problem:\(code)")
        writer.field("title", status.reasonPhrase)
        writer.field("status", status.code)
        writer.field("code", code)
        writer.field("detail", detail)
        writer.array("errors") { writer in
            for field in fields {
                writer.object { writer in
                    writer.field("field", field.field)
                    writer.field("message", field.message)
                }
            }
        }
    }

    /// The problem's JSON.
    var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            write(to: &writer)
            members?(&writer)
        }
        return writer.bytes
    }

    var response: Response {
        var headers = headers
        headers[.contentType] = "application/problem+json"
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
