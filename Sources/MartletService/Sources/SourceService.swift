public import MartletCore
import MartletStore
public import WebhookSigning

/// Making and changing sources, and their secrets.
public struct SourceService: Sendable {
    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    /// A source, with its secret where that was made here.
    public struct Registered: Sendable {
        public var source: Source
        public var secret: SigningSecret?
    }

    // MARK: Making and changing

    public func create(_ draft: SourceDraft, by principal: Principal) async throws(ServiceError) -> Registered {
        try principal.require(.changeSources)
        return try await context.directory.changes.withLock { () async throws(ServiceError) in
            guard context.directory.sources(in: principal.environment).count < SourceRules.mostSources else {
                throw SourceRules.tooMany
            }
            let now = context.time.now()
            var random = SystemRandomNumberGenerator()
            var source = Source(
                id: context.identifiers.next(at: now), environment: principal.environment, name: "",
                token: SourceToken(using: &random), preset: PresetChoice(name: ""), createdAt: now, updatedAt: now)
            var fields: [ServiceError.Field] = []
            if draft.name == nil { fields.append(.init("name", "Give the source a name, such as its sender's.")) }
            if draft.preset == nil {
                fields.append(
                    .init("preset", "Say whose requests come in: stripe, github, standard … (docs/presets.md)."))
            }
            let made = try change(&source, draft, at: now, by: principal, &fields)
            guard fields.isEmpty else { throw .invalid(fields) }
            try await context.apply([.putSource(source)])
            return Registered(source: source, secret: made)
        }
    }

    public func update(
        _ id: SourceID, _ draft: SourceDraft, by principal: Principal
    ) async throws(ServiceError) -> Registered {
        try principal.require(.changeSources)
        return try await context.directory.changes.withLock { () async throws(ServiceError) in
            var source = try context.source(id, for: principal)
            let now = context.time.now()
            var fields: [ServiceError.Field] = []
            let made = try change(&source, draft, at: now, by: principal, &fields)
            guard fields.isEmpty else { throw .invalid(fields) }
            source.updatedAt = now
            try await context.apply([.putSource(source)])
            return Registered(source: source, secret: made)
        }
    }

    public func delete(_ id: SourceID, by principal: Principal) async throws(ServiceError) {
        try principal.require(.changeSources)
        try await context.directory.changes.withLock { () async throws(ServiceError) in
            let source = try context.source(id, for: principal)
            try await context.apply([.deleteSource(environment: source.environment, id: id)])
        }
    }

    /// Takes over what the draft says.
    ///
    /// - Returns: the secret that was made, where one was.
    private func change(
        _ source: inout Source, _ draft: SourceDraft, at now: Timestamp, by principal: Principal,
        _ fields: inout [ServiceError.Field]
    ) throws(ServiceError) -> SigningSecret? {
        if let name = draft.name {
            if name.isEmpty || name.utf8.count > SourceRules.longestName {
                fields.append(.init("name", "Give 1 to \(SourceRules.longestName) bytes."))
            }
            source.name = name
        }
        if let description = draft.description {
            if description.utf8.count > SourceRules.longestDescription {
                fields.append(.init("description", "At most \(SourceRules.longestDescription) bytes are taken."))
            }
            source.description = description
        }
        if let active = draft.active { source.isActive = active }
        if let name = draft.application {
            let application = try name.flatMap { name throws(ServiceError) in
                try context.application(named: name, for: principal)
            }
            if let application, application.isOperations { throw OperationsApplication.isReserved }
            source.application = application?.id
        }
        let preset = changePreset(&source, draft, &fields)
        let made = preset.flatMap { changeSecret(&source, draft, for: $0, at: now, &fields) }
        changeBounds(&source, draft, preset, &fields)
        if let metadata = draft.metadata {
            WebhookRules.check(metadata: metadata, into: &fields)
            source.metadata = metadata
        }
        return made
    }

    private func changePreset(
        _ source: inout Source, _ draft: SourceDraft, _ fields: inout [ServiceError.Field]
    ) -> WebhookPreset? {
        var choice = PresetChoice(name: draft.preset ?? source.preset.name)
        guard !choice.name.isEmpty else { return nil }
        let isOther = choice.name != source.preset.name
        choice.parameters = draft.parameters ?? (isOther ? [:] : source.preset.parameters)
        if !isOther {
            for (name, value) in choice.parameters where value == MaskedHeaders.mask {
                choice.parameters[name] = source.preset.parameters[name]
            }
        }
        do throws(PresetError) {
            let preset = try context.vault.opened(choice, of: source.id).preset()
            source.preset = context.vault.sealed(choice, of: source.id)
            return preset
        } catch {
            fields.append(.init(error.parameter.map { "parameters.\($0)" } ?? "preset", error.description))
            return nil
        }
    }

