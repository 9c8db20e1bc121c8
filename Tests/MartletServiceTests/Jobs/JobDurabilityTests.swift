import Foundation
import MartletCore
import MartletSQLite
import MartletStore
import MartletTesting
import Testing

@testable import MartletService

/// That a crash or a failing store at any instant neither leaves an event out nor delivers it twice.
@Suite struct JobDurabilityTests {
    @Test(arguments: 0..<40)
    func aStoreThatFailsNowAndThenLosesAndRepeatsNothing(seed: Int) async throws {
        let scene = try await JobScene()
        let events = try await scene.failures(60)
        let job = try await scene.recover(rate: 40)
        // A few in a row must not look like a store that refuses for good.
        scene.store.fail(share: 0.4, seed: UInt64(seed))

        try await scene.run { scene.context.jobs.count == 0 && scene.store.faultCount > 0 }
        scene.store.recover()

        #expect(try await scene.replays().map(\.event) == events.map(\.id), "seed \(seed)")
        let ended = try await scene.stored(job)
        #expect(ended.state.status == .completed, "seed \(seed)")
        #expect(ended.created == 60, "seed \(seed)")
        #expect(scene.store.faultCount > 5, "seed \(seed)")
        await scene.stop()
    }

    @Test(arguments: FaultyStore.Fault.allCases)
    func aJobWhoseMakingWasNotConfirmedRunsWhereItIsThere(fault: FaultyStore.Fault) async throws {
        let scene = try await JobScene()
        _ = try await scene.failures(3)
        // The runner asks which jobs run; from here on it must be told to ask again.
        _ = await scene.runner.turn()
        let draft = scene.draft()

        // What runs is asked first, then what there is to do is counted, then the job is stored.
        scene.store.fail(after: 2, fault)
        let refused = try await refusal {
            _ = try await scene.jobs.recover(scene.endpoint.id, only: .failed, draft, by: scene.admin)
        }
        try await scene.run()

        #expect(refused?.kind == .unavailable)
        #expect(try await scene.replays().count == (fault == .before ? 0 : 3))
        await scene.stop()
    }

    @Test func aFileThatIsOpenedAgainAfterEveryFewStepsHasEachEventDeliveredAgainOnce() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "martlet-jobs-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appending(path: "martlet.db").path()
        var store = try await SQLiteStore.open(path: path)
        var scene = try await JobScene(store)
        var missed: [Event] = []
        var failed: [Event] = []
        for _ in 0..<50 {
            missed.append(try await scene.event())
            failed.append(try await scene.event(scene.failed))
        }
        let job = try await scene.recover(.all, rate: 40)

        var restarts = 0
        while try await scene.stored(job).state == .running {
            // Every third life ends with a step of which nobody heard that it was stored.
            let goal = try await scene.stored(job).created + 7
            if restarts.isMultiple(of: 3) { scene.store.fail(share: 0.3, seed: UInt64(restarts)) }
            try await scene.run {
                let now = try await store.job(job.id, in: job.environment)
                return now?.state != .running || (now?.created ?? 0) >= goal
            }
            await scene.stop()
            await store.close()
            restarts += 1
            store = try await SQLiteStore.open(path: path)
            scene = try await JobScene(store, after: scene)
        }

        let ended = try await scene.stored(job)
        #expect(restarts > 5)
        #expect(try await scene.replays().map(\.event) == (failed + missed).map(\.id))
        #expect(ended.state.status == .completed)
        #expect(ended.created == 100)
        await scene.stop()
        await store.close()
    }
}
