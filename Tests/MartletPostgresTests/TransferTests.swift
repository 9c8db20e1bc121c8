import Foundation
import MartletPostgres
import MartletSQLite
import MartletStore
import MartletTesting
import Testing

/// Moving an embedded store into PostgreSQL.
struct TransferTests {
    private func withSource(_ body: (SQLiteStore) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let source = try await SQLiteStore.open(path: directory.appending(path: "martlet.db").path())
        do {
            try await body(source)
        } catch {
            await source.close()
            throw error
        }
        await source.close()
    }

    @Test func allThatAStoreHoldsIsMovedRecordByRecord() async throws {
        let cluster = try await Cluster.shared.value

        try await cluster.withSchema { address, _ in
            let target = try await openStore(address)
            try await withSource { try await TransferConformance.run(from: $0, to: target) }
            await target.close()
        }
    }

    @Test func whatWaitsIsTakenOverByTheNodeThatComes() async throws {
        let cluster = try await Cluster.shared.value

        try await cluster.withSchema { address, _ in
            let mover = try await openStore(address)
            try await withSource { source in
                try await TransferConformance.runAtOnce(from: source, to: mover)
                try await mover.leave()
                let node = try await openStore(address)
                var taken = 0
                while true {
                    let step = try await node.takeOver(limit: 5)
                    taken += step.endpoints.values.reduce(0) { $0 + $1.count }
                    if step.isOver { break }
                }
                let waiting = try await source.backlog().count

                #expect(taken == waiting)
                #expect(try await node.earliestDue().isEmpty == false)
                await node.close()
            }
            await mover.close()
        }
    }
}
