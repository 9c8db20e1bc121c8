public import MartletCore
public import MartletStore
public import WebhookSigning

/// Registering and changing webhooks, their secrets, and trying them out.
public struct WebhookService: Sendable {
    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    /// A webhook and its secret, which is shown when it is made and when somebody asks for it.
    public struct Registered: Sendable {
        public var endpoint: Endpoint
        public var secret: SigningSecret
    }

    /// A webhook as a change left it.
    public struct Changed: Sendable {
        public var endpoint: Endpoint
        /// The gap that the change ended, where it made an inactive webhook active: what was published meanwhile did not
        /// go to it, and can be recovered.
        public var gap: Endpoint.Gap?
    }

    // MARK: Registering

    public func create(_ draft: WebhookDraft, by principal: Principal) async throws(ServiceError) -> Registered {
        try principal.require(.changeWebhooks)
        let environment = try context.environment(of: principal)
        let now = context.time.now()
        let application =
            draft.application == OperationsApplication.uid && principal.application == nil
            ? try await context.makeOperations(in: environment.id)
            : try context.application(named: draft.application, for: principal)
        let id = context.identifiers.next(EndpointKind.self, at: now)
        var endpoint = Endpoint(
            id: id, environment: environment.id, application: application?.id ?? environment.defaultApplication,
            url: "", events: [], secrets: SealedSecrets(current: []), createdAt: now, updatedAt: now)
        var fields: [ServiceError.Field] = []
        if draft.url == nil { fields.append(.init("url", "Say where the events are to go.")) }
        if draft.events == nil { fields.append(.init("events", "Say which events it wants: [\"property.updated\"].")) }
        let profile = change(&endpoint, draft, environment, at: now, &fields)
        let secret = secret(draft.secret, for: profile, field: "secret", &fields)
        try changeSource(&endpoint, draft.source, by: principal, &fields)
        guard fields.isEmpty, let secret else { throw .invalid(fields) }
        endpoint.secrets = SealedSecrets(current: context.vault.seal(secret, of: id))
        try await put(endpoint)
        return Registered(endpoint: endpoint, secret: secret)
    }

    public func update(
        _ id: EndpointID, _ draft: WebhookDraft, by principal: Principal
    ) async throws(ServiceError) -> Changed {
        try principal.require(.changeWebhooks)
        return try await context.directory.changes.withLock { () async throws(ServiceError) in
            try await updated(id, draft, by: principal)
        }
    }

    private func updated(
        _ id: EndpointID, _ draft: WebhookDraft, by principal: Principal
    ) async throws(ServiceError) -> Changed {
        let now = context.time.now()
        let environment = try context.environment(of: principal)
        var endpoint = try context.endpoint(id, for: principal)
        var fields: [ServiceError.Field] = []
        if draft.secret != nil {
            fields.append(.init("secret", "A secret is changed with POST /v1/webhooks/{id}/secret/rotate."))
        }
        if draft.application != nil {
            fields.append(.init("application", "A webhook stays with its application. Make a new one instead."))
        }
        let wasActive = endpoint.isActive
        let profile = change(&endpoint, draft, environment, at: now, &fields)
        if draft.profile != nil, let current = try? context.vault.open(endpoint.secrets, of: id).current {
            do throws(SigningSecretError) {
                try current.validate(for: profile.signature)
            } catch {
                fields.append(.init("profile", "The webhook's secret does not fit it. \(error.description)"))
            }
        }
        try changeSource(&endpoint, draft.source, by: principal, &fields)
        guard fields.isEmpty else { throw .invalid(fields) }
        endpoint.updatedAt = now
        try await put(endpoint)
        return Changed(endpoint: endpoint, gap: !wasActive && endpoint.isActive ? endpoint.lastGap : nil)
    }

    public func delete(_ id: EndpointID, by principal: Principal) async throws(ServiceError) {
        try principal.require(.changeWebhooks)
        try await context.directory.changes.withLock { () async throws(ServiceError) in
            let endpoint = try context.endpoint(id, for: principal)
            try await context.apply([
                .deleteEndpoint(environment: endpoint.environment, id: id, at: context.time.now())
            ])
            context.courier.endpointDeleted(id)
        }
    }

    private func put(_ endpoint: Endpoint) async throws(ServiceError) {
        try await context.apply([.putEndpoint(endpoint)])
        context.courier.endpointChanged(endpoint)
    }

