import MartletCore
import NIOCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// One call of `getaddrinfo`, which blocks its thread.
enum SystemLookup {
    /// Every address of `host`, in the order of preference that the system gives them (RFC 6724).
    static func addresses(of host: String) -> Result<[IPAddress], ResolutionFailure> {
        var hints = addrinfo()
        #if canImport(Glibc)
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        #else
        hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let started = NIODeadline.now()
        let status = getaddrinfo(host, nil, &hints, &list)
        guard status == 0 else {
            return .failure(failure(status, host, after: NIODeadline.now() - started))
        }
        defer { freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        var entry = list
        while let current = entry {
            if let address = address(current.pointee), !addresses.contains(address) { addresses.append(address) }
            entry = current.pointee.ai_next
        }
        return .success(addresses)
    }

    private static func address(_ entry: addrinfo) -> IPAddress? {
        // By offset: everywhere, port and family (and for IPv6 the flow) stand before the address. The structures' own
        // members belong to whichever C module was imported first.
        let offset: Int
        let count: Int
        switch entry.ai_family {
        case AF_INET: (offset, count) = (4, 4)
        case AF_INET6: (offset, count) = (8, 16)
        default: return nil
        }
        guard let pointer = entry.ai_addr, Int(entry.ai_addrlen) >= offset + count else { return nil }
        return IPAddress(bytes: UnsafeRawBufferPointer(start: UnsafeRawPointer(pointer) + offset, count: count))
    }

    static func failure(_ status: CInt, _ host: String, after elapsed: TimeAmount) -> ResolutionFailure {
        #if canImport(Glibc)
        // EAI_NODATA and EAI_ADDRFAMILY, which glibc returns and its headers hide.
        let hasNoAddress = status == -5 || status == -9
        #else
        let hasNoAddress = false
        #endif
        if status == EAI_NONAME || hasNoAddress {
            return ResolutionFailure(
                .notFound, "There is no address for '\(host)'. Check the name and its DNS records.")
        }
        // For a name server's refusal and for its silence the code is the same. The silence alone takes seconds.
        if status == EAI_AGAIN, elapsed > .seconds(4) {
            return ResolutionFailure(.timedOut, "The name servers for '\(host)' did not answer.")
        }
        let reason = gai_strerror(status).map { String(cString: $0) } ?? "error \(status)"
        return ResolutionFailure(.failed, "The name servers for '\(host)' failed: \(reason).")
    }
}
