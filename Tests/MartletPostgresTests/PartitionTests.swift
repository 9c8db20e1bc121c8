import MartletCore
import MartletStore
import MartletTesting
import Testing

@testable import MartletPostgres

struct PartitionTests {
    /// The noon on which everything happens: 2023-06-15.
    private static let now = Timestamp(milliseconds: 1_686_830_400_000)
    private static let day = Duration.seconds(86_400)

    private func open(_ address: PostgresAddress, at now: Timestamp = now, ahead: Int = 3) async throws -> PostgresStore
    {
        var limits = PostgresStore.Limits()
        limits.readers = 1
        limits.daysAhead = ahead
        let store = try await PostgresStore.open(address, limits: limits, time: ManualTimeSource(now))
        _ = try await store.join(as: "test", lease: .seconds(10))
        return store
    }

    @Test func theDaysAheadHavePartitionsAndWhatLiesElsewhereIsKeptToo() async throws {
        let cluster = try await Cluster.shared.value

        try await cluster.withSchema { address, schema in
            let store = try await open(address)
            let scene = try await Scene(store, at: Self.now)
            let today = try await scene.accept()
            let longAgo = try await scene.accept(at: Self.now - Self.day * 400)

            let partitions = try await cluster.texts(
                """
                SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = '\(schema).deliveries'::regclass ORDER BY 1
                """)
            let places = try await cluster.texts(
                "SELECT relname FROM \(schema).deliveries d JOIN pg_class c ON c.oid = d.tableoid ORDER BY d.id")

            #expect(
                partitions == [
                    "deliveries_20230615", "deliveries_20230616", "deliveries_20230617", "deliveries_default",
                ])
            #expect(places == ["deliveries_default", "deliveries_20230615"])
            #expect(try await store.delivery(today.1.id, in: scene.environment) == today.1)
            #expect(try await store.delivery(longAgo.1.id, in: scene.environment) == longAgo.1)
            await store.close()
        }
    }

    @Test func aLaterStartMakesTheDaysThatAreMissing() async throws {
        let cluster = try await Cluster.shared.value

        try await cluster.withSchema { address, schema in
            try await open(address, ahead: 1).close()
            let store = try await open(address, at: Self.now + Self.day, ahead: 2)
            await store.close()

            let partitions = try await cluster.texts(
                """
                SELECT relname FROM pg_class
                WHERE relnamespace = '\(schema)'::regnamespace AND relname ~ '^attempts_[0-9]+$' ORDER BY 1
                """)
            #expect(partitions == ["attempts_20230615", "attempts_20230616", "attempts_20230617"])
        }
    }

    @Test func aDayOfWhichSomethingIsInTheDefaultPartitionStaysThere() async throws {
        let cluster = try await Cluster.shared.value

        try await cluster.withSchema { address, schema in
            let early = try await open(address, ahead: 0)
            let scene = try await Scene(early, at: Self.now)
            let (_, delivery) = try await scene.accept()
            await early.close()

            let store = try await open(address, ahead: 1)

            let places = try await cluster.texts(
                "SELECT relname FROM \(schema).deliveries d JOIN pg_class c ON c.oid = d.tableoid")
            #expect(places == ["deliveries_default"])
            #expect(try await store.delivery(delivery.id, in: scene.environment) == delivery)
            await store.close()
        }
    }

    @Test func aDayGoesAsAWholeOnceEveryEnvironmentIsDoneWithIt() async throws {
        let cluster = try await Cluster.shared.value

        try await cluster.withSchema { address, schema in
            let store = try await open(address)
            let scene = try await Scene(store, at: Self.now)
            let other = try await scene.addEnvironment()
            let (event, delivery) = try await scene.accept(chosenID: "mine")
            _ = try await store.commit(
                CommitBatch(settlements: [scene.settlement(of: delivery, state: .succeeded(at: Self.now))]))
            let nextNoon = Self.now + Self.day

            let alone = try await scene.sweep(scene.environment, before: nextNoon)
            let afterOne = try await cluster.exists("\(schema).deliveries_20230615")
            let together = try await scene.sweep(other, before: nextNoon)
            let afterBoth = try await [
                cluster.exists("\(schema).deliveries_20230615"), cluster.exists("\(schema).attempts_20230615"),
                cluster.exists("\(schema).events_20230615"), cluster.exists("\(schema).events_20230616"),
            ]

            // The first sweep does not know what the other environment keeps, and drops row by row.
            #expect(alone.deliveries == 1)
            #expect(afterOne)
            #expect(together == RetentionStep())
            #expect(afterBoth == [false, false, false, true])
            #expect(try await store.event(event.id, in: scene.environment) == nil)
            #expect(try await store.event(chosenID: "mine", in: scene.environment) == nil)
            await store.close()
        }
    }

    @Test func aDayInWhichSomethingWaitsOrEndedOfLateStays() async throws {
        let cluster = try await Cluster.shared.value

        try await cluster.withSchema { address, schema in
            let store = try await open(address)
            let scene = try await Scene(store, at: Self.now)
            let (_, waiting) = try await scene.accept()
            let (_, late) = try await scene.accept()
            _ = try await store.commit(
                CommitBatch(settlements: [scene.settlement(of: late, state: .succeeded(at: Self.now + Self.day))]))

            _ = try await scene.sweep(scene.environment, before: Self.now + Self.day)
            let whileWaiting = try await cluster.exists("\(schema).deliveries_20230615")
            _ = try await store.move(waiting, to: .cancelled(at: Self.now, reason: .requested))
            _ = try await scene.sweep(scene.environment, before: Self.now + Self.day)
            let whileLate = try await cluster.exists("\(schema).deliveries_20230615")
            _ = try await scene.sweep(scene.environment, before: Self.now + Self.day * 3)
            let atLast = try await cluster.exists("\(schema).deliveries_20230615")

            #expect([whileWaiting, whileLate, atLast] == [true, true, false])
            await store.close()
        }
    }

    @Test func anEventStaysWhileALaterDaysDeliveryCarriesIt() async throws {
        let cluster = try await Cluster.shared.value

        try await cluster.withSchema { address, schema in
            let store = try await open(address)
            let scene = try await Scene(store, at: Self.now)
            let (event, first) = try await scene.accept()
            _ = try await store.move(first, to: .cancelled(at: Self.now, reason: .requested))
            let replay = scene.delivery(of: event, cause: .replay, at: Self.now + Self.day)
            _ = try await store.commit(
                CommitBatch(acceptances: [
                    Acceptance(entries: [.init(event: event, deliveries: [replay], isReplay: true)])
                ]))

            _ = try await scene.sweep(scene.environment, before: Self.now + Self.day)
            let days = try await [
                cluster.exists("\(schema).deliveries_20230615"), cluster.exists("\(schema).events_20230615"),
            ]

            #expect(days == [false, true])
            #expect(try await store.event(event.id, in: scene.environment) == event)
            await store.close()
        }
    }
}
