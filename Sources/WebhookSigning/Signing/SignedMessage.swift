/// What a signature is computed over, in the order it is hashed. The body is where it was received, so that it is never
/// copied to be verified, and apart from the rest, so that it can be spelt anew.
struct SignedMessage {
    var head: [UInt8] = []
    /// Empty where the body is not under the signature.
    var body = UnsafeRawBufferPointer(start: nil, count: 0)
    var tail: [UInt8] = []

    /// All of it in one piece.
    var bytes: [UInt8] { head + body + tail }
}
