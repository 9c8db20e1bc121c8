public import MartletCore
public import MartletService
public import NIOCore

/// The machine's own clock.
public struct SystemClock: AlarmClock {
    private let group: any EventLoopGroup
    private let wall: any TimeSource

    /// - Parameters:
    ///   - group: whose loops ring the alarms.
    ///   - wall: what tells the time of day, which may be set at any moment.
    public init(group: any EventLoopGroup, wall: any TimeSource = WallClock()) {
        self.group = group
        self.wall = wall
    }

    public func now() -> Timestamp { wall.now() }

    /// Rings once it is `instant`, or sooner where the clock is set back meanwhile: whoever waits looks at the clock again.
    public func alarm(at instant: Timestamp, ring: @escaping @Sendable () -> Void) {
        let before = now()
        let wait = max(0, instant.milliseconds - before.milliseconds)
        // The loop counts time that no clock change touches; looking again every few seconds notices one.
        group.next().scheduleTask(in: .milliseconds(min(wait, 5000))) {
            let now = self.now()
            if now >= instant || now < before { ring() } else { alarm(at: instant, ring: ring) }
        }
    }
}
