import MartletCore
import MartletStore

extension ConformanceWorld {
    func alert(
        _ rule: AlertRule = .consecutiveFailures(5), of scope: AlertScope = .environment,
        in environment: Environment? = nil
    ) -> Alert {
        Alert(
            id: id(), environment: (environment ?? live).id, name: "Größe", rule: rule, scope: scope,
            emails: ["ops@example.com"], createdAt: now, updatedAt: now)
    }

    func incident(of alert: Alert, until: Timestamp? = nil, at instant: Timestamp? = nil) -> Incident {
        var incident = Incident(
            alert, id: id(at: instant),
            reading: AlertReading(isBroken: true, value: 0.25, culprits: [endpoint.id.description], culpritCount: 12),
            at: instant ?? now)
        incident.until = until
        return incident
    }

    func mail(due: Timestamp? = nil, tries: Int = 0) -> AlertMail {
        AlertMail(
            id: id(), environment: live.id, recipient: "ops@example.com", subject: "It fires: Größe", text: "a\nb\n",
            createdAt: now, dueAt: due ?? now, tries: tries)
    }

    /// A standing in which every part says something.
    func firing(_ incident: Incident) -> AlertStanding {
        AlertStanding(
            firingSince: now, incident: incident.id, wellSince: now + .seconds(1), clearedAt: now - .seconds(9),
            returns: 2, reading: incident.reading, readAt: now + .seconds(2))
    }

    fileprivate func incidents(_ change: (inout IncidentQuery) -> Void = { _ in }) async throws -> [Incident] {
        var query = IncidentQuery(environment: live.id, limit: 10)
        change(&query)
        return try await store.incidents(query).items
    }
}