    /// Takes over what the draft says, and answers with the profile that is then in force.
    private func change(
        _ endpoint: inout Endpoint, _ draft: WebhookDraft, _ environment: Environment, at now: Timestamp,
        _ fields: inout [ServiceError.Field]
    ) -> Profile {
        if let url = draft.url, ListenPlace.isMeant(by: url) {
            if let place = ListenPlace(parsing: url) {
                endpoint.url = place.description
            } else {
                fields.append(.init("url", ListenPlace.rule))
            }
        } else if let url = draft.url {
            var policy = context.egress
            policy.requiresHTTPS = environment.requiresHTTPS
            do throws(EgressRefusal) {
                endpoint.url = try policy.vet(url).description
            } catch {
                fields.append(.init("url", error.message))
            }
        }
        if let events = draft.events {
            WebhookRules.check(events: events, into: &fields)
            endpoint.events = events
        }
        if let active = draft.active {
            if active { endpoint.activate(at: now) } else { endpoint.deactivate(.paused, at: now) }
        }
        if let description = draft.description {
            if description.utf8.count > WebhookRules.longestDescription {
                fields.append(.init("description", "At most \(WebhookRules.longestDescription) bytes are taken."))
            }
            endpoint.description = description
        }
        if let name = draft.profile {
            if let name, context.directory.profile(named: name, in: environment.id) == nil {
                fields.append(.init("profile", "There is no profile of this name. GET /v1/profiles lists them."))
            }
            endpoint.profile = name
        }
        let profile =
            context.directory.profile(named: endpoint.profile ?? environment.profile, in: environment.id) ?? .standard
        if let headers = draft.headers { endpoint.headers = headers }
        if draft.headers != nil || draft.profile != nil {
            WebhookRules.check(headers: endpoint.headers, profile: profile.signature, into: &fields)
        }
        if let most = draft.maxInFlight {
            if let most, !(1...1000).contains(most) {
                fields.append(.init("max_in_flight", "Give a number from 1 to 1000."))
            }
            endpoint.maxInFlight = most
        }
        if let filter = draft.filter { endpoint.filter = filter }
        if let limit = draft.rateLimit {
            if let limit { WebhookRules.check(limit, field: "rate_limit", into: &fields) }
            endpoint.rateLimit = limit
        }
        if let isOrdered = draft.isOrdered { endpoint.isOrdered = isOrdered }
        if let retry = draft.retry {
            if let retry { WebhookRules.check(retry, field: "retry", into: &fields) }
            endpoint.retry = retry
        }
        if let timeout = draft.timeout {
            if let timeout { WebhookRules.check(timeout: timeout, field: "timeout", into: &fields) }
            endpoint.timeout = timeout
        }
        if let success = draft.success {
            if let success { WebhookRules.check(success, field: "success", into: &fields) }
            endpoint.success = success
        }
        if let metadata = draft.metadata {
            WebhookRules.check(metadata: metadata, into: &fields)
            endpoint.metadata = metadata
        }
        return profile
    }

    /// Takes over whose events alone the endpoint gets.
    private func changeSource(
        _ endpoint: inout Endpoint, _ draft: String??, by principal: Principal, _ fields: inout [ServiceError.Field]
    ) throws(ServiceError) {
        guard let draft else { return }
        guard let text = draft else {
            endpoint.source = nil
            return
        }
        guard text != endpoint.source?.description else { return }
        try principal.require(.readSources)
        guard let id = SourceID(text), let source = context.directory.source(id, in: endpoint.environment) else {
            return fields.append(
                .init(
                    "source", "There is no source \(text.prefix(64)) in this environment. GET /v1/sources lists them."))
        }
        if let application = source.application, application != endpoint.application {
            fields.append(
                .init(
                    "source",
                    "The events of \(id) are for the application \(application) alone, and this webhook belongs to "
                        + "\(endpoint.application)."))
        }
        if context.isOperations(endpoint.application, in: endpoint.environment) {
            fields.append(.init("source", EventRules.hearsOperations))
        }
        endpoint.source = id
    }

    /// The secret that a caller brought, or a new one.
    private func secret(
        _ text: String?, for profile: Profile, field: String, _ fields: inout [ServiceError.Field]
    ) -> SigningSecret? {
        guard let text else {
            return profile.signature.scheme == .standardEd25519 ? .generateEd25519() : .generate()
        }
        do throws(SigningSecretError) {
            return try SigningSecret(text, for: profile.signature)
        } catch {
            fields.append(.init(field, error.description))
            return nil
        }
    }

    // MARK: Looking

    public func webhook(_ id: EndpointID, for principal: Principal) throws(ServiceError) -> Endpoint {
        try principal.require(.readWebhooks)
        return try context.endpoint(id, for: principal)
    }

