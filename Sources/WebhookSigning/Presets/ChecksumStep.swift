/// A checksum in the payload. Anybody can compute it: it shows that the payload arrived whole, never who sent it.
public struct ChecksumStep: Sendable, Hashable {
    /// What makes the checksum.
    public var hash: HMACHash
    /// The string that has it.
    public var pointer: JSONPointer
    /// How its bytes are written.
    public var encoding: SignatureEncoding
    /// What it is computed over.
    public var content: [ContentPart]

    /// Describes a checksum.
    public init(_ hash: HMACHash, at pointer: JSONPointer, _ encoding: SignatureEncoding, over content: [ContentPart]) {
        self.hash = hash
        self.pointer = pointer
        self.encoding = encoding
        self.content = content
    }
}
