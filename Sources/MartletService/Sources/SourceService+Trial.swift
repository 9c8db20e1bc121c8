public import MartletCore
public import MartletStore
public import WebhookSigning

extension SourceService {
    /// What a test request is to be like.
    public struct Trial: Sendable {
        /// The sender's name for what happened; the sample's unless given.
        public var type: String?
        /// The sender's id of the event; a new one unless given.
        public var id: String?
        /// The body; the preset's sample unless given.
        public var body: [UInt8]?
        /// Signed with in the stead of the source's own secret, to see it refused.
        public var secret: String?

        public init() {}
    }

    /// What came of a test request.
    public struct Tried: Sendable {
        /// As its sender would have made it, whole.
        public var sent: WebhookRequest
        /// As it stands in the log.
        public var request: StoredRequest
        /// Whether it was signed with a key made for it, since the sender's private key is not known here.
        public var hasOwnKey: Bool
    }

    /// Makes a request as the source's sender would, and has the source receive it.
    public func test(
        _ id: SourceID, _ trial: Trial, url: String, by principal: Principal
    ) async throws(ServiceError) -> Tried {
        try principal.require(.changeSources)
        let source = try context.source(id, for: principal)
        guard source.isActive else { throw SourceRules.inactive }
        let now = context.time.now()
        guard let inlet = context.directory.inlet(of: id, in: source.environment, at: now),
            let preset = try? inlet.preset.get()
        else { throw Self.misconfigured("Its preset is not known to this version.") }
        for (field, text) in [("type", trial.type), ("id", trial.id)] {
            // It may become a header.
            guard let text, text.isEmpty || text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
            else { continue }
            throw .invalid(field, "Give a text without control characters, or leave it out.")
        }
        let (secret, hasOwnKey) = try key(trial, inlet, preset)
        var request: WebhookRequest
        let ownKey: WebhookReceiver?
        do throws(WebhookSigningError) {
            let signer = try PresetSigner(preset: preset, secret: secret)
            request = signer.sample(url: url)
            if let body = trial.body { request.body = body }
            let eventID = trial.id ?? context.identifiers.next(EventKind.self, at: now).description
            request = try signer.sign(request, id: eventID, type: trial.type, now: now.seconds)
            ownKey = try secret.flatMap { secret throws(WebhookSigningError) in
                try hasOwnKey
                    ? WebhookReceiver(preset: preset, secrets: [secret], tolerance: source.tolerance) : nil
            }
        } catch {
            throw .invalid(trial.body == nil ? "secret" : "body", error.description)
        }
        guard request.body.count <= source.limits.maxBodySize else {
            throw .invalid("body", "The source takes \(source.limits.maxBodySize) bytes.")
        }
        request.remoteAddress = Self.address(source, preset)
        let head = InboundHead(
            token: source.token.description, method: request.method, url: request.url,
            headers: request.headers.map { HeaderField(name: $0.name, value: $0.value) },
            address: request.remoteAddress, length: request.body.count)
        let visit = InboundVisit(
            inlet: inlet, head: head, address: request.remoteAddress.flatMap { IPAddress($0) }, receivedAt: now,
            isTest: true)
        let told = await InboundService(context).receiveTold(visit, body: request.body, by: ownKey)
        if case .unavailable(let error) = told.answer { throw error }
        guard let stored = told.request else { throw Self.misconfigured("The request was not kept.") }
        return Tried(sent: request, request: stored, hasOwnKey: hasOwnKey)
    }

    /// What to sign a test request with.
    private func key(
        _ trial: Trial, _ inlet: Inlet, _ preset: WebhookPreset
    ) throws(ServiceError) -> (SigningSecret?, isOwn: Bool) {
        guard preset.needsSecret else { return (nil, false) }
        if let text = trial.secret {
            do throws(SigningSecretError) {
                return (try SigningSecret(text, for: preset), false)
            } catch {
                throw .invalid("secret", error.description)
            }
        }
        if preset.takesKeyPair { return (SigningSecret.generate(for: preset), true) }
        guard let secret = inlet.secretsInTheClear?.current else {
            throw ServiceError(.conflict, "no_secret", inlet.reasonWithoutSecret)
        }
        return (secret, false)
    }

    /// An address that the source takes requests from.
    private static func address(_ source: Source, _ preset: WebhookPreset) -> String {
        let ranges = source.addresses + preset.allowedAddresses.map(\.description)
        return ranges.first.map { String($0.prefix { $0 != "/" }) } ?? "127.0.0.1"
    }

    private static func misconfigured(_ why: String) -> ServiceError {
        ServiceError(.conflict, "source_misconfigured", why)
    }
}
