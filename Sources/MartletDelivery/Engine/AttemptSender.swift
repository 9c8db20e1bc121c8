public import MartletCore
public import NIOCore

/// Whoever makes an attempt's HTTP request: ``Sender``, or a stand-in under test.
public protocol AttemptSender: Sendable {
    /// Sends the request, and calls `completion` once with what came of it.
    ///
    /// - Parameter loop: where to work, or `nil` for any; `completion` is called there.
    func send(
        _ request: OutgoingRequest, on loop: (any EventLoop)?, completion: @escaping @Sendable (AttemptOutcome) -> Void)
}
