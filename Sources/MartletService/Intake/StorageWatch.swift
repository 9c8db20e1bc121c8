public import Logging
import Synchronization

/// Looks at the room that the store has left, and has publishing refused while there is too little. What was accepted is
/// delivered and recorded meanwhile; once there is room again, publishing goes on by itself.
public final class StorageWatch: Sendable {
    private struct State {
        /// How many looks a refusal outlasts, whatever they show.
        var holds = 0
        var hasComplained = false
    }

    /// How long it is between two looks.
    public static let interval = Duration.seconds(1)
    /// How much more than the reserve there must be for publishing to go on, as a share of it.
    static let margin = 0.125
    /// For how many looks publishing is refused after the store said that it is full: a quota may bind it that no look
    /// at the disk shows.
    static let looksAfterFull = 5

    private let intake: Intake
    private let probe: any StorageProbe
    private let log: Logger
    private let state = Mutex(State())

    public init(intake: Intake, probe: any StorageProbe, log: Logger) {
        self.intake = intake
        self.probe = probe
        self.log = log
    }

    /// Looks at a steady interval until its task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            await look()
            try? await Task.sleep(for: Self.interval)
        }
    }

    /// Looks once, and has publishing refused or taken accordingly.
    public func look() async {
        let reserve = intake.limits.diskReserve
        let room: StorageRoom
        do {
            room = try await probe.room()
            state.withLock { $0.hasComplained = false }
        } catch {
            let isNew = state.withLock { state in
                defer { state.hasComplained = true }
                return !state.hasComplained
            }
            if isNew { log.error("the room on the disk cannot be told", metadata: ["error": "\(error)"]) }
            return
        }
        let ranOut = intake.takeRanOut()
        let wasShort = intake.isStorageShort
        let isShort = state.withLock { state in
            if ranOut { state.holds = Self.looksAfterFull }
            if room.isShort(of: reserve, margin: wasShort ? Self.margin : 0) { return true }
            guard state.holds > 0 else { return false }
            state.holds -= 1
            return true
        }
        intake.storageChanged(room, isShort: isShort)
        guard isShort != wasShort else { return }
        let facts: Logger.Metadata = [
            "disk": "\(room.disk)", "reusable": "\(room.reusable)", "reserve": "\(reserve)",
        ]
        if isShort {
            log.warning("the disk is nearly full: publishing is refused, deliveries go on", metadata: facts)
        } else {
            log.notice("there is room on the disk again: publishing goes on", metadata: facts)
        }
    }
}