    /// Lists webhooks, newest first.
    public func webhooks(
        application: String?, page: PageRequest, for principal: Principal
    ) async throws(ServiceError) -> ListPage<Endpoint> {
        try principal.require(.readWebhooks)
        let application = try context.application(named: application, for: principal)?.id
        let before = try page.position(of: EndpointID.self)
        let found = try await context.stored { () async throws(StoreError) in
            try await context.store.endpoints(
                in: principal.environment, application: application, before: before, limit: page.limit + 1)
        }
        return ListPage(found, limit: page.limit) { $0.id.description }
    }

    /// A webhook's signing secret.
    public func secret(of id: EndpointID, for principal: Principal) throws(ServiceError) -> SigningSecrets {
        try principal.require(.readSecrets)
        return try open(try context.endpoint(id, for: principal))
    }

    private func open(_ endpoint: Endpoint) throws(ServiceError) -> SigningSecrets {
        do throws(SecretVault.WrongKey) {
            return try context.vault.open(endpoint.secrets, of: endpoint.id)
        } catch {
            throw ServiceError(.unavailable, "wrong_master_key", error.description, retryAfter: .seconds(60))
        }
    }

    // MARK: Rotating

    /// Puts a new secret in the place of the one in force.
    ///
    /// - Parameters:
    ///   - text: the new secret, or `nil` to have one made.
    ///   - overlap: how long the old one still counts; 24 hours unless given.
    ///   - cutOverAt: from when the new one signs, where the scheme carries one signature only; at once unless given.
    public func rotate(
        _ id: EndpointID, to text: String?, overlap: Duration?, cutOverAt: Timestamp?, by principal: Principal
    ) async throws(ServiceError) -> Registered {
        try principal.require(.changeWebhooks)
        return try await context.directory.changes.withLock { () async throws(ServiceError) in
            try await rotated(id, to: text, overlap: overlap, cutOverAt: cutOverAt, by: principal)
        }
    }

    private func rotated(
        _ id: EndpointID, to text: String?, overlap: Duration?, cutOverAt: Timestamp?, by principal: Principal
    ) async throws(ServiceError) -> Registered {
        let environment = try context.environment(of: principal)
        var endpoint = try context.endpoint(id, for: principal)
        let profile =
            context.directory.profile(named: endpoint.profile ?? environment.profile, in: environment.id) ?? .standard
        let now = context.time.now()
        var fields: [ServiceError.Field] = []
        let secret = secret(text, for: profile, field: "secret", &fields)
        if let overlap, overlap < .zero || overlap > .seconds(30 * 86_400) {
            fields.append(.init("overlap", "Give a duration of at most 30d; 0s ends the old secret at once."))
        }
        if let cutOverAt {
            if profile.signature.scheme.carriesSeveralSignatures {
                fields.append(
                    .init(
                        "cut_over_at",
                        "The scheme \(profile.signature.scheme.rawValue) signs with both secrets until `overlap` ends.")
                )
            } else if cutOverAt > now + .seconds(30 * 86_400) {
                fields.append(.init("cut_over_at", "This is more than 30d ahead."))
            }
        }
        guard fields.isEmpty, let secret else { throw .invalid(fields) }
        let secrets = try open(endpoint).rotated(
            to: secret, at: now.seconds,
            overlapEnds: (now + (overlap ?? context.limits.rotationOverlap)).seconds,
            cutOverAt: cutOverAt?.seconds, scheme: profile.signature.scheme)
        endpoint.secrets = SealedSecrets(
            current: context.vault.seal(secrets.current, of: id),
            previous: secrets.previous.map { context.vault.seal($0, of: id) },
            overlapEnds: Timestamp(milliseconds: secrets.overlapEnds * 1000),
            cutOverAt: Timestamp(milliseconds: secrets.cutOverAt * 1000))
        endpoint.updatedAt = now
        try await put(endpoint)
        return Registered(endpoint: endpoint, secret: secret)
    }

    // MARK: Trying out

