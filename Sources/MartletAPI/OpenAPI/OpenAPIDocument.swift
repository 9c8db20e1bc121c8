import HTTPTypes
import MartletCore
import MartletService

/// `/openapi.json`: OpenAPI 3.1.1 made of the operations that the router serves and the schemas beside it.
struct OpenAPIDocument {
    let operations: [Operation]
    let limits: ServiceLimits
    let version: String

    /// The document's JSON.
    var bytes: [UInt8] {
        var writer = JSONWriter(capacity: 96 << 10)
        writer.object { writer in
            writer.field("openapi", "3.1.1")
            writer.object("info") { writer in
                writer.field("title", "Martlet")
                writer.field("version", version)
                writer.field("summary", "Publish events, and they arrive: signed, retried, recorded.")
                writer.field("description", introduction)
                writer.object("license") { writer in
                    writer.field("name", "Apache-2.0")
                    writer.field("identifier", "Apache-2.0")
                }
            }
            writer.array("servers") { writer in
                writer.object { $0.field("url", "/") }
            }
            writer.array("tags") { writer in
                for (name, detail) in Self.groups {
                    writer.object { writer in
                        writer.field("name", name)
                        writer.field("description", detail)
                    }
                }
            }
            writer.array("security") { writer in
                writer.object { $0.array("key") { _ in } }
            }
            paths(&writer)
            components(&writer)
        }
        return writer.bytes
    }

    // MARK: Words

    private var introduction: String {
        """
        JSON in and out, snake_case, RFC 3339 UTC with milliseconds. Durations are strings: `500ms`, `5s`, `5m`, `2h`, \
        `1d`. Unknown fields and query parameters are refused, never ignored.

        Errors are RFC 9457 `application/problem+json` with a stable `code`. Lists take `limit` (\(limits.pageDefault), \
        at most \(limits.pageMost)) and `cursor`, newest first, and answer `{"data":[…],"next_cursor":"…"|null}`. Every \
        POST takes `Idempotency-Key` (\(limits.idempotency.text)): the same request again gets the first one's answer, \
        marked `Idempotent-Replayed: true`; the same key with another body is 409. A foreign id is 404.

        A request's body has at most \(limits.requestBytes) bytes, a batch \(limits.batchBytes) and \
        \(limits.batchEvents) events, an event \(limits.eventBytes) bytes. At a bound the answer is 4xx, or 429 or 503 \
        with `Retry-After`.
        """
    }

    private static let groups = [
        ("events", "One stored occurrence each, `{id, type, created, data}`, never changed after it is accepted."),
        ("webhooks", "Receivers' URLs with their subscriptions, secrets and settings."),
        ("deliveries", "One event on its way to one webhook, with every attempt."),
        ("jobs", "Recoveries and bulk replays: durable, at a rate, to be watched and cancelled."),
        ("event-types", "The catalogue: dotted names with description, group, JSON Schema and example payload."),
        ("applications", "Customers, or customers' apps. An application is named by its id or its uid."),
        ("sources", "Where inbound webhooks enter: verified, limited, kept, and made events."),
        ("requests", "What sources received, accepted or refused, each with its verdict and reason."),
        ("keys", "API keys, each of one environment and with one role: admin, publisher, application or reader."),
        ("profiles", "How deliveries look and behave: signature, header names, timeout, success rule, retries."),
        (
            "environment",
            "The world that a key belongs to: its profile, the form of its payloads, what it keeps for how long."
        ),
        (
            "operational-events",
            "What happened to webhooks: that one fails, was taken out of service, or is well again."
        ),
        ("alerts", "Rules by which somebody is told, by webhook or e-mail, that things go wrong."),
        ("incidents", "What alerts fired for, from when to when."),
        ("stream", "Events and attempts as they happen."),
        ("service", "For machines that watch the service. No key is needed."),
    ]

    private static let pathParameters = [
        "events": "The event's id: its own (`evt_…`), or the one that its publisher chose.",
        "webhooks": "The webhook's id.",
        "deliveries": "The delivery's id.",
        "jobs": "The job's id.",
        "event-types": "The event type's name.",
        "applications": "The application's id or uid.",
        "sources": "The source's id; at `/in`, what its URL ends in.",
        "requests": "The request's id.",
        "keys": "The key's id.",
        "profiles": "The profile's name.",
        "alerts": "The alert's id.",
    ]

    // MARK: Paths

    private func paths(_ writer: inout JSONWriter) {
        var paths: [String] = []
        for operation in operations where !paths.contains(operation.path) { paths.append(operation.path) }
        writer.object("paths") { writer in
            for path in paths {
                writer.key(escaping: path)
                writer.object { writer in
                    for operation in operations where operation.path == path {
                        writer.key(escaping: operation.method.rawValue.lowercased())
                        write(operation, to: &writer)
                    }
                }
            }
        }
    }

