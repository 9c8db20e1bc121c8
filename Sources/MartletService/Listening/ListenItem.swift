/// What a listener hears.
public enum ListenItem: Sendable {
    /// Forward this, and say what came of it.
    case attempt(HandedAttempt)
    /// Nothing: whoever writes the stream may look whether all is well.
    case tick
    /// Nothing more comes.
    case end(ListenEnd)
}

/// Why a listener hears nothing more. Raw values are part of the API.
public enum ListenEnd: String, Sendable, CaseIterable {
    /// Somebody else listens to the endpoint now.
    case replaced
    /// An attempt had no answer in time, or the endpoint goes out from another node now. Connecting again mends it.
    case lost
}

/// One listener's connection, until it is let go.
public struct ListenSubscription: Sendable {
    public let items: AsyncStream<ListenItem>
    /// Which connection it is.
    let number: Int
    private let continuation: AsyncStream<ListenItem>.Continuation

    init(items: AsyncStream<ListenItem>, number: Int, continuation: AsyncStream<ListenItem>.Continuation) {
        self.items = items
        self.number = number
        self.continuation = continuation
    }

    /// Hears a ``ListenItem/tick`` each `interval` while `body` runs.
    public func ticking<Value: Sendable>(
        every interval: Duration, _ body: (AsyncStream<ListenItem>) async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { [continuation, items] group in
            group.addTask {
                while !Task.isCancelled {
                    try? await Task.sleep(for: interval)
                    continuation.yield(.tick)
                }
            }
            defer { group.cancelAll() }
            return try await body(items)
        }
    }
}
