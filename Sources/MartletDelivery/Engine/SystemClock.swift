public import MartletCore
import MartletService
public import NIOCore

/// The machine's own clock.
public struct SystemClock: AlarmClock {
    private let group: any EventLoopGroup

    /// - Parameter group: whose loops ring the alarms.
    public init(group: any EventLoopGroup) { self.group = group }

    public func now() -> Timestamp { WallClock().now() }

    /// Rings once it is `instant`, or sooner where the clock is set back meanwhile: whoever waits looks at the clock again.
    public func alarm(at instant: Timestamp, ring: @escaping @Sendable () -> Void) {
        let before = now()
        let wait = max(0, instant.milliseconds - before.milliseconds)
        // The loop counts time that no clock change touches; looking again every few seconds notices one.
        group.next().scheduleTask(in: .milliseconds(min(wait, 5000))) {
            let now = now()
            if now >= instant || now < before { ring() } else { alarm(at: instant, ring: ring) }
        }
    }
}
