extension WebhookPreset {
    private static let profileField: [EventField] = [.header(StandardHeader.id), .payload("/id")]

    private static func profile(
        _ name: String, _ title: String, _ profile: SignatureProfile, secret: String, documentation: String,
        note: String? = nil
    ) -> Entry {
        Entry(name: name) { _ in
            WebhookPreset(
                name: name, title: title, documentation: documentation, secret: secret,
                checks: [.signature(SignatureStep(profile))], eventID: profileField, eventType: [.payload("/type")],
                sample: #"{"id":"evt_1","type":"property.created","created":"2023-06-15T10:30:00Z","data":{}}"#,
                note: note)
        }
    }

    /// Martlet's own profiles, those of the guides among them, as a receiver sees them.
    static let profileEntries: [Entry] = [
        profile(
            "standard", "Standard Webhooks", .standard, secret: "the `whsec_…` of the endpoint",
            documentation: "https://www.standardwebhooks.com"),
        profile(
            "standard-ed25519", "Standard Webhooks, key pair", .standardEd25519,
            secret: "the `whpk_…` that the sender shows", documentation: "https://www.standardwebhooks.com"),
        profile(
            "fractio", "Fractio", .fractio, secret: "the webhook's secret",
            documentation: "Fractio's Webhook Integration Tutorial"),
        profile(
            "real-estate", "Real estate", .realEstate, secret: "the webhook's secret",
            documentation: "the real-estate Webhooks Guide"),
        profile(
            "sharmo", "Sharmo", .sharmo, secret: "the whole `whsec_…` text",
            documentation: "Sharmo's Webhook Implementation Guide"),
        profile(
            "getequity", "GetEquity", .getequity, secret: "the secret key",
            documentation: "GetEquity's guide to webhooks"),
    ]

    private static let raptureParameters = [
        PresetParameter("token", "where in the payload the secret is, as a JSON pointer", fallback: "/token"),
        PresetParameter(
            "checksum", "where in the payload the signature or checksum is, as a JSON pointer; empty for none",
            fallback: ""),
        PresetParameter(
            "checksum_of",
            "what it is made of: a JSON pointer, for the bytes of that value, or `body`, for the body without it",
            fallback: "/data"),
        PresetParameter(
            "checksum_kind", "`hmac`, keyed with the secret, or `plain`, which anybody can compute", fallback: "hmac"),
        PresetParameter("hash", "sha1, sha256, sha384 or sha512", fallback: "sha256"),
        PresetParameter("encoding", "hex or base64", fallback: "hex"),
        PresetParameter("event_id", "where the event's id is", fallback: "payload:/id"),
        PresetParameter("event_type", "where its type is", fallback: "payload:/type, payload:/event"),
    ]

    /// Rapture's guide asks for a secret token in the payload, and for the signature or checksum in the payload to be
    /// validated.
    static let rapture = Entry(name: "rapture", parameters: raptureParameters) { settings throws(PresetError) in
        var checks: [InboundCheck] = []
        let isKeyed = settings["checksum_kind"] == "hmac"
        guard isKeyed || settings["checksum_kind"] == "plain" else {
            throw .invalid("checksum_kind", settings["checksum_kind"], due: "hmac or plain")
        }
        if settings.optional("token") != nil { checks.append(.token(.payload(try settings.pointer("token")))) }
        if settings.optional("checksum") != nil {
            let place = try settings.pointer("checksum")
            let content: [ContentPart] =
                settings["checksum_of"] == "body"
                ? [.bodyWithout(place)] : [.rawField(try settings.pointer("checksum_of"))]
            let hash = try settings.hash("hash")
            let encoding = try settings.encoding("encoding")
            checks.append(
                isKeyed
                    ? .signature(SignatureStep(.hmac(hash), in: .payload(place), encoding, over: content))
                    : .checksum(ChecksumStep(hash, at: place, encoding, over: content)))
        }
        guard checks.contains(where: \.needsSecret) else {
            throw .invalid(
                "token", settings["token"],
                due: "the place of a secret: without it, and without a checksum of kind hmac, anybody's request passes")
        }
        return WebhookPreset(
            name: "rapture", title: "Rapture", documentation: "Rapture's guide to webhooks, \"Securing Webhooks\"",
            secret: "the token that the sender puts into the payload, or the key of its signature", checks: checks,
            eventID: try settings.fields("event_id"), eventType: try settings.fields("event_type"),
            sample: #"{"id":"evt_1","type":"user.registered","data":{"user":1}}"#,
            note: "A token alone shows who sent the payload, not that it is whole.")
    }
}