    private func changeSecret(
        _ source: inout Source, _ draft: SourceDraft, for preset: WebhookPreset, at now: Timestamp,
        _ fields: inout [ServiceError.Field]
    ) -> SigningSecret? {
        if draft.secret != nil || draft.generatesSecret == true {
            guard let secret = secret(draft, for: preset, &fields) else { return nil }
            // What a mistaken secret signed is recognised all the same.
            source.secrets = SealedSecrets(
                current: context.vault.seal(secret, of: source.id), previous: source.secrets?.current,
                overlapEnds: source.secrets.map { _ in now }, cutOverAt: source.secrets.map { _ in now })
            return draft.secret == nil ? secret : nil
        }
        guard draft.preset != nil || draft.parameters != nil, let kept = source.secrets else { return nil }
        guard preset.needsSecret else {
            source.secrets = nil
            return nil
        }
        if let current = context.vault.open(kept, of: source.id)?.current,
            let complaint = Self.complaint(about: current, for: preset)
        {
            fields.append(.init("preset", "The source's secret does not fit it; give `secret` too. \(complaint)"))
        }
        return nil
    }

    /// The secret that a caller brought, or a new one.
    private func secret(
        _ draft: SourceDraft, for preset: WebhookPreset, _ fields: inout [ServiceError.Field]
    ) -> SigningSecret? {
        guard preset.needsSecret else {
            fields.append(.init("secret", "The preset \(preset.name) takes none."))
            return nil
        }
        guard let text = draft.secret else {
            guard !preset.takesKeyPair else {
                fields.append(
                    .init(
                        "generate_secret",
                        "The sender has the private key. Give its public half: \(preset.secret ?? "")."))
                return nil
            }
            return SigningSecret.generate(for: preset)
        }
        guard draft.generatesSecret != true else {
            fields.append(.init("generate_secret", "Give `secret`, or have one made; not both."))
            return nil
        }
        do throws(SigningSecretError) {
            let secret = try SigningSecret(text, for: preset)
            guard let complaint = Self.complaint(about: secret, for: preset) else { return secret }
            fields.append(.init("secret", complaint))
        } catch {
            fields.append(.init("secret", error.description))
        }
        return nil
    }

    private static func complaint(about secret: SigningSecret, for preset: WebhookPreset) -> String? {
        do throws(WebhookSigningError) {
            _ = try WebhookReceiver(preset: preset, secrets: [secret])
            return nil
        } catch {
            return error.description
        }
    }

    private func changeBounds(
        _ source: inout Source, _ draft: SourceDraft, _ preset: WebhookPreset?, _ fields: inout [ServiceError.Field]
    ) {
        if let tolerance = draft.tolerance {
            if let tolerance, !SourceRules.tolerances.contains(tolerance) {
                fields.append(
                    .init("tolerance", "Give a duration from 1s to \(SourceRules.tolerances.upperBound.text)."))
            }
            if tolerance != nil, let preset, preset.tolerance == nil {
                fields.append(.init("tolerance", "Requests of the preset \(preset.name) carry no signed time."))
            }
            source.tolerance = tolerance
        }
        if let addresses = draft.addresses {
            SourceRules.check(addresses: addresses, into: &fields)
            source.addresses = addresses
        }
        if let limit = draft.rateLimit {
            if let limit { WebhookRules.check(limit, field: "rate_limit", into: &fields) }
            source.limits.rate = limit
        }
        if let limit = draft.rateLimitPerAddress {
            if let limit { WebhookRules.check(limit, field: "rate_limit_per_address", into: &fields) }
            source.limits.ratePerAddress = limit
        }
        if let size = draft.maxBodySize {
            if !(1...SourceLimits.largestBodySize).contains(size) {
                fields.append(.init("max_body_bytes", "Give a number from 1 to \(SourceLimits.largestBodySize)."))
            }
            source.limits.maxBodySize = size
        }
        if let prefix = draft.typePrefix { source.typing.prefix = prefix }
        if let fallback = draft.fallbackType { source.typing.fallback = fallback }
        if draft.typePrefix != nil || draft.fallbackType != nil {
            SourceRules.check(source.typing, into: &fields)
        }
        if let window = draft.duplicateWindow {
            if window < .zero || window > SourceRules.longestWindow {
                fields.append(
                    .init(
                        "duplicate_window",
                        "Give a duration of at most \(SourceRules.longestWindow.text); 0s for never."))
            }
            source.duplicateWindow = window
        }
        if let headers = draft.keptHeaders {
            source.keptHeaders = headers.map { $0.lowercased() }
            SourceRules.check(keptHeaders: source.keptHeaders, of: preset, into: &fields)
        }
    }

