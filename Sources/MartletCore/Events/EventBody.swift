/// The bytes of an event as they are stored, signed and sent; never changed once accepted.
public struct EventBody: Sendable, Hashable {
    /// The whole envelope; of an inbound event, its ``Carriage`` and then its payload.
    public let bytes: [UInt8]
    /// Where in ``bytes`` the payload stands: what a profile with the envelope `data` sends.
    public let data: Range<Int>

    public init(bytes: [UInt8], data: Range<Int>) {
        self.bytes = bytes
        self.data = data
    }

    /// What is left of a body once its payload has been dropped for its age.
    public static let dropped = EventBody(bytes: [], data: 0..<0)

    /// Whether the payload has been dropped for its age. No body has no bytes otherwise.
    public var isDropped: Bool { bytes.isEmpty }

    /// The bytes that a delivery under `envelope` carries: what came in by a source goes out as it came, whatever the envelope.
    public func slice(_ envelope: Profile.Envelope) -> ArraySlice<UInt8> {
        if isCarried { return bytes[data] }
        return switch envelope {
        case .event: bytes[...]
        case .data: bytes[data]
        }
    }
}
