import Logging
import MartletCore
import MartletStore

/// Looks at every alert from time to time, and sees to it that somebody is told once that it fires and once that it is over:
/// how it stands, its incident, the operational event and the e-mail are stored together.
///
/// One node at a time does this, as a duty. Another that takes over goes on from what is stored.
public struct AlertKeeper: Sendable {
    /// How often alerts are looked at.
    public static let interval = Duration.seconds(10)
    /// How often a reading that tells nothing new is stored all the same.
    static let refresh = Duration.seconds(60)
    /// How old an alert is at least that is deleted because its application or webhook is no more.
    static let orphanage = Duration.seconds(600)

    private let context: ServiceContext
    private let pause: @Sendable (Duration) async -> Void

    /// - Parameter pause: waits; ends early where its task is cancelled.
    public init(
        _ context: ServiceContext,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.context = context
        self.pause = pause
    }

    /// Looks at the alerts until its task is cancelled.
    public func run() async {
        var hasComplained = false
        while !Task.isCancelled {
            await pause(Self.interval)
            do throws(ServiceError) {
                if context.node.has(.alerts) {
                    try await look()
                    try await noteWaiting()
                }
                hasComplained = false
            } catch {
                if !hasComplained {
                    context.log.warning("alerts could not be looked at", metadata: ["error": "\(error.detail)"])
                }
                hasComplained = true
            }
        }
    }

    /// Looks at every alert once.
    public func look() async throws(ServiceError) {
        let alerts = try await context.stored { () async throws(StoreError) in try await context.store.alerts() }
        let now = context.time.now()
        var reader = AlertReader(context, at: now)
        var turns: [AlertTurn] = []
        var orphans: [Alert] = []
        for standing in alerts where standing.alert.isActive || standing.standing.isFiring {
            let reading = standing.alert.isActive ? try await reader.reading(of: standing.alert) : nil
            if standing.alert.isActive, reading == nil { orphans.append(standing.alert) }
            if let turn = try await AlertJudge(context).turn(of: standing, reading, at: now) { turns.append(turn) }
        }
        if !turns.isEmpty {
            try await context.stored { [turns] () async throws(StoreError) in try await context.store.settle(turns) }
        }
        // What an alert is about may be made by another node a moment before the alert is: what is gone for long is gone.
        for alert in orphans where now.since(alert.updatedAt) >= Self.orphanage {
            try await context.stored { () async throws(StoreError) in
                try await context.store.deleteAlert(alert.id, in: alert.environment)
            }
            context.log.notice(
                "an alert was deleted, since what it is about is no more",
                metadata: ["alert": "\(alert.id)", "name": "\(alert.name)"])
        }
        for turn in turns {
            guard let incident = turn.incident else { continue }
            context.log.notice(
                incident.until == nil ? "an alert fires" : "an alert was cleared",
                metadata: [
                    "alert": "\(turn.alert.id)", "name": "\(turn.alert.name)", "incident": "\(incident.id)",
                    "value": "\(turn.alert.rule.words(for: turn.standing.reading.value) ?? "none")",
                ])
        }
    }

    /// Keeps how much waits, for the status page.
    func noteWaiting() async throws(ServiceError) {
        let now = context.time.now()
        let waiting = try await context.waiting(in: context.directory.environments.map(\.id))
        let noted = waiting.filter { $0.value > 0 }.map { environment, count in
            EnvironmentWaiting(environment: environment, hour: now.startOfHour, count: count)
        }
        guard !noted.isEmpty else { return }
        try await context.stored { () async throws(StoreError) in try await context.store.note(noted) }
    }
}