    private func write(_ operation: Operation, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("operationId", operation.name)
            writer.field("summary", operation.summary)
            var detail = operation.detail
            if case .keyed(let permission, _) = operation.access {
                let roles = permission.roles.map(\.rawValue).sorted().joined(separator: ", ")
                detail += (detail.isEmpty ? "" : "\n\n") + "Roles: \(roles)."
            } else {
                writer.array("security") { _ in }
            }
            if !detail.isEmpty { writer.field("description", detail) }
            writer.field("tags", [operation.group])
            parameters(of: operation, &writer)
            if let body = operation.body { write(body, to: &writer) }
            answers(of: operation, &writer)
        }
    }

    private func parameters(of operation: Operation, _ writer: inout JSONWriter) {
        guard operation.namesOne || !operation.query.isEmpty || operation.takesIdempotencyKey else { return }
        writer.array("parameters") { writer in
            if operation.namesOne {
                writer.object { writer in
                    writer.field("name", "id")
                    writer.field("in", "path")
                    writer.field("required", true)
                    writer.field("description", Self.pathParameters[operation.group])
                    writer.field("schema", raw: #"{"type":"string","minLength":1}"#.utf8)
                }
            }
            for parameter in operation.query {
                writer.object { writer in
                    writer.field("name", parameter.name)
                    writer.field("in", "query")
                    writer.field("description", parameter.detail)
                    writer.field("schema", raw: parameter.schema.utf8)
                }
            }
            if operation.takesIdempotencyKey {
                writer.object { $0.field("$ref", "#/components/parameters/IdempotencyKey") }
            }
        }
    }

    private func write(_ body: RequestContent, to writer: inout JSONWriter) {
        writer.object("requestBody") { writer in
            writer.field("required", body.isRequired)
            writer.object("content") { writer in
                for (index, content) in body.schemas.enumerated() {
                    writer.key(escaping: content.type)
                    writer.object { writer in
                        reference(content.schema, &writer)
                        if index == 0, let example = body.example { writer.field("example", raw: example.utf8) }
                    }
                }
            }
        }
    }

    private func reference(_ schema: String, _ writer: inout JSONWriter) {
        writer.object("schema") { $0.field("$ref", "#/components/schemas/\(schema)") }
    }

    // MARK: Answers

    private func answers(of operation: Operation, _ writer: inout JSONWriter) {
        writer.object("responses") { writer in
            for answer in [operation.answer, operation.alternative].compactMap(\.self) {
                writer.key(escaping: String(answer.status.code))
                writer.object { writer in
                    writer.field("description", answer.detail)
                    headers(of: operation, &writer)
                    content(of: answer, &writer)
                }
            }
            if case .document = operation.answer.content {
                writer.key("304")
                writer.object { $0.field("description", "It is the one that `If-None-Match` names.") }
            }
            for refusal in operation.refusals {
                writer.key(escaping: String(refusal.status))
                writer.object { writer in
                    writer.field("description", refusal.detail)
                    if refusal.status == 503 {
                        writer.object("headers") { writer in
                            writer.object("Retry-After") { $0.field("$ref", "#/components/headers/RetryAfter") }
                        }
                    }
                    writer.object("content") { writer in
                        writer.object("application/problem+json") { writer in
                            reference(refusal.schema, &writer)
                        }
                    }
                }
            }
        }
    }

    private func headers(of operation: Operation, _ writer: inout JSONWriter) {
        let hasLocation = operation.answer.status == .created
        guard hasLocation || operation.takesIdempotencyKey else { return }
        writer.object("headers") { writer in
            if hasLocation {
                writer.object("Location") { writer in
                    writer.field("description", "The path of what was made.")
                    writer.field("schema", raw: #"{"type":"string","format":"uri-reference"}"#.utf8)
                }
            }
            writer.object("Idempotent-Replayed") { writer in
                writer.field("description", "`true` where this answer was given to the same request before.")
                writer.field("schema", raw: #"{"type":"string","enum":["true"]}"#.utf8)
            }
        }
    }

    private func content(of answer: Answer, _ writer: inout JSONWriter) {
        switch answer.content {
        case .none: break
        case .one(let schema):
            writer.object("content") { writer in
                writer.object("application/json") { reference(schema, &$0) }
            }
        case .page(let schema):
            writer.object("content") { writer in
                writer.object("application/json") { writer in
                    writer.field(
                        "schema",
                        raw: #"""
                            {"type":"object","required":["data","next_cursor"],"properties":{\#
                            "data":{"type":"array","items":{"$ref":"#/components/schemas/\#(schema)"}},\#
                            "next_cursor":{"type":["string","null"],\#
                            "description":"Where the next page starts; null on the last."}}}
                            """#.utf8)
                }
            }
        case .text(let type):
            writer.object("content") { writer in
                writer.key(escaping: type)
                writer.object { $0.field("schema", raw: #"{"type":"string"}"#.utf8) }
            }
        case .document:
            writer.object("content") { writer in
                writer.object("application/json") { $0.field("schema", raw: #"{"type":"object"}"#.utf8) }
            }
        }
    }

    // MARK: Components

    private func components(_ writer: inout JSONWriter) {
        writer.object("components") { writer in
            writer.object("securitySchemes") { writer in
                writer.object("key") { writer in
                    writer.field("type", "http")
                    writer.field("scheme", "bearer")
                    writer.field(
                        "description",
                        "`Authorization: Bearer KEY`, where KEY looks like `mk_live_…` or `mk_test_…`. It belongs to one "
                            + "environment, may expire, and carries one role.")
                }
            }
            writer.object("parameters") { writer in
                writer.object("IdempotencyKey") { writer in
                    writer.field("name", "Idempotency-Key")
                    writer.field("in", "header")
                    writer.field(
                        "description",
                        "Makes it safe to send the request again: for \(limits.idempotency.text), the same request with "
                            + "the same key gets the first one's answer.")
                    writer.field(
                        "schema",
                        raw: #"{"type":"string","minLength":1,"maxLength":255,"pattern":"^[!-~]+$"}"#.utf8)
                }
            }
            writer.object("headers") { writer in
                writer.object("RetryAfter") { writer in
                    writer.field("description", "In how many seconds trying again makes sense.")
                    writer.field("schema", raw: #"{"type":"integer","minimum":1}"#.utf8)
                }
            }
            writer.object("schemas") { writer in
                for (name, schema) in Schemas.all(limits) {
                    writer.key(escaping: name)
                    // Lines are broken for whoever reads the source, inside of strings too.
                    writer.raw(schema.utf8.filter { $0 != UInt8(ascii: "\n") })
                }
            }
        }
    }
}
