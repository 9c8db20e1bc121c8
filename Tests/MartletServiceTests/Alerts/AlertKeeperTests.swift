import MartletCore
import MartletStore
import MartletTesting
import Testing

@testable import MartletService

/// That alerts are told once when they fire and once when they are over, and never from nothing.
struct AlertKeeperTests {
    /// An alert over a service in memory.
    private struct Watch {
        let scene: ServiceScene
        let alert: Alert

        init(
            _ scene: ServiceScene, _ rule: AlertRule, application: String? = nil, endpoint: EndpointID? = nil,
            emails: [String] = []
        ) async throws {
            self.scene = scene
            var draft = AlertDraft()
            draft.name = "Größe"
            draft.rule = rule
            draft.emails = emails
            if let application { draft.application = .some(application) }
            if let endpoint { draft.endpoint = .some(endpoint) }
            alert = try await scene.alerts.create(draft, by: scene.admin).alert
        }

        func look(after pause: Duration = .zero) async throws {
            scene.clock.advance(by: pause)
            try await AlertKeeper(scene.context).look()
        }

        var standing: StandingAlert {
            get async throws { try await scene.alerts.alert(alert.id, for: scene.admin) }
        }

        /// What was told to webhooks, the oldest first.
        var told: [String] {
            get async throws { try await scene.store.untoldOperationalEvents(limit: 50).map(\.kind.rawValue) }
        }

        var incidents: [Incident] {
            get async throws {
                try await scene.alerts.incidents(of: alert.id, page: ServiceScene.page, for: scene.admin).items
            }
        }

        var mails: [AlertMail] {
            get async throws { try await scene.store.dueMails(by: scene.clock.now(), limit: 50) }
        }

        /// Says that so many attempts to an endpoint have failed since the last success.
        func fail(_ endpoint: Endpoint, _ count: Int) async throws {
            try await scene.store.putHealth([
                EndpointHealth(
                    endpoint: endpoint.id, environment: endpoint.environment,
                    failingSince: count > 0 ? scene.clock.now() : nil, failures: count)
            ])
        }

        func add(_ endpoint: Endpoint, succeeded: Int, failed: Int) async throws {
            try await scene.store.add([
                EndpointHour(
                    environment: endpoint.environment, endpoint: endpoint.id, hour: scene.clock.now(),
                    succeeded: succeeded, failed: failed)
            ])
        }
    }

    @Test func anAlertIsToldOnceThatItFiresAndOnceThatItIsOver() async throws {
        let scene = try await ServiceScene(post: NotingPostman())
        let endpoint = try await scene.webhook()
        let watch = try await Watch(
            scene, .consecutiveFailures(3), emails: ["a@example.com", "b@example.com"])
        try await watch.fail(endpoint, 2)
        try await watch.look()
        let before = try await watch.told
        try await watch.fail(endpoint, 3)

        for _ in 0..<5 { try await watch.look(after: .seconds(10)) }
        let firing = try await watch.standing
        let told = try await watch.told
        let mails = try await watch.mails
        try await watch.fail(endpoint, 0)
        try await watch.look(after: .seconds(10))
        let mending = try await watch.standing
        try await watch.look(after: .seconds(290))
        let still = try await watch.standing
        try await watch.look(after: .seconds(10))
        try await watch.look(after: .seconds(10))

        #expect(before.isEmpty)
        #expect(firing.state == .firing)
        #expect(firing.standing.reading == AlertReading(isBroken: true, value: 3, culprits: ["\(endpoint.id)"]))
        #expect(told == ["alert.firing"])
        #expect(mails.map(\.recipient) == ["a@example.com", "b@example.com"])
        #expect(mails.allSatisfy { $0.subject == "[Martlet live] Firing: Größe" && $0.text.contains("\(endpoint.id)") })
        #expect(mending.state == .mending)
        #expect(still.state == .mending)
        #expect(try await watch.told == ["alert.firing", "alert.cleared"])
        #expect(try await watch.mails.count == 4)
        let incident = try #require(try await watch.incidents.first)
        #expect(try await watch.incidents.count == 1)
        #expect(incident.until == scene.clock.now() - .seconds(10))
        #expect(incident.reading.value == 3)
        await scene.stop()
    }