extension StoreConformance {
    static let alerts: [StoreConformance] = [
        StoreConformance("alerts of every rule and scope are kept as they are, and listed newest first") { world in
            let rules: [(AlertRule, AlertScope)] = [
                (.consecutiveFailures(3), .environment),
                (.successRate(below: 0.955, window: .seconds(7200), attempts: 20), .application(world.application.id)),
                (.oldestWaiting(.seconds(90)), .endpoint(world.endpoint.id)), (.endpointDisabled, .environment),
                (.sourceRefusing(.seconds(900)), .environment),
            ]
            var alerts = rules.map { world.alert($0, of: $1) }
            alerts[1].isActive = false
            alerts[2].emails = []
            alerts[2].tellsEndpoints = false
            let foreign = world.alert(in: world.sandbox)
            for alert in alerts + [foreign] { try await world.store.putAlert(alert) }

            let all = try await world.store.alerts()
            let page = try await world.store.alerts(in: world.live.id, before: alerts[4].id, limit: 2)

            try expectEqual(all, (alerts + [foreign]).map { StandingAlert($0) })
            try expectEqual(page.map(\.alert), [alerts[3], alerts[2]])
            try expectEqual(try await world.store.alert(alerts[1].id, in: world.live.id)?.alert, alerts[1])
            try expectEqual(try await world.store.alert(foreign.id, in: world.live.id), nil)
            try await world.expectConflict("An environment that is not there.") {
                var stray = world.alert()
                stray = Alert(
                    id: stray.id, environment: world.id(), name: "", rule: stray.rule, createdAt: world.now,
                    updatedAt: world.now)
                try await world.store.putAlert(stray)
            }
        },
        StoreConformance("an alert that is changed stands as it stood, and one that is deleted is gone with it") {
            world in
            var alert = world.alert()
            let incident = world.incident(of: alert)
            try await world.store.putAlert(alert)
            try await world.store.settle([
                AlertTurn(alert: alert, standing: world.firing(incident), incident: incident)
            ])

            alert.name = "Another"
            try await world.store.putAlert(alert)
            let changed = try await world.store.alert(alert.id, in: world.live.id)
            try await world.store.deleteAlert(alert.id, in: world.sandbox.id)
            let still = try await world.store.alert(alert.id, in: world.live.id)
            try await world.store.deleteAlert(alert.id, in: world.live.id)
            try await world.store.deleteAlert(alert.id, in: world.live.id)

            try expectEqual(changed, StandingAlert(alert, world.firing(incident)))
            try expectEqual(still, changed)
            try expectEqual(try await world.store.alerts(), [])
            try expectEqual(try await world.incidents(), [incident])
        },
        StoreConformance("a turn is kept whole: standing, incident, event and messages") { world in
            let alert = world.alert()
            let incident = world.incident(of: alert)
            let event = world.operational(nil, .alertFiring)
            let mails = [world.mail(), world.mail()]
            try await world.store.putAlert(alert)

            try await world.store.settle([
                AlertTurn(
                    alert: alert, standing: world.firing(incident), incident: incident, event: event, mails: mails)
            ])

            try expectEqual(
                try await world.store.alert(alert.id, in: world.live.id)?.standing, world.firing(incident))
            try expectEqual(try await world.incidents(), [incident])
            try expectEqual(try await world.store.untoldOperationalEvents(limit: 10), [event])
            try expectEqual(try await world.store.dueMails(by: world.now, limit: 10), mails)
        },
        StoreConformance("a turn of an alert that was changed or deleted meanwhile is left out") { world in
            let alert = world.alert()
            var changed = world.alert()
            let seen = changed
            let well = world.alert()
            for alert in [alert, changed, well] { try await world.store.putAlert(alert) }
            changed.updatedAt = world.now + .seconds(1)
            try await world.store.putAlert(changed)
            try await world.store.deleteAlert(alert.id, in: world.live.id)

            try await world.store.settle(
                [alert, seen, well].map { alert in
                    let incident = world.incident(of: alert)
                    return AlertTurn(
                        alert: alert, standing: world.firing(incident), incident: incident, mails: [world.mail()])
                })

            try expectEqual(
                try await world.store.alerts(in: world.live.id, before: nil, limit: 10).map(\.standing.isFiring),
                [true, false])
            try expectEqual(try await world.incidents().map(\.alert), [well.id])
            try expectEqual(try await world.store.dueMails(by: world.now, limit: 10).count, 1)
        },
        StoreConformance("incidents are listed newest first, by alert and from an instant on, page by page") { world in
            let alerts = [world.alert(), world.alert()]
            for alert in alerts { try await world.store.putAlert(alert) }
            let old = world.incident(of: alerts[0], until: world.now, at: world.now - .seconds(60))
            let others = [world.incident(of: alerts[0]), world.incident(of: alerts[1])]
            for incident in [old] + others {
                guard let alert = alerts.first(where: { $0.id == incident.alert }) else { continue }
                try await world.store.settle([
                    AlertTurn(alert: alert, standing: AlertStanding(), incident: incident)
                ])
            }
            var query = IncidentQuery(environment: world.live.id, limit: 2)

            let page = try await world.store.incidents(query)
            query.before = page.next
            let rest = try await world.store.incidents(query)

            try expectEqual(page.items, [others[1], others[0]])
            try expectEqual(rest.items, [old])
            try expectEqual(rest.next, nil)
            try expectEqual(try await world.incidents { $0.alert = alerts[0].id }, [others[0], old])
            try expectEqual(try await world.incidents { $0.since = world.now - .seconds(5) }.count, 2)
            try expectEqual(try await world.incidents { $0.environment = world.sandbox.id }, [])
        },
        StoreConformance("an incident that ends takes the place of itself, and is forgotten when it is old") { world in
            let alert = world.alert()
            try await world.store.putAlert(alert)
            let before = world.now - .seconds(60)
            var ended = world.incident(of: alert, at: before)
            let open = world.incident(of: alert, at: before)
            let new = world.incident(of: alert, until: world.now)
            func keep(_ incident: Incident) async throws {
                try await world.store.settle([
                    AlertTurn(alert: alert, standing: AlertStanding(), incident: incident)
                ])
            }
            for incident in [ended, open, new] { try await keep(incident) }
            ended.until = world.now
            try await keep(ended)

            let all = Set(try await world.incidents())
            let none = try await world.store.forgetIncidents(beganBefore: world.now, limit: 0)
            let forgotten = try await world.store.forgetIncidents(beganBefore: world.now - .seconds(1), limit: 5)

            try expectEqual(all, [ended, open, new])
            try expectEqual([none, forgotten], [0, 1])
            try expectEqual(Set(try await world.incidents()), [open, new])
        },
        StoreConformance("messages come when they are due, and go when they are sent") { world in
            let alert = world.alert()
            try await world.store.putAlert(alert)
            let late = world.mail(due: world.now + .seconds(60))
            let first = world.mail(due: world.now - .seconds(1))
            var second = world.mail()
            try await world.store.settle([
                AlertTurn(alert: alert, standing: AlertStanding(), mails: [late, second, first])
            ])

            let due = try await world.store.dueMails(by: world.now, limit: 10)
            let one = try await world.store.dueMails(by: world.now, limit: 1)
            second.tries = 1
            second.dueAt = world.now + .seconds(30)
            try await world.store.putMail(second)
            try await world.store.deleteMail(first.id)
            try await world.store.deleteMail(first.id)

            try expectEqual(due.map(\.id), [first.id, second.id])
            try expectEqual(one, [first])
            try expectEqual(try await world.store.dueMails(by: world.now, limit: 10), [])
            try expectEqual(
                try await world.store.dueMails(by: world.now + .seconds(99), limit: 10), [second, late])
        },
    ]
}
