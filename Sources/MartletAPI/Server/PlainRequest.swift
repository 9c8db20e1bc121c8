import MartletCore
import NIOCore

/// A request that may be answered without the framework: places in the bytes that it came in.
///
/// ``RequestScan`` finds it, and vouches for the bytes between these places.
struct PlainRequest: Equatable {
    enum Purpose: Equatable {
        /// `POST /v1/events`, with where its key stands.
        case publish(authorization: Range<Int>)
        /// A POST to a source, with where its target stands.
        case receive(target: Range<Int>)
    }

    var purpose: Purpose
    /// Where its header fields begin.
    var fieldsStart: Int
    /// How many header fields it has.
    var fieldCount: Int
    /// How many bytes come before its body.
    var headLength: Int
    /// How many bytes its body has.
    var bodyLength: Int

    /// How many bytes it has.
    var length: Int { headLength + bodyLength }

    /// What stands at such a place of the message.
    func text(_ place: Range<Int>, of message: ByteBuffer) -> String {
        message.getString(at: message.readerIndex + place.lowerBound, length: place.count) ?? ""
    }

    /// The message's body.
    func body(of message: ByteBuffer) -> ByteBuffer {
        message.getSlice(at: message.readerIndex + headLength, length: bodyLength) ?? ByteBuffer()
    }

    /// The message's header fields in their order, without the blanks around their values.
    func fields(of message: ByteBuffer) -> [HeaderField] {
        message.withUnsafeReadableBytes { bytes in
            var fields: [HeaderField] = []
            fields.reserveCapacity(fieldCount)
            var at = fieldsStart
            while at < headLength, let colon = bytes[at..<headLength].firstIndex(of: UInt8(ascii: ":")),
                let end = bytes[colon..<headLength].firstIndex(of: UInt8(ascii: "\r"))
            {
                let value = bytes[(colon + 1)..<end].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
                fields.append(
                    HeaderField(
                        name: String(decoding: bytes[at..<colon], as: UTF8.self),
                        value: String(decoding: value, as: UTF8.self)))
                at = end + 2
            }
            return fields
        }
    }
}
