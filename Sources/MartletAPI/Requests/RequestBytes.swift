import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import NIOCore

extension Request {
    /// The body, read to at most `limit` bytes.
    ///
    /// - Parameter types: the media types that are understood here; a request without a type is taken at its word.
    func bytes(upTo limit: Int, types: [String] = ["application/json"]) async throws -> ByteBuffer {
        if let media = mediaType, !types.contains(media) {
            throw Problem(
                .unsupportedMediaType, "unsupported_media_type",
                "The body is \(media.prefix(100)); send \(types.joined(separator: " or ")), "
                    + "and say so: `Content-Type: \(types[0])`.")
        }
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw Self.tooLarge(limit) }
        if let encoding = headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw Problem(
                .unsupportedMediaType, "unsupported_encoding", "The body is sent as \(encoding); send it as it is.")
        }
        do {
            return try await body.collect(upTo: limit)
        } catch let error as HTTPError where error.status == .contentTooLarge {
            throw Self.tooLarge(limit)
        } catch is NIOTooManyBytesError {
            throw Self.tooLarge(limit)
        }
    }

    private static func tooLarge(_ limit: Int) -> Problem {
        Problem(.contentTooLarge, "request_too_large", "The body has more than the \(limit) bytes that are taken here.")
    }

    /// The media type of the body in lower case, without its parameters; `nil` where the request does not say.
    var mediaType: String? {
        headers[.contentType].map { type in
            type.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
        }
    }
}
