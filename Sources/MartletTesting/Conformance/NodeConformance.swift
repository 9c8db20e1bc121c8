public import MartletStore

/// Where the stores of several nodes come from, for ``NodeConformance``.
public protocol NodeStage: Sendable {
    /// A store over the contents that the stage's other stores see too, through which nobody has joined.
    func open() async throws -> any Store

    /// Has a node look as if it had not beaten for longer than its lease.
    func silence(_ node: NodeNumber) async throws
}

/// One thing that a store must do for the nodes that share it, as a test: every back-end that can be shared passes all of
/// ``StoreConformance/nodes``.
public struct NodeConformance: Sendable, CustomStringConvertible {
    /// What the store must do, as a sentence.
    public let name: String
    let check: @Sendable (NodeWorld) async throws -> Void

    public var description: String { name }

    init(_ name: String, _ check: @escaping @Sendable (NodeWorld) async throws -> Void) {
        self.name = name
        self.check = check
    }

    /// Runs the test with two nodes, and closes their stores.
    ///
    /// - Parameter stage: one on which there is nothing yet.
    /// - Throws: ``ConformanceFailure`` where a store does something else; whatever a store threw.
    public func run(on stage: any NodeStage) async throws {
        let world = try await NodeWorld(on: stage)
        do {
            try await check(world)
        } catch {
            await world.close()
            throw error
        }
        await world.close()
    }
}

/// The stores of nodes that keep everything in memory.
public struct MemoryStage: NodeStage {
    private let memory: SharedMemory

    public init(_ memory: SharedMemory) { self.memory = memory }

    public func open() async -> any Store { InMemoryStore(sharing: memory) }

    public func silence(_ node: NodeNumber) async { memory.silence(node) }
}
