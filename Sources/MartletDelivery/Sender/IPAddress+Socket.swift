import MartletCore
import NIOCore

extension IPAddress {
    /// The socket address to dial: these bits, and no text that a resolver could read another way.
    func socketAddress(port: UInt16) throws -> SocketAddress {
        try SocketAddress(packedIPAddress: ByteBuffer(bytes: bytes), port: Int(port))
    }
}
