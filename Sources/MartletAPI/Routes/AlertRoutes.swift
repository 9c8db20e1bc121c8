import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import MartletStore

/// `/v1/alerts` and `/v1/incidents`: docs/alerts.md.
struct AlertRoutes: RouteGroup {
    let kit: RouteKit
    let alerts: AlertService

    init(_ kit: RouteKit) {
        self.kit = kit
        alerts = AlertService(kit.services)
    }

    var operations: [Operation] {
        [
            Operation(
                .post, "/v1/alerts", "createAlert", "Make an alert",
                detail: "It is told once that it fires and once that it is over, and is quiet in between.",
                .changeAlerts,
                body: .json(
                    "NewAlert",
                    example: #"{"name":"Webhooks fail","rule":{"type":"consecutive_failures","failures":5}}"#),
                answer: .made("Alert"), conflicts: ["too_many_alerts"], create),
            Operation(
                .get, "/v1/alerts", "listAlerts", "List alerts, and how they stand", .readAlerts,
                query: QueryParameter.page(kit.limits), answer: .page("Alert"), list),
            Operation(
                .get, "/v1/alerts/{id}", "getAlert", "Look at an alert", .readAlerts,
                answer: .one("Alert", "The alert."), show),
            Operation(
                .patch, "/v1/alerts/{id}", "updateAlert", "Change an alert",
                detail: "One that fires ends where it looks at something else from then on, or is switched off.",
                .changeAlerts, body: .json("AlertChange", example: #"{"clears_after":"10m"}"#),
                answer: .one("Alert", "The alert as it is now."), update),
            Operation(
                .delete, "/v1/alerts/{id}", "deleteAlert", "Delete an alert",
                detail: "It ends where it fires. Its incidents stay.", .changeAlerts, answer: .deleted, delete),
            Operation(
                .post, "/v1/alerts/{id}/test", "testAlert", "Tell everybody whom an alert tells that this is a test",
                detail:
                    "Webhooks hear `alert.test`; e-mail is sent while one waits. How the alert stands stays as it is.",
                .changeAlerts, body: .json("Nothing", isRequired: false),
                answer: .one("AlertTrial", "Who was told."), test),
            Operation(
                .get, "/v1/incidents", "listIncidents", "List what alerts fired for", .readAlerts,
                query: [
                    QueryParameter(
                        "alert", "Only those of this alert, deleted or not.",
                        schema: #"{"type":"string","pattern":"^alr_"}"#), .since,
                ] + QueryParameter.page(kit.limits),
                answer: .page("Incident"), incidents),
        ]
    }

    private func create(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try await kit.post(request, principal) { reader in
            let draft = Self.draft(&reader)
            try reader.finish()
            let made = try await alerts.create(draft, by: principal)
            return .json(.created, location: "/v1/alerts/\(made.alert.id)", of: made)
        }
    }

    private func list(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let page = try kit.query(request) { $0.page(kit.limits) }
        return .page(try await alerts.alerts(page: page, for: principal)) { $0.write(to: &$1) }
    }

    private func show(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
        return .json(of: try await alerts.alert(context.id(AlertID.self, "alert"), for: principal))
    }

    private func update(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        var reader = try await kit.object(request)
        let draft = Self.draft(&reader)
        try reader.finish()
        return .json(of: try await alerts.update(context.id(AlertID.self, "alert"), draft, by: principal))
    }

    private func delete(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
        try await alerts.delete(context.id(AlertID.self, "alert"), by: principal)
        return .noContent
    }

    private func test(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let id = try context.id(AlertID.self, "alert")
        return try await kit.post(request, principal) { reader in
            try reader.finish()
            return .json(.ok, of: try await alerts.test(id, by: principal))
        }
    }

    private func incidents(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let (alert, since, page) = try kit.query(request) { reader in
            (reader.identifier("alert", AlertID.self), reader.instant("since"), reader.page(kit.limits))
        }
        let found = try await alerts.incidents(of: alert, since: since, page: page, for: principal)
        return .page(found) { $0.write(to: &$1) }
    }

    // MARK: Reading

    private static func draft(_ reader: inout FieldReader) -> AlertDraft {
        var draft = AlertDraft()
        draft.name = reader.string("name")
        draft.rule = reader.object("rule", rule)
        draft.application = reader.nullableString("application")
        if let webhook = reader.nullableString("webhook") {
            draft.endpoint = .some(nil)
            if let text = webhook {
                if let id = EndpointID(text) {
                    draft.endpoint = .some(id)
                } else {
                    reader.note("webhook", "Give a webhook's id, or null.")
                }
            }
        }
        draft.isActive = reader.boolean("active")
        draft.emails = reader.strings("emails")
        draft.tellsEndpoints = reader.boolean("tell_webhooks")
        draft.clearsAfter = reader.duration("clears_after")
        return draft
    }

    /// A rule, with the fields of its own kind alone.
    private static func rule(_ reader: inout FieldReader) -> AlertRule? {
        let kinds = AlertRule.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        guard let kind = reader.string("type").flatMap(AlertRule.Kind.init) else {
            reader.note("type", "Give one of \(kinds).")
            return nil
        }
        switch kind {
        case .consecutiveFailures: return AlertRule(kind, failures: reader.integer("failures"))
        case .successRate:
            return AlertRule(
                kind, below: reader.number("below"), window: reader.duration("window"),
                attempts: reader.integer("attempts"))
        case .oldestWaiting: return AlertRule(kind, age: reader.duration("age"))
        case .endpointDisabled: return AlertRule(kind)
        case .sourceRefusing: return AlertRule(kind, window: reader.duration("window"))
        }
    }
}
