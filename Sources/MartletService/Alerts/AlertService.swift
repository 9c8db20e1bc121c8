public import MartletCore
public import MartletStore

/// Alerts: making, changing and trying them, and what came of them.
public struct AlertService: Sendable {
    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    /// Whether this server can send e-mail.
    public var sendsMail: Bool { context.post != nil }

    /// What came of trying an alert.
    public struct Trial: Sendable {
        /// How many webhooks are told; `nil` where the alert tells none.
        public var webhooks: Int?
        public var mails: [Mail]

        /// One message.
        public struct Mail: Sendable, Hashable {
            public var recipient: String
            /// Why it was not taken; `nil` where it was.
            public var failure: String?
        }
    }

    // MARK: Changing

    public func create(_ draft: AlertDraft, by principal: Principal) async throws(ServiceError) -> StandingAlert {
        try principal.require(.changeAlerts)
        let environment = try context.environment(of: principal)
        let now = context.time.now()
        var fields: [ServiceError.Field] = []
        if draft.name == nil { fields.append(.init("name", "Give the alert a name.")) }
        if draft.rule == nil {
            let kinds = AlertRule.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            fields.append(.init("rule", "Say what it looks at: {\"type\":…} with one of \(kinds)."))
        }
        var alert = Alert(
            id: context.identifiers.next(at: now), environment: environment.id, name: "", rule: .endpointDisabled,
            createdAt: now, updatedAt: now)
        try change(&alert, draft, for: principal, &fields)
        guard fields.isEmpty else { throw .invalid(fields) }
        let count = try await context.stored { () async throws(StoreError) in
            try await context.store.alerts(in: environment.id, before: nil, limit: AlertLimits.most).count
        }
        guard count < AlertLimits.most else {
            throw ServiceError(
                .conflict, "too_many_alerts",
                "The environment has \(count) alerts, which is as many as it may. Delete one, or widen what one is about."
            )
        }
        try await put(alert)
        return StandingAlert(alert)
    }

    /// Changes an alert. Where it looks at something else from then on, or is switched off, it ends if it fires.
    public func update(
        _ id: AlertID, _ draft: AlertDraft, by principal: Principal
    ) async throws(ServiceError) -> StandingAlert {
        try principal.require(.changeAlerts)
        let before = try await find(id, for: principal)
        var alert = before.alert
        var fields: [ServiceError.Field] = []
        try change(&alert, draft, for: principal, &fields)
        guard fields.isEmpty else { throw .invalid(fields) }
        alert.updatedAt = max(context.time.now(), before.alert.updatedAt + .milliseconds(1))
        if alert.rule != before.alert.rule || alert.scope != before.alert.scope || !alert.isActive {
            try await end(before)
        }
        try await put(alert)
        return try await find(id, for: principal)
    }

    /// Deletes an alert; it ends if it fires. Its incidents stay.
    public func delete(_ id: AlertID, by principal: Principal) async throws(ServiceError) {
        try principal.require(.changeAlerts)
        let alert = try await find(id, for: principal)
        try await end(alert)
        try await context.stored { () async throws(StoreError) in
            try await context.store.deleteAlert(id, in: principal.environment)
        }
    }

    private func put(_ alert: Alert) async throws(ServiceError) {
        try await context.stored { () async throws(StoreError) in try await context.store.putAlert(alert) }
    }

    private func end(_ standing: StandingAlert) async throws(ServiceError) {
        guard standing.standing.isFiring,
            let turn = try await AlertJudge(context).turn(of: standing, nil, at: context.time.now())
        else { return }
        try await context.stored { () async throws(StoreError) in try await context.store.settle([turn]) }
    }

    private func change(
        _ alert: inout Alert, _ draft: AlertDraft, for principal: Principal, _ fields: inout [ServiceError.Field]
    ) throws(ServiceError) {
        if let name = draft.name {
            AlertLimits.check(name: name, into: &fields)
            alert.name = name
        }
        if let rule = draft.rule {
            AlertLimits.check(rule, into: &fields)
            alert.rule = rule
        }
        if let isActive = draft.isActive { alert.isActive = isActive }
        if let emails = draft.emails {
            AlertLimits.check(emails: emails, into: &fields)
            // Those that it has already do not keep the rest of it from being changed.
            if !sendsMail, !Set(emails).isSubset(of: alert.emails) {
                fields.append(.init("emails", "This server sends no e-mail. Start it with --smtp-url and --smtp-from."))
            }
            alert.emails = emails
        }
        if let tellsEndpoints = draft.tellsEndpoints { alert.tellsEndpoints = tellsEndpoints }
        if let clearsAfter = draft.clearsAfter {
            let range = AlertLimits.clearingTimes
            if !range.contains(clearsAfter) {
                fields.append(.init("clears_after", "Give a duration of at most \(range.upperBound.text)."))
            }
            alert.clearsAfter = clearsAfter
        }
        try changeScope(&alert, draft, for: principal, &fields)
    }

