import Logging
import MartletCore
import MartletStore
import MartletTesting
import Synchronization
import Testing

@testable import MartletService

@Suite struct StorageWatchTests {
    /// A disk whose free space a test says.
    private final class Disk: StorageProbe {
        private let state: Mutex<StorageRoom?>
        init(_ free: Int) { state = Mutex(StorageRoom(disk: free)) }
        func set(_ room: StorageRoom?) { state.withLock { $0 = room } }
        func room() throws -> StorageRoom {
            guard let room = state.withLock({ $0 }) else { throw StoreError.unavailable("No such disk.") }
            return room
        }
    }

    /// Keeps what is logged.
    private struct Lines: LogHandler {
        final class Kept: Sendable { let lines = Mutex<[String]>([]) }
        let kept: Kept
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) { kept.lines.withLock { $0.append("\(event.level) \(event.message)") } }
    }

    private let kept = Lines.Kept()

    private var log: Logger { Logger(label: "test") { [kept] _ in Lines(kept: kept) } }
    private var lines: [String] { kept.lines.withLock { $0 } }

    private static func limits(reserve: Int) -> IntakeLimits {
        var limits = IntakeLimits()
        limits.diskReserve = reserve
        return limits
    }

    @Test func aDiskBelowTheReserveTakesNothingMoreAndKeepsRecordingOutcomes() async throws {
        let scene = try await ServiceScene(intake: Self.limits(reserve: 1000))
        let webhook = try await scene.webhook()
        let event = try await scene.publish().event
        let disk = Disk(999)
        let watch = StorageWatch(intake: scene.context.committer.intake, probe: disk, log: log)

        await watch.look()
        let published = try await refusal { _ = try await scene.publish() }
        let replayed = try await refusal {
            _ = try await scene.events.replay(event.id.description, to: webhook.id, by: scene.admin)
        }
        let waiting = try await scene.store.backlog().count
        disk.set(StorageRoom(disk: 5000))
        await watch.look()
        let afterwards = try await refusal { _ = try await scene.publish() }

        for refusal in [published, replayed] {
            #expect(refusal?.kind == .unavailable)
            #expect(refusal?.code == "disk_nearly_full")
            #expect(refusal?.retryAfter != nil)
        }
        #expect(waiting == 1)
        #expect(afterwards == nil)
        await scene.stop()
    }

    @Test func whatWasTakenSinceTheLastLookCountsBeforeTheNextOne() async throws {
        let scene = try await ServiceScene(intake: Self.limits(reserve: 1000))
        let disk = Disk(80_000)
        let watch = StorageWatch(intake: scene.context.committer.intake, probe: disk, log: log)
        let body = String(repeating: "x", count: 20_000)
        let publish = { () async throws in
            _ = try await scene.publish(data: "\"\(body)\"")
        }
        await watch.look()

        let first = try await refusal { try await publish() }
        let second = try await refusal { try await publish() }
        let third = try await refusal { try await publish() }
        await watch.look()
        let afterOneLook = try await refusal { try await publish() }
        await watch.look()
        let afterTwo = try await refusal { try await publish() }

        #expect(first == nil)
        #expect(second == nil)
        #expect(third?.code == "disk_nearly_full")
        #expect(afterOneLook?.code == "disk_nearly_full")
        #expect(afterTwo == nil)
        await scene.stop()
    }

    @Test func eachChangeIsLoggedOnceAndALittleMoreRoomIsNotEnough() async {
        let intake = Intake(limits: Self.limits(reserve: 1000))
        let disk = Disk(2000)
        let watch = StorageWatch(intake: intake, probe: disk, log: log)
        var states: [Bool] = []

        for free in [2000, 999, 1001, 999, 1124, 1125, 1001] {
            disk.set(StorageRoom(disk: free))
            await watch.look()
            states.append(intake.isStorageShort)
        }

        #expect(states == [false, true, true, true, true, false, false])
        #expect(
            lines == [
                "warning the disk is nearly full: publishing is refused, deliveries go on",
                "notice there is room on the disk again: publishing goes on",
            ])
    }

    @Test func aStoreThatSaysItIsFullIsBelievedAtOnceAndForSomeLooks() async throws {
        let scene = try await ServiceScene(intake: Self.limits(reserve: 1000))
        let intake = scene.context.committer.intake
        let watch = StorageWatch(intake: intake, probe: Disk(1_000_000), log: log)
        intake.ranOut()

        let refused = try await refusal { _ = try await scene.publish() }
        var states: [Bool] = []
        for _ in 0...StorageWatch.looksAfterFull {
            await watch.look()
            states.append(intake.isStorageShort)
        }

        #expect(refused?.code == "disk_nearly_full")
        #expect(states == Array(repeating: true, count: StorageWatch.looksAfterFull) + [false])
        #expect(lines.count == 2)
        await scene.stop()
    }

    @Test func aDiskThatCannotBeLookedAtIsComplainedOfOnceAndChangesNothing() async {
        let intake = Intake(limits: Self.limits(reserve: 1000))
        let disk = Disk(10)
        let watch = StorageWatch(intake: intake, probe: disk, log: log)
        await watch.look()

        disk.set(nil)
        await watch.look()
        await watch.look()

        #expect(intake.isStorageShort)
        #expect(lines.filter { $0.hasPrefix("error") }.count == 1)
    }

    @Test(arguments: [
        (StorageRoom(disk: 1000), false), (StorageRoom(disk: 999), true),
        (StorageRoom(disk: 300, reusable: 700), false), (StorageRoom(disk: 249, reusable: 10_000), true),
        (StorageRoom(disk: 9000, bound: .init(left: 1000, size: 9000)), false),
        (StorageRoom(disk: 9000, bound: .init(left: 999, size: 9000)), true),
        (StorageRoom(disk: 9000, bound: .init(left: 100, size: 800)), false),
        (StorageRoom(disk: 9000, bound: .init(left: 99, size: 800)), true),
        (StorageRoom(disk: 9000, reusable: 50, bound: .init(left: 50, size: 800)), false),
    ])
    func whatIsShortOfAReserveOfAThousand(room: StorageRoom, isShort: Bool) {
        #expect(room.isShort(of: 1000) == isShort)
        #expect(!room.isShort(of: 0))
    }
}