    // MARK: Looking

    public func source(_ id: SourceID, for principal: Principal) throws(ServiceError) -> Source {
        try principal.require(.readSources)
        return try context.source(id, for: principal)
    }

    /// Lists sources, newest first.
    public func sources(page: PageRequest, for principal: Principal) async throws(ServiceError) -> ListPage<Source> {
        try principal.require(.readSources)
        let before = try page.position(of: SourceID.self)
        let found = try await context.stored { () async throws(StoreError) in
            try await context.store.sources(in: principal.environment, before: before, limit: page.limit + 1)
        }
        return ListPage(found, limit: page.limit) { $0.id.description }
    }

    /// The preset's parameters as people may see them: secret ones masked.
    public func parameters(of source: Source) -> [(name: String, value: String)] {
        let secret = (try? WebhookPreset.parameters(of: source.preset.name))?.filter(\.isSecret).map(\.name) ?? []
        return source.preset.parameters.sorted { $0.key < $1.key }.map { name, value in
            (name, secret.contains(name) && !value.isEmpty ? MaskedHeaders.mask : value)
        }
    }

    /// Whether a source waits for the secret that its sender shows once it knows the URL.
    public func lacksSecret(_ source: Source) -> Bool {
        context.directory.inlet(of: source.id, in: source.environment, at: context.time.now())?.lacksSecret ?? false
    }

    /// A source's secret; `nil` where it has none.
    public func secret(of id: SourceID, for principal: Principal) throws(ServiceError) -> SourceSecrets? {
        try principal.require(.changeSources)
        let source = try context.source(id, for: principal)
        guard source.secrets != nil else { return nil }
        guard let secrets = context.vault.open(source.secrets, of: id) else {
            throw ServiceError(
                .unavailable, "wrong_master_key", SecretVault.WrongKey().description, retryAfter: .seconds(60))
        }
        return secrets
    }

    // MARK: Rotating

    /// Puts a new secret in the place of the one in force, which goes on counting for a while.
    ///
    /// - Parameters:
    ///   - text: the new secret, or `nil` to have one made.
    ///   - overlap: how long the old one still counts; 24 hours unless given.
    public func rotate(
        _ id: SourceID, to text: String?, overlap: Duration?, by principal: Principal
    ) async throws(ServiceError) -> Registered {
        try principal.require(.changeSources)
        return try await context.directory.changes.withLock { () async throws(ServiceError) in
            var source = try context.source(id, for: principal)
            let now = context.time.now()
            var fields: [ServiceError.Field] = []
            let overlap = overlap ?? context.limits.rotationOverlap
            if !(Duration.zero...SourceRules.longestOverlap).contains(overlap) {
                fields.append(
                    .init(
                        "overlap",
                        "Give a duration of at most \(SourceRules.longestOverlap.text); 0s ends the old secret at once."
                    ))
            }
            let preset: WebhookPreset
            do throws(PresetError) {
                preset = try context.vault.opened(source.preset, of: id).preset()
            } catch {
                throw .invalid("preset", error.description)
            }
            var draft = SourceDraft()
            draft.secret = text
            let before = source.secrets?.current
            guard let secret = secret(draft, for: preset, &fields), fields.isEmpty else { throw .invalid(fields) }
            source.secrets = SealedSecrets(
                current: context.vault.seal(secret, of: id), previous: before,
                overlapEnds: before.map { _ in now + overlap }, cutOverAt: before.map { _ in now })
            source.updatedAt = now
            try await context.apply([.putSource(source)])
            return Registered(source: source, secret: text == nil ? secret : nil)
        }
    }
}
