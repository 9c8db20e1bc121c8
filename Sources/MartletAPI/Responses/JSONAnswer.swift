import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import NIOCore

/// An answer of JSON that can be kept, for the same request sent again.
struct JSONAnswer {
    var status: HTTPResponse.Status
    var location: String?
    var bytes: [UInt8]

    /// An answer that `body` writes.
    static func json(
        _ status: HTTPResponse.Status = .ok, location: String? = nil, capacity: Int = 1024,
        _ body: (inout JSONWriter) -> Void
    ) -> JSONAnswer {
        var writer = JSONWriter(capacity: capacity)
        body(&writer)
        return JSONAnswer(status: status, location: location, bytes: writer.bytes)
    }

    /// An answer of one thing.
    static func json(_ status: HTTPResponse.Status = .ok, location: String? = nil, of value: some Wire) -> JSONAnswer {
        json(status, location: location) { value.write(to: &$0) }
    }

    var response: Response {
        var headers = HTTPFields()
        headers[.contentType] = "application/json"
        // Answers may hold secrets, and change from one moment to the next.
        headers[.cacheControl] = "no-store"
        if let location { headers[.location] = location }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    // MARK: Kept

    /// As it is kept: three digits of status, the location in a line, the body.
    var kept: [UInt8] { Array("\(status.code)\(location ?? "")\n".utf8) + bytes }

    /// Reads what was kept.
    init(kept: [UInt8]) throws(ServiceError) {
        guard let end = kept.firstIndex(of: UInt8(ascii: "\n")), end >= 3,
            let status = Int(String(decoding: kept[..<3], as: UTF8.self))
        else {
            throw ServiceError(
                .unavailable, "store_corrupt", "The answer that was kept cannot be read.", retryAfter: .seconds(60))
        }
        let location = String(decoding: kept[3..<end], as: UTF8.self)
        self.init(
            status: HTTPResponse.Status(code: status), location: location.isEmpty ? nil : location,
            bytes: Array(kept[(end + 1)...]))
    }

    init(status: HTTPResponse.Status, location: String?, bytes: [UInt8]) {
        self.status = status
        self.location = location
        self.bytes = bytes
    }
}
