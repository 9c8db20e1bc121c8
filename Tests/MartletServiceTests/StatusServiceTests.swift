import MartletCore
import MartletStore
import MartletTesting
import Testing

@testable import MartletService

struct StatusServiceTests {
    private func publish(_ isPublic: Bool, in scene: ServiceScene) async throws {
        var draft = EnvironmentService.Draft()
        draft.pages.isStatusPublic = isPublic
        _ = try await EnvironmentService(scene.context).update(draft, by: scene.admin)
    }

    @Test func itIsShownToThoseOfTheEnvironmentUnlessItIsPublic() async throws {
        let scene = try await ServiceScene()
        let service = StatusService(scene.context)
        let outsiders: [Principal?] = [nil, scene.sandboxAdmin, scene.principal(.application)]

        for outsider in outsiders {
            #expect(
                try await refusal { _ = try await service.report(of: scene.live.id, for: outsider) }?.kind == .notFound)
        }
        #expect(try await service.report(of: scene.live.id, for: scene.principal(.reader)).environment == "live")
        try await publish(true, in: scene)
        for outsider in outsiders {
            #expect(try await service.report(of: scene.live.id, for: outsider).environment == "live")
        }
        try await publish(false, in: scene)
        #expect(try await refusal { _ = try await service.report(of: scene.live.id, for: nil) }?.kind == .notFound)
        await scene.stop()
    }

    @Test func ninetyDaysAreAddedUpByTheDay() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook()
        let now = scene.clock.now()
        func add(_ succeeded: Int, _ failed: Int, daysAgo: Int64) async throws {
            var latency = LatencyHistogram()
            latency.record(2000)
            try await scene.store.add([
                EndpointHour(
                    environment: scene.live.id, endpoint: webhook.id, hour: now - .seconds(daysAgo * 86_400),
                    succeeded: succeeded, failed: failed, latency: latency)
            ])
        }
        try await add(3, 1, daysAgo: 0)
        try await add(10, 0, daysAgo: 5)
        try await add(7, 7, daysAgo: 89)
        try await add(500, 0, daysAgo: 90)
        try await scene.store.note([EnvironmentWaiting(environment: scene.live.id, hour: now, count: 12)])
        _ = try await scene.publish()
        scene.clock.advance(by: .seconds(30))

        let report = try await StatusService(scene.context).report(of: scene.live.id, for: scene.admin)

        #expect(report.days.count == 90)
        #expect(report.days.map(\.sums.attempts).filter { $0 > 0 } == [14, 10, 4])
        #expect(report.days.last?.sums.attempts == 4)
        #expect(report.days.last?.mostWaiting == 12)
        #expect(report.days.first?.mostWaiting == nil)
        #expect(report.recent.succeeded == 3)
        #expect(report.recent.failed == 1)
        #expect(report.recent.latency.total == 1)
        #expect(report.backlog == 1)
        #expect(report.overdue == .seconds(30))
        #expect(report.isWell)
        await scene.stop()
    }

    @Test func incidentsAreThoseOfTheServiceAsAWhole() async throws {
        let scene = try await ServiceScene()
        let now = scene.clock.now()
        func incident(_ rule: AlertRule, _ scope: AlertScope = .environment, until: Timestamp? = nil) async throws {
            let alert = Alert(
                id: scene.context.identifiers.next(at: now), environment: scene.live.id, name: "Acme is down",
                rule: rule,
                scope: scope, createdAt: now, updatedAt: now)
            var incident = Incident(
                alert, id: scene.context.identifiers.next(at: now), reading: AlertReading(isBroken: true, value: 1),
                at: now)
            incident.until = until
            try await scene.store.putAlert(alert)
            try await scene.store.settle([AlertTurn(alert: alert, standing: AlertStanding(), incident: incident)])
        }
        let rate = AlertRule.successRate(below: 0.9, window: .seconds(3600), attempts: 1)
        try await incident(rate, until: now + .seconds(5))
        try await incident(.oldestWaiting(.seconds(60)))
        try await incident(rate, .application(scene.acme.id))
        try await incident(.consecutiveFailures(1))
        try await incident(.endpointDisabled)
        scene.clock.advance(by: .seconds(60))

        let report = try await StatusService(scene.context).report(of: scene.live.id, for: scene.admin)

        #expect(report.incidents.map(\.kind) == [.late, .failing])
        #expect(report.incidents.map(\.until) == [nil, now + .seconds(5)])
        #expect(report.open.map(\.kind) == [.late])
        #expect(!report.isWell)
        #expect(report.days.last?.incidents == 2)
        await scene.stop()
    }

    @Test func whoAsksWhileAReportIsMadeGetsTheSame() async throws {
        let scene = try await ServiceScene()
        let service = StatusService(scene.context)
        let before = scene.store.callCount
        _ = try await StatusService(scene.context).report(of: scene.live.id, for: scene.admin)
        let calls = scene.store.callCount - before

        let together = (0..<50).map { _ in
            Task.immediate { try await service.report(of: scene.live.id, for: scene.admin).at }
        }
        for each in together { #expect(try await each.value == scene.clock.now()) }

        #expect(calls > 0)
        #expect(scene.store.callCount - before == 2 * calls)
        await scene.stop()
    }

    @Test func aReportThatCouldNotBeMadeIsMadeAtTheNextCall() async throws {
        let scene = try await ServiceScene()
        let service = StatusService(scene.context)
        scene.store.failNext(.before)

        let refused = try await refusal { _ = try await service.report(of: scene.live.id, for: scene.admin) }
        let report = try await service.report(of: scene.live.id, for: scene.admin)

        #expect(refused?.kind == .unavailable)
        #expect(report.at == scene.clock.now())
        await scene.stop()
    }

    @Test func whoeverAsksOftenGetsTheSameReport() async throws {
        let scene = try await ServiceScene()
        let service = StatusService(scene.context)
        _ = try await service.report(of: scene.live.id, for: scene.admin)
        let calls = scene.store.callCount

        for _ in 0..<100 { _ = try await service.report(of: scene.live.id, for: scene.admin) }
        let cached = scene.store.callCount - calls
        scene.clock.advance(by: StatusService.lifetime)
        let fresh = try await service.report(of: scene.live.id, for: scene.admin)

        #expect(cached == 0)
        #expect(fresh.at == scene.clock.now())
        await scene.stop()
    }
}
