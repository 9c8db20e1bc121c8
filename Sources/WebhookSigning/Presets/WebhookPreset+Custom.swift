extension WebhookPreset {
    private static let eventParameters = [
        PresetParameter(
            "event_id", "where the event's id is: header:NAME, payload:/POINTER or form:NAME", fallback: "payload:/id"),
        PresetParameter("event_type", "where its type is, likewise", fallback: "payload:/type"),
    ]

    /// What one makes up for a sender that has no preset.
    static let customEntries: [Entry] = [
        Entry(
            name: "hmac",
            parameters: [
                PresetParameter("header", "the header of the signature"),
                PresetParameter("prefix", "text in front of it, such as sha256=", fallback: ""),
                PresetParameter("hash", "sha1, sha256, sha384 or sha512", fallback: "sha256"),
                PresetParameter("encoding", "hex or base64", fallback: "hex"),
                PresetParameter(
                    "key", "how the secret becomes the key: utf8, hex, base64, or base64-after: and a prefix",
                    fallback: "utf8"),
                PresetParameter(
                    "content",
                    "what is signed: text with {body}, {timestamp}, {method}, {url}, {header:NAME}, {payload:/POINTER}",
                    fallback: "{body}"),
                PresetParameter("timestamp_header", "the header of the timestamp; empty for none", fallback: ""),
                PresetParameter("timestamp_form", "seconds, milliseconds or rfc3339", fallback: "seconds"),
            ] + eventParameters
        ) { settings throws(PresetError) in
            let content = try settings.content("content")
            guard content.contains(.body) else {
                throw .invalid("content", settings["content"], due: "a text with {body}")
            }
            var timestamp: TimestampPlace?
            if settings.optional("timestamp_header") != nil {
                let forms: [String: TimestampPlace.Form] = [
                    "seconds": .seconds, "milliseconds": .milliseconds, "rfc3339": .rfc3339,
                ]
                guard let form = forms[settings["timestamp_form"]] else {
                    throw .invalid(
                        "timestamp_form", settings["timestamp_form"], due: "seconds, milliseconds or rfc3339")
                }
                timestamp = .header(try settings.header("timestamp_header"), form)
            }
            guard content.contains(.timestamp) == (timestamp != nil) else {
                throw .invalid(
                    "timestamp_header", settings["timestamp_header"],
                    due: "a header exactly where {timestamp} is in content, since nothing else could be trusted,")
            }
            return WebhookPreset(
                name: "hmac", title: "HMAC of one's own", documentation: "RFC 2104", secret: "the shared secret",
                checks: [
                    .signature(
                        SignatureStep(
                            .hmac(try settings.hash("hash")),
                            in: .header(try settings.header("header"), prefix: settings["prefix"]),
                            try settings.encoding("encoding"), over: content,
                            keyDerivation: try settings.keyDerivation("key"), timestamp: timestamp))
                ],
                eventID: try settings.fields("event_id"), eventType: try settings.fields("event_type"))
        },
        Entry(
            name: "token",
            parameters: [
                PresetParameter("header", "the header of the secret", fallback: "Authorization"),
                PresetParameter("prefix", "text in front of it, such as \"Bearer \"", fallback: ""),
            ] + eventParameters
        ) { settings throws(PresetError) in
            WebhookPreset(
                name: "token", title: "Shared secret in a header", documentation: "RFC 9110 section 11",
                secret: "the value of the header",
                checks: [.token(.header(try settings.header("header"), prefix: settings["prefix"]))],
                eventID: try settings.fields("event_id"), eventType: try settings.fields("event_type"),
                note: "Shows who sent the request, not that it is whole.")
        },
        Entry(name: "basic", parameters: eventParameters) { settings throws(PresetError) in
            WebhookPreset(
                name: "basic", title: "Basic authentication", documentation: "RFC 7617", secret: "`user:password`",
                checks: [.basic], eventID: try settings.fields("event_id"),
                eventType: try settings.fields("event_type"),
                note: "Shows who sent the request, not that it is whole.")
        },
        Entry(
            name: "ip",
            parameters: [PresetParameter("ranges", "the addresses that may send: 192.0.2.0/24, 2001:db8::/32")]
                + eventParameters
        ) { settings throws(PresetError) in
            let ranges = try settings.addresses("ranges")
            guard !ranges.isEmpty else { throw .invalid("ranges", settings["ranges"], due: "one range at least") }
            return WebhookPreset(
                name: "ip", title: "Address ranges", documentation: "RFC 4632", secret: nil,
                checks: [.addresses(ranges)], eventID: try settings.fields("event_id"),
                eventType: try settings.fields("event_type"),
                note: "Worth what the network in front is worth: prefer a signature.")
        },
        Entry(
            name: "http-signature",
            parameters: [
                PresetParameter(
                    "algorithm", MessageSignatureStep.names.map(\.name).joined(separator: ", "),
                    fallback: "hmac-sha256"),
                PresetParameter("key", "how the secret becomes the key of an HMAC", fallback: "utf8"),
                PresetParameter(
                    "components", "what every signature must cover, with commas", fallback: "content-digest"),
                PresetParameter("label", "the signature's label; any when empty", fallback: ""),
            ] + eventParameters
        ) { settings throws(PresetError) in
            let names = MessageSignatureStep.names
            guard let algorithm = names.first(where: { $0.name == settings["algorithm"] })?.algorithm else {
                throw .invalid(
                    "algorithm", settings["algorithm"], due: names.map(\.name).joined(separator: ", "))
            }
            return WebhookPreset(
                name: "http-signature", title: "HTTP Message Signatures",
                documentation: "RFC 9421, with the Content-Digest of RFC 9530",
                secret: "the shared secret, or the sender's public key in PEM or base64",
                checks: [
                    .messageSignature(
                        MessageSignatureStep(
                            algorithm, keyDerivation: try settings.keyDerivation("key"),
                            covering: settings.list("components"), label: settings.optional("label")))
                ],
                eventID: try settings.fields("event_id"), eventType: try settings.fields("event_type"))
        },
        Entry(
            name: "cloudevents",
            parameters: [
                PresetParameter("origins", "the origins that may send, with commas; any when empty", fallback: ""),
                PresetParameter("rate", "how many events a minute they may send; unlimited when empty", fallback: ""),
            ]
        ) { settings throws(PresetError) in
            var rate: Int?
            if let text = settings.optional("rate") {
                guard let number = Int(text), number > 0 else {
                    throw .invalid("rate", text, due: "a whole number of events a minute")
                }
                rate = number
            }
            return WebhookPreset(
                name: "cloudevents", title: "CloudEvents",
                documentation: "CloudEvents, HTTP 1.1 Web Hooks for Event Delivery 1.0, sections 3 and 4",
                secret: "the access token",
                checks: [.anyOf([.token(.bearer), .token(.query("access_token"))])],
                handshakes: [.cloudEvents(origins: settings.list("origins"), rate: rate)],
                eventID: [
                    .joined([.header("ce-source"), .header("ce-id")], separator: " "),
                    .joined([.payload("/source"), .payload("/id")], separator: " "),
                ],
                eventType: [.header("ce-type"), .payload("/type")],
                sample: #"{"specversion":"1.0","id":"1","source":"/orders","type":"order.created","data":{}}"#,
                sampleContentType: "application/cloudevents+json",
                note: "An id is unique within its source, so both together are the event's.")
        },
    ]
}