    /// Sends a test event now and waits for what comes of it. It is tried once.
    ///
    /// - Parameter data: the payload in the form it is carried in, or `nil` for the catalogue's example.
    public func test(
        _ id: EndpointID, type: String, data: [UInt8]?, warnings: [PayloadWarning] = [], by principal: Principal
    ) async throws(ServiceError) -> Tested {
        try principal.require(.changeWebhooks)
        let endpoint = try context.endpoint(id, for: principal)
        guard EventTypeName.isValid(type) else { throw .invalid("type", EventRules.typeRule) }
        guard endpoint.isActive else { throw WebhookRules.inactive }
        guard endpoint.kind == .http || context.listeners.isAttended(id) else { throw WebhookRules.unattended }
        let now = context.time.now()
        let payload: [UInt8]
        if let data { payload = data } else { payload = try await example(of: type, in: principal.environment) }
        let eventID: EventID = context.identifiers.next(at: now)
        let body = EventBody(id: eventID.description, type: type, created: now, data: payload)
        guard body.bytes.count <= context.limits.eventBytes else {
            throw ServiceError(.tooLarge, "event_too_large", "The event has \(body.bytes.count) bytes.")
        }
        let delivery = Delivery(
            id: context.identifiers.next(at: now), environment: principal.environment, event: eventID,
            endpoint: id, application: endpoint.application, cause: .test, createdAt: now, state: .scheduled(due: now))
        let stored = Event(
            id: eventID, environment: principal.environment, chosenID: nil, type: type,
            application: endpoint.application, created: now, acceptedAt: now, isTest: true, deliveryCount: 1, body: body
        )
        _ = try await context.committer.accept(
            Acceptance(entries: [Acceptance.Entry(event: stored, deliveries: [delivery])]))
        await context.courier.settled(delivery.id, of: id)
        let (settled, attempts) = try await context.stored { () async throws(StoreError) in
            (
                try await context.store.delivery(delivery.id, in: principal.environment),
                try await context.store.attempts(of: delivery.id)
            )
        }
        guard let settled, let attempt = attempts.last else {
            throw ServiceError(
                .unavailable, "test_interrupted",
                "The test event was stored, but its attempt was not made: the service is stopping, or whoever listened "
                    + "has gone. It is made later.",
                retryAfter: .seconds(5))
        }
        return Tested(event: stored, delivery: settled, attempt: attempt)
    }

    /// What came of a test event.
    public struct Tested: Sendable {
        public var event: Event
        public var delivery: Delivery
        public var attempt: Attempt
    }

    private func example(of type: String, in environment: EnvironmentID) async throws(ServiceError) -> [UInt8] {
        let entry = try await context.stored { () async throws(StoreError) in
            try await context.store.eventType(type, in: environment)
        }
        guard let example = entry?.example else {
            throw .invalid(
                "data",
                entry == nil
                    ? "\(type) is not in the catalogue, so there is no example to send. Give the payload."
                    : "\(type) has no example in the catalogue. Give the payload.")
        }
        do throws(PayloadRejection) {
            return try JSONNormaliser.normalise(Array(example.utf8)).bytes
        } catch {
            throw .invalid("data", "The catalogue's example cannot be sent: \(error)")
        }
    }

    // MARK: Sums

    /// How a webhook has been doing since `since`, and what waits for it.
    public func stats(
        of id: EndpointID, since: Timestamp, for principal: Principal
    ) async throws(ServiceError) -> WebhookStats {
        try principal.require(.readWebhooks)
        let endpoint = try context.endpoint(id, for: principal)
        let (hours, backlog, blocked, health) = try await context.stored { () async throws(StoreError) in
            (
                try await context.store.hours(of: id, since: since),
                try await context.store.backlog(of: id),
                try await context.store.blockedKeys(of: id, limit: WebhookStats.mostBlocked),
                try await context.store.health(of: id)
            )
        }
        var stats = WebhookStats(endpoint: endpoint, since: since, backlog: backlog)
        stats.health = health
        stats.condition = context.courier.condition(of: id)
        if endpoint.kind == .listen { stats.isAttended = context.listeners.isAttended(id) }
        // What was published while it had an order keeps its turn.
        if endpoint.isOrdered || !blocked.isEmpty { stats.blocked = blocked }
        for hour in hours {
            stats.succeeded += hour.succeeded
            stats.failed += hour.failed
            stats.latency.add(hour.latency)
        }
        return stats
    }
}

/// How a webhook has been doing.
public struct WebhookStats: Sendable {
    public var endpoint: Endpoint
    public var since: Timestamp
    /// Attempts that were acknowledged, and that were not.
    public var succeeded = 0
    public var failed = 0
    public var latency = LatencyHistogram()
    /// Deliveries that wait.
    public var backlog: Int
    /// How it stands with failures, as last recorded; `nil` where nothing was yet.
    public var health: EndpointHealth?
    /// How it fares at this moment; `nil` where the engine has not heard of it yet.
    public var condition: EndpointCondition?
    /// Whether somebody listens to it here; `nil` for one that is sent to a URL.
    public var isAttended: Bool?
    /// The keys in whose order a delivery has failed and others wait for it, at most ``mostBlocked``; `nil` for a webhook
    /// without an order.
    public var blocked: [BlockedKey]?

    /// How many blocked keys are told.
    public static let mostBlocked = 100
}
