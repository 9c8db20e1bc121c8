/// Writes ASCII into memory that was reserved for exactly what is to come, so that a header value is one allocation.
struct ASCIIWriter {
    private let base: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private(set) var count = 0

    /// - Parameter buffer: Uninitialised memory, never empty.
    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
        guard let base = buffer.baseAddress else { preconditionFailure("There is nothing to write into.") }
        self.base = base
        self.capacity = buffer.count
    }

    mutating func append(_ byte: UInt8) {
        precondition(count < capacity)
        (base + count).initialize(to: byte)
        count += 1
    }

    mutating func append(_ text: String) {
        let room = UnsafeMutableBufferPointer(start: base + count, count: capacity - count)
        let (rest, end) = room.initialize(from: text.utf8)
        precondition(rest.isFullyConsumed)
        count += end
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer, as encoding: SignatureEncoding) {
        precondition(encoding.characterCount(forByteCount: bytes.count) <= capacity - count)
        switch encoding {
        case .hex: count += Hex.encode(bytes, to: base + count)
        case .base64: count += Base64.encode(bytes, to: base + count)
        }
    }
}

extension IteratorProtocol {
    fileprivate var isFullyConsumed: Bool {
        var copy = self
        return copy.next() == nil
    }
}
