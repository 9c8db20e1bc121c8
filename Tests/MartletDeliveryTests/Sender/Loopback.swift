import NIOCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What this machine's loopback interface can do.
enum Loopback {
    static let hasIPv6: Bool = {
        let socket = socket(AF_INET6, streamType, 0)
        defer { close(socket) }
        guard let address = try? SocketAddress(ipAddress: "::1", port: 0) else { return false }
        return address.withSockAddr { bind(socket, $0, socklen_t($1)) } == 0
    }()

    /// The socket option that turns closing into a reset.
    static let resetsOnClose = linger(l_onoff: 1, l_linger: 0)

    /// A port that swallows connections: it listens, and its queue is full, so that the kernel answers no more.
    final class Blackhole {
        let port: Int
        private var sockets: [CInt] = []

        init() throws {
            let listener = socket(AF_INET, streamType, 0)
            let any = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
            _ = any.withSockAddr { bind(listener, $0, socklen_t($1)) }
            listen(listener, 0)
            var storage = [UInt8](repeating: 0, count: 128)
            var length = socklen_t(storage.count)
            storage.withUnsafeMutableBytes { bytes in
                // The buffer is larger than any socket address, and aligned as the allocator aligns.
                _ = bytes.withMemoryRebound(to: sockaddr.self) { getsockname(listener, $0.baseAddress, &length) }
            }
            // Port and family stand first in every family's address, the port in network order.
            port = Int(storage[2]) << 8 | Int(storage[3])
            sockets = [listener]
            let address = try SocketAddress(ipAddress: "127.0.0.1", port: port)
            for _ in 0..<4 {
                let filler = socket(AF_INET, streamType, 0)
                _ = fcntl(filler, F_SETFL, O_NONBLOCK)
                _ = address.withSockAddr { connect(filler, $0, socklen_t($1)) }
                sockets.append(filler)
            }
        }

        deinit {
            for socket in sockets { close(socket) }
        }
    }

    #if canImport(Glibc)
    private static let streamType = CInt(SOCK_STREAM.rawValue)
    #else
    private static let streamType = SOCK_STREAM
    #endif
}
