public import MartletCore
public import NIOCore

/// Where the addresses of a name come from: the system's resolver when serving, a table under test.
///
/// The sender keeps what it is told for a few seconds, asks for one name once at a time on each event loop, and times
/// the wait itself; a resolver need do none of that.
public protocol AddressResolver: Sendable {
    /// Every address of `host`, in the order in which they should be tried. None is vetted yet.
    ///
    /// - Returns: A future on any loop. It fails with ``ResolutionFailure``.
    func resolve(_ host: String, on loop: any EventLoop) -> EventLoopFuture<[IPAddress]>
}
