import NIOCore

/// What the handlers of one connection know together of its use. It belongs to the connection's event loop.
final class ConnectionUse {
    /// When a request last came, or an answer last went.
    var last: NIODeadline
    /// Whether ``PublishShortcut`` owes an answer.
    var isAnswering = false

    init(now: NIODeadline) { last = now }
}
