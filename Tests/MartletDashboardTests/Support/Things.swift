import MartletCore
import MartletService
import MartletStore

/// One of everything in the sandbox, of the application `acme`: what pages are tried with.
struct Things: Sendable {
    let webhook: Endpoint
    let event: Event
    let delivery: DeliveryID
    let job: JobID
    let application: MartletCore.Application
    let key: KeyID
    let alert: AlertID
    let source: SourceID
    let request: RequestID

    init(_ site: TestDashboard, data: String = #"{"order_id":"o_1"}"#) async throws {
        application = try await site.application("acme")
        webhook = try await site.webhook { $0.application = "acme" }
        let published = try await site.publish(data: data, application: "acme")
        event = published.event
        guard let first = published.deliveries.first else {
            preconditionFailure("the webhook subscribes to everything")
        }
        delivery = first.id
        job = try await JobService(site.context).recover(
            webhook.id, only: .failed, JobDraft(since: site.context.time.now() - .seconds(60)), by: site.admin
        ).id
        source = try await site.source { $0.application = "acme" }.id
        request = try await SourceService(site.context).test(
            source, SourceService.Trial(), url: "https://example.com/in/x", by: site.admin
        ).request.id
        key = try await KeyService(site.context).create(
            name: "A key", role: "reader", application: nil, expiresAt: nil, by: site.admin
        ).key.id
        var rule = AlertDraft()
        rule.name = "Acme fails"
        rule.rule = .consecutiveFailures(3)
        rule.application = .some("acme")
        alert = try await AlertService(site.context).create(rule, by: site.admin).alert.id
    }

    /// Every page that shows one thing or a list, within its environment.
    var pages: [String] { Self.lists + things }

    /// Pages that name a thing which only this environment and this application know.
    var things: [String] {
        [
            "/events/\(event.publicID)", "/events/\(event.publicID)/payload", "/deliveries/\(delivery)",
            "/webhooks/\(webhook.id)", "/webhooks/\(webhook.id)/edit", "/webhooks/\(webhook.id)/test",
            "/webhooks/\(webhook.id)/recover", "/jobs/\(job)", "/applications/\(application.id)",
            "/applications/\(application.id)/edit", "/applications/\(application.id)/erase", "/alerts/\(alert)",
            "/alerts/\(alert)/edit",
        ]
    }

    static let lists = [
        "", "/events", "/deliveries", "/issues", "/webhooks", "/webhooks/new", "/applications", "/applications/new",
        "/catalogue", "/catalogue/new", "/catalogue/order.created", "/catalogue/order.created/edit", "/keys", "/jobs",
        "/recover", "/replay",
        "/activity", "/settings", "/search?q=order", "/playground", "/playground/createWebhook", "/guide",
        "/settings/profiles/new", "/alerts", "/alerts/new", "/status",
    ]

    /// What forms do with those things: targets, each with fields that it would take.
    var acts: [(path: String, fields: [(String, String)])] {
        [
            ("/events/\(event.publicID)/replay", []), ("/deliveries/\(delivery)/retry", []),
            ("/deliveries/\(delivery)/cancel", []), ("/webhooks/\(webhook.id)/secret", []),
            ("/webhooks/\(webhook.id)/rotate", []), ("/webhooks/\(webhook.id)/active", [("active", "true")]),
            ("/webhooks/\(webhook.id)/edit", [("url", "http://127.0.0.1:9/"), ("events", "*")]),
            ("/webhooks/\(webhook.id)/test", [("type", "order.created"), ("data", "{}")]),
            ("/webhooks/\(webhook.id)/recover", [("since", "1h"), ("do", "count")]),
            ("/webhooks/\(webhook.id)/delete", []), ("/jobs/\(job)/cancel", []), ("/keys/\(key)/delete", []),
            ("/applications/\(application.id)/edit", [("name", "x")]), ("/applications/\(application.id)/delete", []),
            ("/applications/\(application.id)/erase", [("confirm", "ACME")]),
            ("/applications/\(application.id)/portal", []), ("/applications/\(application.id)/portal/withdraw", []),
            ("/alerts/\(alert)/edit", [("name", "x"), ("rule", "endpoint_disabled")]), ("/alerts/\(alert)/test", []),
            ("/alerts/\(alert)/delete", []),
        ]
    }

    // MARK: Sources, which are the operator's alone

    /// Pages about the source and what it received.
    var sourceThings: [String] { ["/sources/\(source)", "/sources/\(source)/edit", "/requests/\(request)"] }

    static let sourceLists = ["/sources", "/sources/new", "/sources/new?preset=hmac"]

    /// Targets of their forms.
    var sourceActs: [String] {
        ["test", "secret", "rotate", "active", "edit", "delete"].map { "/sources/\(source)/\($0)" }
            + ["replay", "verify"].map { "/requests/\(request)/\($0)" }
    }
}
