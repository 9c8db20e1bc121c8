public import MartletCore
public import MartletStore
import Synchronization

/// What the ``InMemoryStore``s of several nodes have in common.
public final class SharedMemory: Sendable {
    private struct State {
        var contents: MemoryContents? = MemoryContents()
        var listeners: [Int: AsyncStream<StoreNews>.Continuation] = [:]
        var lastListener = 0
        var isMute = false
    }

    private let state = Mutex(State())
    private let time: (any TimeSource)?

    init() { time = nil }

    /// - Parameter time: the clock by which nodes' beats are told.
    public init(time: any TimeSource) { self.time = time }

    /// Whether news between nodes is lost, as when a connection is cut unnoticed.
    public func mute(_ isMute: Bool) { state.withLock { $0.isMute = isMute } }

    /// Has a node look as if it had not beaten for longer than its lease.
    public func silence(_ node: NodeNumber) {
        state.withLock { $0.contents?.nodes[node]?.isSilent = true }
    }

    /// Tells every node that news may have been lost.
    public func cutConnections() {
        let listeners = state.withLock { Array($0.listeners.values) }
        for listener in listeners { listener.yield(.lost) }
    }

    /// The node whose a delivery is, and zero where it is whoever's that holds its endpoint's lease.
    public func owner(of delivery: DeliveryID) -> NodeNumber {
        state.withLock { $0.contents?.owners[delivery] ?? .nobody }
    }

    func now() -> Timestamp { time?.now() ?? Timestamp(milliseconds: 0) }

    // MARK: Contents

    func with<Result: Sendable>(
        from speaker: Int, _ work: (inout MemoryContents) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        let (result, news, listeners) = try state.withLock { (state) throws(StoreError) in
            guard state.contents != nil else { throw .unavailable("The store is closed.") }
            // Taken out and put back, so that its dictionaries are changed in place; what throws has changed nothing.
            var open = state.contents.take() ?? MemoryContents()
            defer { state.contents = open }
            let result = try work(&open)
            let news = open.news
            if !news.isEmpty { open.news = [] }
            let isHeard = !news.isEmpty && !state.isMute
            return (result, news, isHeard ? state.listeners.filter { $0.key != speaker }.map(\.value) : [])
        }
        for listener in listeners {
            for item in news { listener.yield(item) }
        }
        return result
    }

    func forget() { state.withLock { $0.contents = nil } }

    // MARK: News

    func addListener() -> Int {
        state.withLock { state in
            state.lastListener += 1
            return state.lastListener
        }
    }

    func listen(as listener: Int) -> AsyncStream<StoreNews> {
        let (stream, continuation) = AsyncStream<StoreNews>.makeStream()
        let before = state.withLock { $0.listeners.updateValue(continuation, forKey: listener) }
        before?.finish()
        return stream
    }

    func removeListener(_ listener: Int) {
        let ended = state.withLock { $0.listeners.removeValue(forKey: listener) }
        ended?.finish()
    }
}
