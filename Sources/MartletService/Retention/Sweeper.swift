public import Logging
public import MartletCore
public import MartletStore

/// Drops what has ended and is older than its environment keeps: payloads, history, hourly sums, and idempotency keys that
/// have expired. In steps, between which whatever else the store is asked for has its turn.
public struct Sweeper: Sendable {
    /// What a sweep dropped.
    public struct Sums: Sendable, Hashable {
        public var payloads = 0
        public var events = 0
        public var deliveries = 0
        public var requests = 0
        public var hours = 0
        public var keys = 0
        public var operationalEvents = 0
        public var incidents = 0

        var isEmpty: Bool { self == Sums() }
    }

    private let store: any Store
    private let directory: Directory
    private let time: any TimeSource
    private let limits: RetentionLimits
    private let metrics: ServiceMetrics
    private let log: Logger
    private let pace: StepPace
    private let node: NodeStatus

    /// - Parameter pause: waits between two steps and between two sweeps; ends early where its task is cancelled.
    public init(
        store: any Store, directory: Directory, time: any TimeSource, limits: RetentionLimits, metrics: ServiceMetrics,
        log: Logger, node: NodeStatus = NodeStatus(),
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.store = store
        self.directory = directory
        self.time = time
        self.limits = limits
        self.metrics = metrics
        self.log = log
        self.node = node
        pace = StepPace(pause: pause)
    }

    /// Sweeps at a steady interval until its task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            do throws(StoreError) {
                let sums = node.has(.housekeeping) ? try await sweep() : Sums()
                if !sums.isEmpty {
                    log.info(
                        "what was old was dropped",
                        metadata: [
                            "payloads": "\(sums.payloads)", "events": "\(sums.events)",
                            "deliveries": "\(sums.deliveries)", "requests": "\(sums.requests)",
                            "hours": "\(sums.hours)", "keys": "\(sums.keys)",
                            "operational_events": "\(sums.operationalEvents)",
                            "incidents": "\(sums.incidents)",
                        ])
                }
            } catch {
                log.error("what is old could not be dropped; it is tried again", metadata: ["error": "\(error)"])
            }
            await pace.pause(limits.interval)
        }
    }

    /// Drops all that is old by now, or as much of it as there is time for before its task is cancelled.
    @discardableResult
    public func sweep() async throws(StoreError) -> Sums {
        var sums = Sums()
        let now = time.now()
        var longest = limits.history
        for environment in directory.environments {
            let history = environment.retention.history ?? limits.history
            longest = max(longest, history)
            try await dropHistory(of: environment, before: now - history, &sums)
            let payloads = environment.retention.payloads ?? limits.payloads
            try await dropPayloads(of: environment, before: now - payloads, &sums)
            // What a request brought is a payload, and what it looked like is of no use without.
            sums.requests += try await all { () throws(StoreError) in
                try await store.dropRequests(
                    in: environment.id, before: now - min(payloads, history), limit: limits.step)
            }
        }
        // Sums and operational events are not told apart by environment.
        sums.hours = try await all { () throws(StoreError) in
            try await store.dropHours(before: now - longest, limit: limits.step)
        }
        sums.operationalEvents = try await all { () throws(StoreError) in
            try await store.forgetOperationalEvents(createdBefore: now - longest, limit: limits.step)
        }
        sums.incidents = try await all { () throws(StoreError) in
            try await store.forgetIncidents(beganBefore: now - longest, limit: limits.step)
        }
        sums.keys = try await all { () throws(StoreError) in
            try await store.forgetAnswers(expiredBefore: now, limit: limits.step)
        }
        metrics.swept(payloads: sums.payloads, events: sums.events, deliveries: sums.deliveries)
        return sums
    }

    private func dropHistory(
        of environment: Environment, before instant: Timestamp, _ sums: inout Sums
    ) async throws(StoreError) {
        var cursor: EventID?
        repeat {
            let step = try await pace.run { [cursor] () throws(StoreError) in
                try await store.dropHistory(in: environment.id, before: instant, after: cursor, limit: limits.step)
            }
            sums.events += step.events
            sums.deliveries += step.deliveries
            cursor = step.next
        } while cursor != nil && !Task.isCancelled
    }

    private func dropPayloads(
        of environment: Environment, before instant: Timestamp, _ sums: inout Sums
    ) async throws(StoreError) {
        // Those that were left behind first: what is left behind from here on is scheduled still.
        var cursor: EventID?
        repeat {
            let step = try await pace.run { [cursor] () throws(StoreError) in
                try await store.dropLatePayloads(in: environment.id, after: cursor, limit: limits.step)
            }
            sums.payloads += step.events
            cursor = step.next
        } while cursor != nil && !Task.isCancelled
        repeat {
            let step = try await pace.run { () throws(StoreError) in
                try await store.dropPayloads(in: environment.id, before: instant, limit: limits.step)
            }
            sums.payloads += step.events
            cursor = step.next
        } while cursor != nil && !Task.isCancelled
    }

    /// Repeats a step that says how many rows it dropped until it drops less than a full step.
    private func all(_ step: () async throws(StoreError) -> Int) async throws(StoreError) -> Int {
        var sum = 0
        while !Task.isCancelled {
            let dropped = try await pace.run(step)
            sum += dropped
            guard dropped >= limits.step else { break }
        }
        return sum
    }
}
