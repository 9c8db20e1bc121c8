import Foundation
import Synchronization

/// Sends requests to ports of this machine, on connections that are kept alive.
final class HTTPClient: Sendable {
    private let idle = Mutex([HTTPConnection]())

    func send(_ request: HTTPRequest, to port: Int) async throws -> HTTPResponse {
        try await withCheckedThrowingContinuation { continuation in
            // A thread of its own, since it blocks.
            Thread.detachNewThread {
                continuation.resume(with: Result { try self.exchange(request, port) })
            }
        }
    }

    private func exchange(_ request: HTTPRequest, _ port: Int) throws -> HTTPResponse {
        let connection = try connection(to: port)
        let response = try connection.exchange(request)
        if response["connection"]?.lowercased() != "close" { idle.withLock { $0.append(connection) } }
        return response
    }

    private func connection(to port: Int) throws -> HTTPConnection {
        while let kept = idle.withLock({ $0.popLast() }) {
            if kept.port == port, !kept.isSpent { return kept }
        }
        return try HTTPConnection(port: port)
    }
}
