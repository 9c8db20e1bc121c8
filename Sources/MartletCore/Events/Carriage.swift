/// What goes along with the payload of an event that came in by a source: where it came from, and the headers that its
/// deliveries carry on. It stands in ``EventBody/bytes`` in front of the payload, where a published event has its
/// envelope's beginning, so that a published event pays nothing for it.
public struct Carriage: Sendable, Hashable {
    public let source: SourceID
    public let request: RequestID
    /// The sender's content type, where it named one, and then the headers that the source keeps.
    public let headers: [HeaderField]

    public init(source: SourceID, request: RequestID, headers: [HeaderField]) {
        self.source = source
        self.request = request
        self.headers = headers
    }

    /// The media type that the sender gave the payload, as it wrote it; `nil` where it gave none.
    public var contentType: String? {
        headers.first { $0.name.utf8.elementsEqual(Self.contentTypeName.utf8) }?.value
    }

    /// How the name of the content type is spelt among ``headers``.
    public static let contentTypeName = "content-type"
}

extension EventBody {
    /// No JSON text begins with it (RFC 8259 section 2), and so no envelope.
    private static let mark: UInt8 = 0

    /// The body of an event that came in by a source: the payload as it came, byte for byte, and what goes along with it.
    ///
    /// - Parameter payload: of any kind; may be empty.
    public init(carrying payload: [UInt8], with carriage: Carriage) {
        var bytes: [UInt8] = [Self.mark]
        bytes.reserveCapacity(
            payload.count + 64
                + carriage.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 8 })
        for half in [carriage.source.high, carriage.source.low, carriage.request.high, carriage.request.low] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: half >> shift))
            }
        }
        for header in carriage.headers {
            Self.append(header.name, to: &bytes)
            Self.append(header.value, to: &bytes)
        }
        let start = bytes.count
        bytes.append(contentsOf: payload)
        self.init(bytes: bytes, data: start..<bytes.count)
    }

    /// Whether the event came in by a source.
    public var isCarried: Bool { bytes.first == Self.mark }

    /// The source that the event came in by; `nil` for published events, and once the payload has been dropped.
    public var source: SourceID? {
        guard isCarried, data.lowerBound >= Self.fixedSize, data.upperBound <= bytes.count else { return nil }
        return SourceID(high: half(1), low: half(9))
    }

    /// The mark and both ids.
    private static let fixedSize = 33

    private func half(_ start: Int) -> UInt64 { bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }

    /// What goes along with the payload; `nil` for published events.
    public var carriage: Carriage? {
        guard let source else { return nil }
        var headers: [HeaderField] = []
        var rest = bytes[Self.fixedSize..<data.lowerBound]
        while !rest.isEmpty {
            guard let name = Self.nextText(of: &rest), let value = Self.nextText(of: &rest) else { return nil }
            headers.append(HeaderField(name: name, value: value))
        }
        return Carriage(
            source: source, request: RequestID(high: half(17), low: half(25)), headers: headers)
    }

    // Four bytes of length, the most significant first, then the UTF-8.
    private static func append(_ text: String, to bytes: inout [UInt8]) {
        let length = UInt32(truncatingIfNeeded: text.utf8.count)
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: length >> shift))
        }
        bytes.append(contentsOf: text.utf8)
    }

    private static func nextText(of bytes: inout ArraySlice<UInt8>) -> String? {
        guard bytes.count >= 4 else { return nil }
        let length = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        bytes = bytes.dropFirst(4)
        guard length <= bytes.count else { return nil }
        defer { bytes = bytes.dropFirst(length) }
        return String(decoding: bytes.prefix(length), as: UTF8.self)
    }
}
