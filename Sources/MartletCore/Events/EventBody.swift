/// The bytes of an event as they are stored, signed and sent; never changed once accepted.
public struct EventBody: Sendable, Hashable {
    /// The whole envelope.
    public let bytes: [UInt8]
    /// Where in ``bytes`` the payload stands: what a profile with the envelope `data` sends.
    public let data: Range<Int>

    public init(bytes: [UInt8], data: Range<Int>) {
        self.bytes = bytes
        self.data = data
    }

    /// The bytes that a delivery under `envelope` carries.
    public func slice(_ envelope: Profile.Envelope) -> ArraySlice<UInt8> {
        switch envelope {
        case .event: bytes[...]
        case .data: bytes[data]
        }
    }
}
