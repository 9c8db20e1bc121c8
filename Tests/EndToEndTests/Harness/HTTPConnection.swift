import Foundation
import Glibc

/// A connection to a port of this machine, over which one request goes after the other. It blocks the thread.
final class HTTPConnection: Sendable {
    let port: Int
    private let descriptor: Int32

    /// - Throws: ``SystemFailure`` where nobody listens.
    init(port: Int) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        guard descriptor >= 0 else { throw SystemFailure("make a socket", errno) }
        var address = Self.loopback(port: port)
        let status = withUnsafeBytes(of: &address) { bytes in
            connect(descriptor, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
        }
        guard status == 0 else {
            let code = errno
            close(descriptor)
            throw SystemFailure("connect to port \(port)", code)
        }
        self.descriptor = descriptor
        self.port = port
        // A server that does not answer fails the test rather than stopping it.
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    /// Whether the server has closed it, or says something nobody asked for.
    var isSpent: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) >= 0
    }

    /// Sends a request and reads the answer.
    ///
    /// - Throws: ``SystemFailure`` or ``NotHTTP`` where there is no whole answer: then nobody knows what became of the
    ///   request, and the connection is of no more use.
    func exchange(_ request: HTTPRequest) throws -> HTTPResponse {
        try write(request.bytes(host: "127.0.0.1:\(port)"))
        var received: [UInt8] = []
        var end: Int?
        while end == nil {
            let searched = max(0, received.count - 3)
            try readMore(into: &received)
            end = received[searched...].firstRange(of: Array("\r\n\r\n".utf8))?.lowerBound
        }
        guard let end else { throw NotHTTP("no head") }
        var response = try head(received[..<end])
        var rest = Array(received[(end + 4)...])
        if response["transfer-encoding"] == "chunked" {
            response.body = try chunks(&rest)
        } else if let length = response["content-length"].flatMap({ Int($0) }) {
            while rest.count < length { try readMore(into: &rest) }
            response.body = rest
        } else if response.status != 204, response.status != 304 {
            throw NotHTTP("a body without length")
        }
        return response
    }

    private func head(_ bytes: ArraySlice<UInt8>) throws -> HTTPResponse {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
        let parts = lines[0].split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), let status = Int(parts[1]) else {
            throw NotHTTP(String(lines[0]))
        }
        let headers = try lines.dropFirst().map { line in
            guard let colon = line.firstIndex(of: ":") else { throw NotHTTP(String(line)) }
            return (
                name: line[..<colon].lowercased(),
                value: line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            )
        }
        return HTTPResponse(status: status, headers: headers, body: [])
    }

    private func chunks(_ rest: inout [UInt8]) throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let size = try line(&rest)
            guard let count = Int(size, radix: 16) else { throw NotHTTP("a chunk of size \(size)") }
            while rest.count < count + 2 { try readMore(into: &rest) }
            body += rest[..<count]
            rest.removeFirst(count + 2)
            if count == 0 { return body }
        }
    }

    private func line(_ rest: inout [UInt8]) throws -> String {
        while true {
            if let end = rest.firstIndex(of: UInt8(ascii: "\r")), end + 1 < rest.count {
                defer { rest.removeFirst(end + 2) }
                return String(decoding: rest[..<end], as: UTF8.self)
            }
            try readMore(into: &rest)
        }
    }

    private func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { rest in
                Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                sent += count
            } else if errno != EINTR {
                throw SystemFailure("send to port \(port)", errno)
            }
        }
    }

    private func readMore(into bytes: inout [UInt8]) throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                bytes += buffer[..<count]
                return
            }
            if count == 0 { throw NotHTTP("the end of the connection") }
            if errno != EINTR { throw SystemFailure("read from port \(port)", errno) }
        }
    }

    /// A port that nobody listens on for now.
    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        defer { close(descriptor) }
        var address = loopback(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutableBytes(of: &address) { bytes in
            let address = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
            let status = bind(descriptor, address, size)
            return status == 0 ? getsockname(descriptor, address, &size) : status
        }
        guard status == 0 else { throw SystemFailure("find a free port", errno) }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        return address
    }

    /// What came is no answer.
    struct NotHTTP: Error, CustomStringConvertible {
        let description: String

        init(_ what: String) { description = "An HTTP response was due; there was \(what)." }
    }
}
