public import MartletCore
import MartletService
public import NIOCore

/// The machine's own clock.
public struct SystemClock: AlarmClock {
    private let group: any EventLoopGroup

    /// - Parameter group: whose loops ring the alarms.
    public init(group: any EventLoopGroup) { self.group = group }

    public func now() -> Timestamp { WallClock().now() }

    public func alarm(at instant: Timestamp, ring: @escaping @Sendable () -> Void) {
        let wait = max(0, instant.milliseconds - now().milliseconds)
        // The loop counts time that no clock change touches; looking again every few seconds notices one.
        group.next().scheduleTask(in: .milliseconds(min(wait, 5000))) {
            if now() >= instant { ring() } else { alarm(at: instant, ring: ring) }
        }
    }
}