    private func changeScope(
        _ alert: inout Alert, _ draft: AlertDraft, for principal: Principal, _ fields: inout [ServiceError.Field]
    ) throws(ServiceError) {
        if case .some(.some(let name)) = draft.application, case .some(.some) = draft.endpoint {
            return fields.append(.init("webhook", "Give either the application \(name.prefix(64)) or a webhook of it."))
        }
        if let name = draft.application {
            if let application = try name.flatMap({ name throws(ServiceError) in
                try context.application(named: name, for: principal)
            }) {
                alert.scope = .application(application.id)
            } else if case .application = alert.scope {
                alert.scope = .environment
            }
        }
        if let id = draft.endpoint {
            if let id {
                if context.directory.endpoint(id, in: principal.environment) == nil {
                    fields.append(.init("webhook", "There is no webhook with this id."))
                }
                alert.scope = .endpoint(id)
            } else if case .endpoint = alert.scope {
                alert.scope = .environment
            }
        }
        if case .sourceRefusing = alert.rule, case .endpoint = alert.scope {
            fields.append(.init("webhook", "What sources refuse is not about a webhook. Leave it out."))
        }
    }

    // MARK: Looking

    public func alert(_ id: AlertID, for principal: Principal) async throws(ServiceError) -> StandingAlert {
        try principal.require(.readAlerts)
        return try await find(id, for: principal)
    }

    /// Lists alerts, newest first.
    public func alerts(
        page: PageRequest, for principal: Principal
    ) async throws(ServiceError) -> ListPage<StandingAlert> {
        try principal.require(.readAlerts)
        let before = try page.position(of: AlertID.self)
        let found = try await context.stored { () async throws(StoreError) in
            try await context.store.alerts(in: principal.environment, before: before, limit: page.limit + 1)
        }
        return ListPage(found, limit: page.limit) { $0.alert.id.description }
    }

    /// Lists incidents, newest first.
    ///
    /// - Parameter alert: the one whose incidents are wanted, deleted or not, or `nil` for all.
    public func incidents(
        of alert: AlertID?, since: Timestamp? = nil, page: PageRequest, for principal: Principal
    ) async throws(ServiceError) -> ListPage<Incident> {
        try principal.require(.readAlerts)
        var query = IncidentQuery(environment: principal.environment, limit: page.limit)
        query.alert = alert
        query.since = since
        query.before = try page.position(of: IncidentID.self)
        let found = try await context.stored { [query] () async throws(StoreError) in
            try await context.store.incidents(query)
        }
        return ListPage(items: found.items, next: found.next?.description)
    }

    private func find(_ id: AlertID, for principal: Principal) async throws(ServiceError) -> StandingAlert {
        let found = try await context.stored { () async throws(StoreError) in
            try await context.store.alert(id, in: principal.environment)
        }
        guard let found else { throw .notFound("alert") }
        return found
    }

    /// How many webhooks hear what alerts tell.
    public func listeners(for principal: Principal) throws(ServiceError) -> Int {
        try principal.require(.readAlerts)
        return listeners(to: .alertFiring, in: principal.environment)
    }

    private func listeners(to kind: OperationalEvent.Kind, in environment: EnvironmentID) -> Int {
        guard let application = context.operations(in: environment) else { return 0 }
        return context.directory.audience(for: kind.rawValue, application: application.id, in: environment)
            .subscribers.count
    }

    // MARK: Trying

    /// Tells everybody whom an alert tells that it is a test, whatever the state of things. How it stands stays as it is.
    public func test(_ id: AlertID, by principal: Principal) async throws(ServiceError) -> Trial {
        try principal.require(.changeAlerts)
        let alert = try await find(id, for: principal).alert
        let now = context.time.now()
        var trial = Trial(webhooks: nil, mails: [])
        if alert.tellsEndpoints {
            let event = try await AlertJudge(context).event(.alertTest, alert, nil, .nothing, at: now)
            try await context.stored { () async throws(StoreError) in try await context.store.record([event]) }
            trial.webhooks = listeners(to: .alertTest, in: alert.environment)
        }
        let notice = AlertNotice(
            context: context, alert: alert, occasion: .test, reading: .nothing, since: now, now: now)
        for mail in notice.mails {
            let letter = Letter(
                recipient: mail.recipient, subject: mail.subject, text: mail.text, name: mail.id.description)
            do throws(PostFailure) {
                guard let post = context.post else { throw PostFailure("This server sends no e-mail.") }
                try await post.send(letter)
                trial.mails.append(Trial.Mail(recipient: mail.recipient, failure: nil))
            } catch {
                trial.mails.append(Trial.Mail(recipient: mail.recipient, failure: error.message))
            }
        }
        return trial
    }
}