    @Test func whatIsWellLeavesNothingBehind() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook()
        let watches = [
            try await Watch(scene, .consecutiveFailures(1)), try await Watch(scene, .oldestWaiting(.seconds(60))),
            try await Watch(scene, .successRate(below: 1, window: .seconds(3600), attempts: 1)),
            try await Watch(scene, .endpointDisabled), try await Watch(scene, .sourceRefusing(.seconds(900))),
        ]

        for _ in 0..<10 { try await watches[0].look(after: .seconds(3600)) }

        for watch in watches {
            #expect(try await watch.standing.state == .ok)
            #expect(try await watch.incidents.isEmpty)
        }
        #expect(try await watches[0].told.isEmpty)
        await scene.stop()
    }

    @Test func aSuccessRateIsThatOfWhatTheAlertIsAboutAndOfEnoughAttempts() async throws {
        let scene = try await ServiceScene()
        let good = try await scene.webhook()
        let bad = try await scene.webhook { $0.application = "acme" }
        let rule = AlertRule.successRate(below: 0.9, window: .seconds(3600), attempts: 10)
        let whole = try await Watch(scene, rule)
        let acme = try await Watch(scene, rule, application: "acme")
        let other = try await Watch(scene, rule, application: "other")
        let one = try await Watch(scene, rule, endpoint: bad.id)

        try await whole.add(bad, succeeded: 8, failed: 1)
        try await whole.look()
        let few = try await acme.standing
        try await whole.add(bad, succeeded: 0, failed: 1)
        try await whole.add(good, succeeded: 100, failed: 0)
        try await whole.look()

        #expect(few.state == .ok)
        #expect(few.standing.reading.value == 8.0 / 9)
        #expect(try await whole.standing.state == .ok)
        #expect(try await acme.standing.state == .firing)
        #expect(try await acme.standing.standing.reading.culprits == ["\(bad.id)"])
        #expect(try await other.standing.state == .ok)
        #expect(try await one.standing.state == .firing)
        await scene.stop()
    }

    @Test func whatWaitsForTooLongFiresUnlessItIsHeld() async throws {
        let scene = try await ServiceScene()
        let endpoint = try await scene.webhook()
        let watch = try await Watch(scene, .oldestWaiting(.seconds(600)))
        _ = try await scene.publish()

        try await watch.look(after: .seconds(600))
        let atOnce = try await watch.standing
        try await watch.look(after: .seconds(1))
        let late = try await watch.standing
        var draft = WebhookDraft()
        draft.active = false
        _ = try await scene.webhooks.update(endpoint.id, draft, by: scene.admin)
        try await watch.look(after: .seconds(10))

        #expect(atOnce.state == .ok)
        #expect(late.state == .firing)
        #expect(late.standing.reading.value == 601)
        #expect(late.standing.reading.culprits == ["\(endpoint.id)"])
        #expect(try await watch.standing.state == .mending)
        await scene.stop()
    }

    @Test func aWebhookOutOfServiceFires() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook { $0.active = false }
        var gone = try await scene.webhook()
        let watch = try await Watch(scene, .endpointDisabled)
        try await watch.look()
        let before = try await watch.standing.state
        gone.deactivate(.gone, at: scene.clock.now())
        try await scene.context.apply([.putEndpoint(gone)])

        try await watch.look(after: .seconds(10))

        #expect(before == .ok)
        #expect(try await watch.standing.state == .firing)
        #expect(try await watch.standing.standing.reading.culprits == ["\(gone.id)"])
        await scene.stop()
    }

    @Test func aSourceThatRefusesFiresForItsWindow() async throws {
        let scene = try await ServiceScene()
        let watch = try await Watch(scene, .sourceRefusing(.seconds(900)))
        let other = try await Watch(scene, .sourceRefusing(.seconds(900)), application: "other")
        let now = scene.clock.now()
        try await scene.store.record([
            OperationalEvent(
                id: scene.context.identifiers.next(at: now), environment: scene.live.id, application: scene.acme.id,
                endpoint: nil, kind: .sourceRefusing, createdAt: now, data: Array(#"{"source":"src_1"}"#.utf8))
        ])

        try await watch.look(after: .seconds(10))
        let firing = try await watch.standing
        try await watch.look(after: .seconds(900))

        #expect(firing.state == .firing)
        #expect(firing.standing.reading.culprits == ["src_1"])
        #expect(try await other.standing.state == .ok)
        #expect(try await watch.standing.state == .mending)
        await scene.stop()
    }

    @Test func aRoundThatIsNotStoredIsTakenAgainAndToldOnce() async throws {
        let scene = try await ServiceScene()
        let endpoint = try await scene.webhook()
        let watch = try await Watch(scene, .consecutiveFailures(1))
        try await watch.fail(endpoint, 1)
        // The alerts, their webhooks' health, the application that is told, and then what came of it.
        var failures = 0
        for calls in 0..<8 {
            scene.store.fail(after: calls, .before)
            if try await refusal({ try await watch.look() }) != nil { failures += 1 }
            scene.store.recover()
        }

        try await watch.look()

        #expect(failures >= 3)
        #expect(try await watch.told == ["alert.firing"])
        #expect(try await watch.incidents.count == 1)
        await scene.stop()
    }

    @Test func anAlertAboutWhatIsGoneEndsAndGoes() async throws {
        let scene = try await ServiceScene()
        let endpoint = try await scene.webhook()
        let watch = try await Watch(scene, .consecutiveFailures(1), endpoint: endpoint.id)
        try await watch.fail(endpoint, 1)
        try await watch.look()
        try await scene.webhooks.delete(endpoint.id, by: scene.admin)

        try await watch.look(after: .seconds(10))
        let ended = try await watch.standing
        try await watch.look(after: .seconds(600))

        #expect(ended.state == .ok)
        #expect(try await watch.told == ["alert.firing", "alert.cleared"])
        #expect(try await scene.store.alerts().isEmpty)
        #expect(try await watch.incidents.first?.until != nil)
        await scene.stop()
    }

    @Test func oneThatIsSwitchedOffOrChangedEndsAtOnce() async throws {
        for isOff in [true, false] {
            let scene = try await ServiceScene()
            let endpoint = try await scene.webhook()
            let watch = try await Watch(scene, .consecutiveFailures(1))
            try await watch.fail(endpoint, 1)
            try await watch.look()
            var draft = AlertDraft()
            if isOff { draft.isActive = false } else { draft.rule = .consecutiveFailures(5) }

            let changed = try await scene.alerts.update(watch.alert.id, draft, by: scene.admin)
            try await watch.look(after: .seconds(10))

            #expect(changed.state == (isOff ? .off : .ok))
            #expect(try await watch.told == ["alert.firing", "alert.cleared"])
            #expect(try await watch.standing.state == changed.state)
            await scene.stop()
        }
    }

    @Test func theMostThatWaitedIsKeptByTheHour() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook()
        let keeper = AlertKeeper(scene.context)
        try await keeper.noteWaiting()
        for _ in 0..<3 { _ = try await scene.publish() }

        try await keeper.noteWaiting()

        let hours = try await scene.store.hours(in: scene.live.id, since: scene.clock.now())
        #expect(hours.map(\.mostWaiting) == [3])
        #expect(try await scene.store.hours(in: scene.sandbox.id, since: scene.clock.now()).isEmpty)
        await scene.stop()
    }
}
