// What each sender signs, and where it says so. The address in `documentation` is the source of every step of the
// preset; where it judges no freshness, nor does the preset.
extension WebhookPreset {
    private static func sender(_ preset: WebhookPreset) -> Entry {
        Entry(name: preset.name) { _ in preset }
    }

    /// The body under HMAC-SHA256, in one header.
    private static func body(
        _ header: String, prefix: String = "", _ encoding: SignatureEncoding = .hex, _ hash: HMACHash = .sha256
    ) -> InboundCheck {
        .signature(SignatureStep(.hmac(hash), in: .header(header, prefix: prefix), encoding, over: [.body]))
    }

    static let paymentEntries: [Entry] = [
        sender(
            WebhookPreset(
                name: "stripe", title: "Stripe", documentation: "https://docs.stripe.com/webhooks/signature",
                secret: "the endpoint's whole `whsec_…` text",
                checks: [
                    .signature(
                        SignatureStep(
                            .hmac(.sha256),
                            in: .tagged(header: "Stripe-Signature", separator: ",", timestamp: "t", signature: "v1"),
                            .hex, over: [.timestamp, .text("."), .body], timestamp: TimestampPlace(.tag)))
                ],
                eventID: [.payload("/id")], eventType: [.payload("/type")],
                sample: #"{"id":"evt_1","object":"event","type":"charge.succeeded","data":{"object":{}}}"#)),
        sender(
            WebhookPreset(
                name: "square", title: "Square",
                documentation: "https://developer.squareup.com/docs/webhooks/step3validate",
                secret: "the subscription's signature key",
                checks: [
                    .signature(
                        SignatureStep(
                            .hmac(.sha256), in: .header("x-square-hmacsha256-signature"), .base64,
                            over: [.url, .body]))
                ],
                eventID: [.payload("/event_id")], eventType: [.payload("/type")],
                sample: #"{"merchant_id":"M1","type":"payment.created","event_id":"evt-1","data":{}}"#)),
        sender(
            WebhookPreset(
                name: "paddle", title: "Paddle",
                documentation: "https://developer.paddle.com/webhooks/signature-verification",
                secret: "the notification destination's `pdl_ntfset_…` key",
                checks: [
                    .signature(
                        SignatureStep(
                            .hmac(.sha256),
                            in: .tagged(header: "Paddle-Signature", separator: ";", timestamp: "ts", signature: "h1"),
                            .hex, over: [.timestamp, .text(":"), .body], timestamp: TimestampPlace(.tag),
                            tolerance: .seconds(5)))
                ],
                eventID: [.payload("/event_id")], eventType: [.payload("/event_type")],
                sample: #"{"event_id":"evt_1","event_type":"transaction.completed","data":{}}"#,
                note: "Paddle's own libraries allow 5 s; give a wider tolerance where clocks are not that good.")),
        Entry(
            name: "paypal",
            parameters: [PresetParameter("webhook_id", "the webhook's id in the developer dashboard")]
        ) { settings in
            WebhookPreset(
                name: "paypal", title: "PayPal",
                documentation: "https://developer.paypal.com/api/rest/webhooks/rest/#link-selfverificationmethod",
                secret: "PayPal's certificate as PAYPAL-CERT-URL has it (PEM), or its public key",
                checks: [
                    .algorithm(header: "PAYPAL-AUTH-ALGO", oneOf: ["SHA256withRSA"]),
                    .signature(
                        SignatureStep(
                            .rsaPKCS1, in: .header("PAYPAL-TRANSMISSION-SIG"), .base64,
                            over: [
                                .header("PAYPAL-TRANSMISSION-ID"), .text("|"), .timestamp, .text("|"),
                                .text(settings["webhook_id"]), .text("|"), .bodyCRC32,
                            ],
                            timestamp: .header("PAYPAL-TRANSMISSION-TIME", .rfc3339), tolerance: nil)),
                ],
                eventID: [.payload("/id")], eventType: [.payload("/event_type")],
                sample: #"{"id":"WH-1","event_type":"PAYMENT.SALE.COMPLETED","resource":{}}"#,
                note: "Off line: the certificate is the one given, never fetched from the address in the request. Its "
                    + "CRC-32 is no hash, so a forger can bend a body to a signature he has seen.")
        },
        sender(
            WebhookPreset(
                name: "adyen", title: "Adyen, standard notifications",
                documentation:
                    "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures",
                secret: "the HMAC key, in hex",
                checks: [
                    .signature(
                        SignatureStep(
                            .hmac(.sha256),
                            in: .payload("/NotificationRequestItem/additionalData/hmacSignature"), .base64,
                            over: adyenContent, keyDerivation: .hex, items: "/notificationItems"))
                ],
                eventID: [
                    .joined(
                        [
                            .onlyElement(of: "/notificationItems", "/NotificationRequestItem/eventCode"),
                            .onlyElement(of: "/notificationItems", "/NotificationRequestItem/pspReference"),
                        ], separator: " "), .bodyDigest,
                ],
                eventType: [.payload("/notificationItems/0/NotificationRequestItem/eventCode")],
                acknowledgement: .text("[accepted]"),
                sample: #"{"live":"false","notificationItems":[{"NotificationRequestItem":{"additionalData":{},"#
                    + #""amount":{"currency":"EUR","value":1130},"pspReference":"7914073381342284","#
                    + #""eventCode":"AUTHORISATION","merchantAccountCode":"TestMerchant","#
                    + #""merchantReference":"TestPayment-1407325143704","success":"true"}}]}"#,
                note: "Signs eight fields, not the body: trust nothing else in it.")),
        sender(
            WebhookPreset(
                name: "adyen-platform", title: "Adyen, platforms and management",
                documentation:
                    "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures",
                secret: "the HMAC key, in hex",
                checks: [
                    .signature(
                        SignatureStep(
                            .hmac(.sha256), in: .header("hmacsignature"), .base64, over: [.body], keyDerivation: .hex))
                ],
                eventID: [.payload("/data/id")], eventType: [.payload("/type")],
                sample: #"{"type":"balancePlatform.transfer.created","data":{"id":"1"},"environment":"test"}"#)),
        sender(
            WebhookPreset(
                name: "shopify", title: "Shopify",
                documentation: "https://shopify.dev/docs/apps/build/webhooks/subscribe/https",
                secret: "the app's client secret",
                checks: [body("X-Shopify-Hmac-SHA256", .base64)],
                eventID: [.header("X-Shopify-Event-Id"), .header("X-Shopify-Webhook-Id")],
                eventType: [.header("X-Shopify-Topic")], sample: #"{"id":1,"email":"a@example.com"}"#,
                sampleType: "orders/create")),
        sender(
            WebhookPreset(
                name: "woocommerce", title: "WooCommerce",
                documentation: "https://woocommerce.com/document/webhooks/",
                secret: "the webhook's secret",
                checks: [body("X-WC-Webhook-Signature", .base64)],
                eventID: [.header("X-WC-Webhook-Delivery-ID")], eventType: [.header("X-WC-Webhook-Topic")],
                sample: #"{"id":1,"status":"processing"}"#, sampleType: "order.created")),
        sender(
            WebhookPreset(
                name: "xero", title: "Xero", documentation: "https://developer.xero.com/documentation/guides/webhooks/",
                secret: "the webhook's signing key",
                checks: [body("x-xero-signature", .base64)],
                eventID: [
                    .joined([.payload("/firstEventSequence"), .payload("/lastEventSequence")], separator: "-")
                ],
                eventType: [
                    .joined([.payload("/events/0/eventCategory"), .payload("/events/0/eventType")], separator: ".")
                ],
                sample: #"{"events":[{"eventCategory":"CONTACT","eventType":"UPDATE"}],"#
                    + #""firstEventSequence":1,"lastEventSequence":1,"entropy":"S0m3"}"#,
                note: "\"Intent to receive\" needs nothing else: right signatures are answered 200, wrong ones 401.")),
    ]

    // Adyen, "Verify HMAC signatures", step 2.
    private static let adyenContent: [ContentPart] = {
        let item: [JSONPointer] = [
            "/NotificationRequestItem/pspReference", "/NotificationRequestItem/originalReference",
            "/NotificationRequestItem/merchantAccountCode", "/NotificationRequestItem/merchantReference",
            "/NotificationRequestItem/amount/value", "/NotificationRequestItem/amount/currency",
            "/NotificationRequestItem/eventCode", "/NotificationRequestItem/success",
        ]
        return Array(item.map { [ContentPart.field($0)] }.joined(separator: [.text(":")]))
    }()

    static let developmentEntries: [Entry] = [
        sender(
            WebhookPreset(
                name: "svix", title: "Svix",
                documentation: "https://docs.svix.com/receiving/verifying-payloads/how-manual",
                secret: "the endpoint's `whsec_…`",
                checks: [.anyOf([svixSignature("svix"), svixSignature("webhook")])],
                eventID: [.header("svix-id"), .header(StandardHeader.id)],
                eventType: [.payload("/type"), .payload("/event_type"), .payload("/eventType")],
                sample: #"{"type":"user.created","data":{}}"#)),
        sender(
            WebhookPreset(
                name: "github", title: "GitHub",
                documentation: "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
                secret: "the webhook's secret",
                checks: [body("X-Hub-Signature-256", prefix: "sha256=")],
                eventID: [.header("X-GitHub-Delivery")], eventType: [.header("X-GitHub-Event")],
                sample: #"{"zen":"Keep it logically awesome.","hook_id":1}"#, sampleType: "ping")),
        sender(
            WebhookPreset(
                name: "gitlab", title: "GitLab",
                documentation: "https://docs.gitlab.com/user/project/integrations/webhooks/",
                secret: "the secret token, or the signing token (`whsec_…`)",
                checks: [
                    .anyOf([.token(.header("X-Gitlab-Token", prefix: "")), .signature(SignatureStep(.standard))])
                ],
                eventID: [.header("Idempotency-Key"), .header("X-Gitlab-Event-UUID"), .header(StandardHeader.id)],
                eventType: [.header("X-Gitlab-Event")], sample: #"{"object_kind":"push","project_id":1}"#,
                sampleType: "Push Hook",
                note: "A token shows who sent the request, not that it is whole; a signing token shows both.")),
        sender(
            WebhookPreset(
                name: "bitbucket", title: "Bitbucket",
                documentation: "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/",
                secret: "the webhook's secret",
                checks: [body("X-Hub-Signature", prefix: "sha256=")],
                eventID: [.header("X-Request-UUID"), .header("X-Request-Id")], eventType: [.header("X-Event-Key")],
                sample: #"{"push":{"changes":[]}}"#, sampleType: "repo:push")),
        sender(
            WebhookPreset(
                name: "gitea", title: "Gitea, Forgejo",
                documentation: "https://docs.gitea.com/usage/repository/webhooks",
                secret: "the webhook's secret",
                checks: [
                    .anyOf([
                        body("X-Gitea-Signature"), body("X-Forgejo-Signature"),
                        body("X-Hub-Signature-256", prefix: "sha256="),
                    ])
                ],
                eventID: [.header("X-Gitea-Delivery"), .header("X-Forgejo-Delivery")],
                eventType: [.header("X-Gitea-Event"), .header("X-Forgejo-Event")],
                sample: #"{"ref":"refs/heads/main","commits":[]}"#, sampleType: "push")),
        sender(
            WebhookPreset(
                name: "linear", title: "Linear", documentation: "https://linear.app/developers/webhooks",
                secret: "the webhook's signing secret",
                checks: [
                    .signature(
                        SignatureStep(
                            .hmac(.sha256), in: .header("Linear-Signature"), .hex, over: [.body],
                            timestamp: TimestampPlace(.payload("/webhookTimestamp"), .milliseconds),
                            tolerance: .seconds(60)))
                ],
                eventID: [.header("Linear-Delivery")],
                eventType: [.joined([.payload("/type"), .payload("/action")], separator: ".")],
                sample: #"{"action":"create","type":"Issue","data":{"id":"1"},"webhookTimestamp":1700000000000}"#)),
        sender(
            WebhookPreset(
                name: "pagerduty", title: "PagerDuty",
                documentation: "https://developer.pagerduty.com/docs/verifying-webhook-signatures",
                secret: "the subscription's secret",
                checks: [
                    .signature(
                        SignatureStep(
                            .hmac(.sha256),
                            in: .tagged(
                                header: "X-PagerDuty-Signature", separator: ",", timestamp: nil, signature: "v1"),
                            .hex, over: [.body]))
                ],
                eventID: [.payload("/event/id")], eventType: [.payload("/event/event_type")],
                sample: #"{"event":{"id":"01A","event_type":"incident.triggered","data":{}}}"#)),
        sender(
            WebhookPreset(
                name: "okta", title: "Okta event hooks",
                documentation: "https://developer.okta.com/docs/concepts/event-hooks/",
                secret: "the authentication secret: the whole value of header Authorization",
                checks: [.token(.header("Authorization", prefix: ""))], handshakes: [.okta],
                eventID: [.payload("/eventId"), .payload("/data/events/0/uuid")],
                eventType: [.payload("/data/events/0/eventType"), .payload("/eventType")],
                sample: #"{"eventType":"com.okta.event_hook","eventId":"1","data":{"events":[{"uuid":"u1","#
                    + #""eventType":"user.lifecycle.create"}]}}"#,
                note: "Shows who sent the request, not that it is whole.")),
        Entry(
            name: "event-grid",
            parameters: [
                PresetParameter(
                    "query", "the query parameter of the secret in the subscription's URL", fallback: "code")
            ]
        ) { settings in
            WebhookPreset(
                name: "event-grid", title: "Azure Event Grid",
                documentation:
                    "https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema",
                secret: "the secret in the subscription's URL",
                checks: [.token(.query(settings["query"]))],
                handshakes: [.eventGrid, .cloudEvents(origins: [], rate: nil)],
                eventID: [.onlyElement(of: "", "/id"), .header("ce-id"), .payload("/id"), .bodyDigest],
                eventType: [.payload("/0/eventType"), .header("ce-type"), .payload("/type")],
                sample: #"[{"id":"1","eventType":"Contoso.Items.ItemReceived","subject":"s","data":{}}]"#,
                note: "Shows who sent the request, not that it is whole.")
        },
    ]

    private static func svixSignature(_ prefix: String) -> InboundCheck {
        .signature(
            SignatureStep(
                .hmac(.sha256), in: .list(header: ["\(prefix)-signature"], version: "v1"), .base64,
                over: [.header("\(prefix)-id"), .text("."), .timestamp, .text("."), .body],
                keyDerivation: .base64AfterPrefix(SigningSecret.sharedPrefix),
                timestamp: .header("\(prefix)-timestamp")))
    }

    /// `v0:TIMESTAMP:BODY`, of Slack and of Zoom after it.
    private static func v0(_ header: String, timestamp: String) -> InboundCheck {
        .signature(
            SignatureStep(
                .hmac(.sha256), in: .header(header, prefix: "v0="), .hex,
                over: [.text("v0:"), .timestamp, .text(":"), .body], timestamp: .header(timestamp)))
    }

    static let messagingEntries: [Entry] = [
        sender(
            WebhookPreset(
                name: "slack", title: "Slack",
                documentation: "https://docs.slack.dev/authentication/verifying-requests-from-slack",
                secret: "the app's signing secret",
                checks: [v0("X-Slack-Signature", timestamp: "X-Slack-Request-Timestamp")], handshakes: [.slack],
                eventID: [.payload("/event_id"), .form("trigger_id")],
                eventType: [.payload("/event/type"), .payload("/type"), .form("command")],
                sample: #"{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention"}}"#)),
        sender(
            WebhookPreset(
                name: "discord", title: "Discord",
                documentation: "https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint",
                secret: "the application's public key, 64 digits of hex",
                checks: [
                    .signature(
                        SignatureStep(
                            .ed25519, in: .header("X-Signature-Ed25519"), .hex, over: [.timestamp, .body],
                            timestamp: .header("X-Signature-Timestamp")))
                ],
                handshakes: [.discord], eventID: [.payload("/id")],
                eventType: [.payload("/event/type"), .payload("/type")],
                sample: #"{"version":1,"application_id":"1","type":1,"event":{"type":"APPLICATION_AUTHORIZED"}}"#)),
        sender(
            WebhookPreset(
                name: "zoom", title: "Zoom", documentation: "https://developers.zoom.us/docs/api/webhooks/",
                secret: "the app's webhook secret token",
                checks: [v0("x-zm-signature", timestamp: "x-zm-request-timestamp")], handshakes: [.zoom],
                eventID: [.header("x-zm-trackingid")], eventType: [.payload("/event")],
                sample: #"{"event":"meeting.started","event_ts":1700000000000,"payload":{}}"#)),
        sender(
            WebhookPreset(
                name: "twilio", title: "Twilio",
                documentation: "https://www.twilio.com/docs/usage/webhooks/webhooks-security",
                secret: "the account's auth token, or the shared key",
                checks: [.anyOf([twilioSignature(.sha1), twilioSignature(.sha256)])],
                eventID: [.header("I-Twilio-Idempotency-Token")],
                eventType: [
                    .form("EventType"), .form("MessageStatus"), .form("CallStatus"), .form("SmsStatus"),
                    .payload("/0/type"),
                ],
                acknowledgement: WebhookAnswer(
                    contentType: "text/xml; charset=utf-8", body: Array("<Response></Response>".utf8)),
                sample: "CallSid=CA1&CallStatus=ringing&From=%2B12349013030&To=%2B18005551212",
                sampleContentType: "application/x-www-form-urlencoded",
                note: "Another body than a form is under the signature by query parameter bodySHA256 alone.")),
        sender(
            WebhookPreset(
                name: "sendgrid", title: "SendGrid",
                documentation:
                    "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features",
                secret: "the verification key as SendGrid shows it (base64)",
                checks: [
                    .signature(
                        SignatureStep(
                            .ecdsaP256(isDER: true), in: .header("X-Twilio-Email-Event-Webhook-Signature"), .base64,
                            over: [.timestamp, .body],
                            timestamp: .header("X-Twilio-Email-Event-Webhook-Timestamp")))
                ],
                eventID: [.onlyElement(of: "", "/sg_event_id"), .bodyDigest], eventType: [.payload("/0/event")],
                sample: #"[{"email":"a@example.com","event":"delivered","sg_event_id":"1","timestamp":1700000000}]"#)),
        sender(
            WebhookPreset(
                name: "mailgun", title: "Mailgun",
                documentation: "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks",
                secret: "the HTTP webhook signing key, of the account or of the one above it",
                checks: [.anyOf([mailgunSignature("signature"), mailgunSignature("parent-signature")])],
                eventID: [.payload("/event-data/id")], eventType: [.payload("/event-data/event")],
                sample: #"{"signature":{"timestamp":"1700000000","token":"t","signature":""},"event-data":{"id":"1","#
                    + #""event":"delivered"}}"#,
                note: "Signs a token and not the event: whoever has seen one request can put another event beside it.")),
        sender(
            WebhookPreset(
                name: "intercom", title: "Intercom",
                documentation: "https://developers.intercom.com/docs/webhooks/setting-up-webhooks",
                secret: "the app's client secret",
                checks: [body("X-Hub-Signature", prefix: "sha1=", .hex, .sha1)],
                eventID: [.payload("/id")], eventType: [.payload("/topic")],
                sample: #"{"type":"notification_event","id":"notif_1","topic":"conversation.user.created"}"#)),
        sender(
            WebhookPreset(
                name: "zendesk", title: "Zendesk",
                documentation: "https://developer.zendesk.com/documentation/webhooks/verifying/",
                secret: "the webhook's signing secret",
                checks: [
                    .signature(
                        SignatureStep(
                            .hmac(.sha256), in: .header("X-Zendesk-Webhook-Signature"), .base64,
                            over: [.timestamp, .body],
                            timestamp: .header("X-Zendesk-Webhook-Signature-Timestamp", .rfc3339)))
                ],
                eventID: [.payload("/id"), .header("X-Zendesk-Webhook-Invocation-Id")],
                eventType: [.payload("/type")],
                sample: #"{"id":"1","type":"zen:event-type:user.created","detail":{}}"#)),
        sender(
            WebhookPreset(
                name: "hubspot", title: "HubSpot, version 3",
                documentation:
                    "https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests",
                secret: "the app's client secret",
                checks: [
                    .signature(
                        SignatureStep(
                            .hmac(.sha256), in: .header("X-HubSpot-Signature-v3"), .base64,
                            over: [.method, .decodedURL, .body, .timestamp],
                            timestamp: .header("X-HubSpot-Request-Timestamp", .milliseconds)))
                ],
                eventID: [
                    .joined(
                        [
                            .onlyElement(of: "", "/eventId"), .onlyElement(of: "", "/subscriptionId"),
                            .onlyElement(of: "", "/occurredAt"),
                        ], separator: "-"), .bodyDigest,
                ], eventType: [.payload("/0/subscriptionType")],
                sample:
                    #"[{"eventId":1,"subscriptionId":2,"occurredAt":1700000000000,"subscriptionType":"contact.creation"}]"#
            )),
    ]

    // Mailgun gives no bound, and warns of narrow ones since its requests may be late; it tries for eight hours.
    private static func mailgunSignature(_ name: String) -> InboundCheck {
        .signature(
            SignatureStep(
                .hmac(.sha256), in: .payload(JSONPointer(steps: ["signature", name])), .hex,
                over: [.timestamp, .field("/signature/token")],
                timestamp: TimestampPlace(.payload("/signature/timestamp")), tolerance: .seconds(43_200)))
    }

    private static func twilioSignature(_ hash: HMACHash) -> InboundCheck {
        var step = SignatureStep(
            .hmac(hash), in: .header("X-Twilio-Signature"), .base64, over: [.url, .sortedForm(orHashIn: "bodySHA256")])
        step.acceptsAnyPort = true
        return .signature(step)
    }

    static let contentEntries: [Entry] = [
        Entry(
            name: "meta",
            parameters: [
                PresetParameter(
                    "verify_token", "the verify token typed in at Meta; empty refuses handshakes", fallback: "",
                    isSecret: true)
            ]
        ) { settings in
            WebhookPreset(
                name: "meta", title: "Meta: Facebook, Instagram, WhatsApp",
                documentation: "https://developers.facebook.com/docs/graph-api/webhooks/getting-started",
                secret: "the app secret",
                checks: [body("X-Hub-Signature-256", prefix: "sha256=")],
                handshakes: [.meta(verifyToken: settings.optional("verify_token"))],
                eventType: [.payload("/object")],
                sample: #"{"object":"page","entry":[{"id":"1","time":1700000000,"changes":[]}]}"#)
        },
        sender(
            WebhookPreset(
                name: "x", title: "X",
                documentation: "https://docs.x.com/x-api/webhooks/quickstart",
                secret: "the app's consumer secret",
                checks: [body("x-twitter-webhooks-signature", prefix: "sha256=", .base64)], handshakes: [.x],
                sample: #"{"for_user_id":"1","tweet_create_events":[]}"#)),
        sender(
            WebhookPreset(
                name: "twitch", title: "Twitch EventSub",
                documentation: "https://dev.twitch.tv/docs/eventsub/handling-webhook-events/",
                secret: "the secret given when subscribing",
                checks: [
                    .signature(
                        SignatureStep(
                            .hmac(.sha256), in: .header("Twitch-Eventsub-Message-Signature", prefix: "sha256="), .hex,
                            over: [.header("Twitch-Eventsub-Message-Id"), .timestamp, .body],
                            timestamp: .header("Twitch-Eventsub-Message-Timestamp", .rfc3339),
                            tolerance: .seconds(600)))
                ],
                handshakes: [.twitch], eventID: [.header("Twitch-Eventsub-Message-Id")],
                eventType: [.header("Twitch-Eventsub-Subscription-Type"), .payload("/subscription/type")],
                sample: #"{"subscription":{"type":"channel.follow"},"event":{}}"#, sampleType: "channel.follow")),
        sender(
            WebhookPreset(
                name: "dropbox", title: "Dropbox",
                documentation: "https://www.dropbox.com/developers/reference/webhooks",
                secret: "the app secret", checks: [body("X-Dropbox-Signature")], handshakes: [.dropbox],
                sample: #"{"list_folder":{"accounts":["dbid:1"]}}"#)),
        sender(
            WebhookPreset(
                name: "box", title: "Box", documentation: "https://developer.box.com/guides/webhooks/v2/signatures-v2/",
                secret: "the primary or the secondary signature key; give both",
                checks: [
                    .algorithm(header: "BOX-SIGNATURE-VERSION", oneOf: ["1"]),
                    .algorithm(header: "BOX-SIGNATURE-ALGORITHM", oneOf: ["HmacSHA256"]),
                    .signature(
                        SignatureStep(
                            .hmac(.sha256),
                            in: .header(["BOX-SIGNATURE-PRIMARY", "BOX-SIGNATURE-SECONDARY"], prefix: ""), .base64,
                            over: [.body, .timestamp], timestamp: .header("BOX-DELIVERY-TIMESTAMP", .rfc3339),
                            tolerance: .seconds(600))),
                ],
                eventID: [.payload("/id")], eventType: [.payload("/trigger")],
                sample: #"{"type":"webhook_event","id":"1","trigger":"FILE.UPLOADED"}"#)),
        sender(
            WebhookPreset(
                name: "notion", title: "Notion",
                documentation: "https://developers.notion.com/reference/webhooks",
                secret: "the verification token, which Notion's first request carries in its body",
                checks: [body("X-Notion-Signature", prefix: "sha256=")], handshakes: [.notion],
                eventID: [.payload("/id")], eventType: [.payload("/type")],
                sample: #"{"id":"1","type":"page.created","entity":{}}"#)),
    ]

    /// Every preset there is.
    static let entries: [Entry] =
        profileEntries + [rapture] + paymentEntries + developmentEntries + messagingEntries + contentEntries
        + customEntries
}
