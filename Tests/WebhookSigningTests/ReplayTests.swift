import Testing
import WebhookSigning

@Suite struct ReplayTests {
    @Test func aKeyIsNewOnceUntilItsInstant() {
        var keys = RecentKeys(capacity: 10)

        let news = [
            keys.remember("a", until: 100, now: 0), keys.remember("a", until: 500, now: 99),
            keys.remember("a", until: 200, now: 100), keys.remember("a", until: 200, now: 199),
        ]

        #expect(news == [true, false, true, false])
    }

    @Test func aForgottenKeyIsNew() {
        var keys = RecentKeys(capacity: 10)
        _ = keys.remember("a", until: 100, now: 0)

        keys.forget("a")
        keys.forget("b")
        let isNew = keys.remember("a", until: 100, now: 1)

        #expect(isNew)
    }

    @Test func theOneRememberedLongestMakesRoom() {
        var keys = RecentKeys(capacity: 2)
        _ = keys.remember("a", until: 100, now: 0)
        _ = keys.remember("b", until: 100, now: 0)
        _ = keys.remember("c", until: 100, now: 0)

        #expect(keys.count == 2)
        let news = [keys.remember("b", until: 100, now: 0), keys.remember("a", until: 100, now: 0)]
        #expect(news == [false, true])
    }

    @Test(arguments: 1...5)
    func itAgreesWithADictionaryThatForgetsNothing(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var keys = RecentKeys(capacity: 1000)
        var model: [String: Int64] = [:]
        for now in Int64(0)..<5000 {
            let key = "\(Int.random(in: 0..<100, using: &generator))"
            if Int.random(in: 0..<4, using: &generator) == 0 {
                keys.forget(key)
                model[key] = nil
                continue
            }
            let expiry = now + Int64.random(in: 1..<200, using: &generator)

            let isNew = keys.remember(key, until: expiry, now: now)

            #expect(isNew == (model[key] ?? .min <= now), "seed \(seed), step \(now)")
            if isNew { model[key] = expiry }
        }
        #expect(keys.count <= 100)
    }

    @Test func anEventIsAdmittedOnceByItsIDOrItsBody() async throws {
        let guardian = ReplayGuard(store: MemoryReplayStore(), window: .seconds(60))
        let named = Acceptance(eventID: "evt_1")
        let nameless = Acceptance()
        let request = WebhookRequest(body: [1])

        #expect(try await guardian.admits(named, of: request, at: 0))
        #expect(try await !guardian.admits(named, of: WebhookRequest(body: [2]), at: 59))
        #expect(try await guardian.admits(named, of: request, scope: "other", at: 59))
        #expect(try await guardian.admits(nameless, of: request, at: 0))
        #expect(try await !guardian.admits(nameless, of: request, at: 1))
        #expect(try await guardian.admits(nameless, of: WebhookRequest(body: [2]), at: 1))
        #expect(try await guardian.admits(named, of: request, at: 60))

        try await guardian.forget(nameless, of: request)
        #expect(try await guardian.admits(nameless, of: request, at: 1))
    }

    @Test func ofManyAtOnceOneIsAdmitted() async throws {
        let guardian = ReplayGuard(store: MemoryReplayStore(), window: .seconds(60))
        let event = Acceptance(eventID: "evt_1")

        let admitted = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 { group.addTask { try await guardian.admits(event, of: WebhookRequest(), at: 0) } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }

        #expect(admitted == 1)
    }
}
