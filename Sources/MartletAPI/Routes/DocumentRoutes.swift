import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import NIOCore

/// `/openapi.json`: the API described by itself, for programs that read OpenAPI 3.1.
struct DocumentRoutes: RouteGroup {
    private let described: [Operation]
    private let limits: ServiceLimits
    private let version: String

    init(describing operations: [Operation], limits: ServiceLimits, version: String) {
        described = operations
        self.limits = limits
        self.version = version
    }

    var operations: [Operation] {
        let own = Operation(
            open: "/openapi.json", "getOpenAPI", "This document",
            detail: "It changes with the service's version only: `ETag` and `If-None-Match` save sending it again.",
            answer: Answer(status: .ok, content: .document, detail: "OpenAPI 3.1 of all operations.")
        ) { _, _ in Response(status: .internalServerError) }
        var served = own
        let document = OpenAPIDocument(operations: described + [own], limits: limits, version: version).bytes
        let tag = Self.tag(of: document)
        served.access = .open { request, _ in
            var headers: HTTPFields = [.eTag: tag, .cacheControl: "public, max-age=300"]
            if request.headers[values: .ifNoneMatch].contains(where: { Self.matches($0, tag) }) {
                return Response(status: .notModified, headers: headers)
            }
            headers[.contentType] = "application/json"
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: document)))
        }
        return [served]
    }

    /// RFC 9110, section 13.1.2: a list of entity tags, compared weakly, or `*`.
    private static func matches(_ header: String, _ tag: String) -> Bool {
        header.split(separator: ",").contains { candidate in
            let candidate = candidate.drop { $0 == " " }.prefix { $0 != " " }
            return candidate == "*" || candidate == tag || candidate == "W/\(tag)"
        }
    }

    /// FNV-1a of the bytes: a document is told from the one before, nobody is kept from forging one.
    private static func tag(of bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return "\"\(String(hash, radix: 16))\""
    }
}
