public import Logging
public import MartletCore
public import MartletStore

/// Works off the erasures that were asked for, in steps, also those that an earlier process left unfinished.
public struct Eraser: Sendable {
    /// How long after the request nothing that was under way then is still being written: attempts in flight have their
    /// outcome, publishers that found the application their answer, and endpoints' sums are on the disk.
    public static let settling = Duration.seconds(60)
    /// How often erasures are looked for.
    static let interval = Duration.seconds(2)
    /// How many rows one transaction removes.
    static let step = 250

    private let store: any Store
    private let intake: Intake
    private let time: any TimeSource
    private let log: Logger
    private let pace: StepPace
    private let node: NodeStatus

    /// - Parameter pause: waits between two steps and between two looks; ends early where its task is cancelled.
    public init(
        store: any Store, intake: Intake, time: any TimeSource, log: Logger, node: NodeStatus = NodeStatus(),
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.store = store
        self.intake = intake
        self.time = time
        self.log = log
        self.node = node
        pace = StepPace(pause: pause)
    }

    /// Erases what is asked for until its task is cancelled.
    public func run() async {
        var hasComplained = false
        while !Task.isCancelled {
            do throws(StoreError) {
                if node.has(.housekeeping) { try await work() }
                hasComplained = false
            } catch {
                if !hasComplained { log.error("an erasure goes on later", metadata: ["error": "\(error)"]) }
                hasComplained = true
            }
            await pace.pause(Self.interval)
        }
    }

    /// Does all that can be done by now.
    public func work() async throws(StoreError) {
        for erasure in try await store.erasures(limit: 100) {
            var isOver = false
            while !isOver, !Task.isCancelled {
                let now = time.now()
                let settled = now >= erasure.requestedAt + Self.settling ? now : nil
                let step = try await pace.run { () throws(StoreError) in
                    try await store.erase(
                        erasure.application, in: erasure.environment, limit: Self.step, settled: settled)
                }
                for (endpoint, count) in step.ended { intake.ended(count, of: endpoint) }
                isOver = step.isOver
            }
            if let done = try await store.erasure(of: erasure.application, in: erasure.environment),
                done.finishedAt != nil
            {
                log.notice(
                    "an application was erased",
                    metadata: [
                        "application": "\(done.application)", "events": "\(done.events)",
                        "deliveries": "\(done.deliveries)",
                    ])
            }
        }
    }
}
