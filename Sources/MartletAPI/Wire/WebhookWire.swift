import MartletCore
import MartletService
import MartletStore

/// A webhook as the API shows it.
struct WebhookWire: Wire {
    var endpoint: Endpoint
    /// Shown when the webhook is made, and never again here.
    var secret: String?
    /// The values of an owner's own headers may be credentials, which a reader is not shown.
    var showsHeaders: Bool
    /// The gap that a change has just ended.
    var gap: Endpoint.Gap?

    init(_ endpoint: Endpoint, secret: String? = nil, gap: Endpoint.Gap? = nil, for principal: Principal) {
        self.endpoint = endpoint
        self.secret = secret
        self.gap = gap
        showsHeaders = principal.role != .reader
    }

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", endpoint.id.description)
            writer.field("application", endpoint.application.description)
            writer.field("kind", endpoint.kind.rawValue)
            writer.field("url", endpoint.url)
            writer.field("events", endpoint.events)
            writer.field("source", endpoint.source?.description)
            writer.field("active", endpoint.isActive)
            writer.field("inactive_reason", endpoint.inactivity?.rawValue)
            writer.field("deactivated_at", endpoint.deactivatedAt)
            writer.field("reactivated_at", endpoint.reactivatedAt)
            writer.field("description", endpoint.description)
            writer.field("profile", endpoint.profile)
            writer.strings("headers", endpoint.headers.map { ($0.name, showsHeaders ? $0.value : "•••") })
            writer.field("max_in_flight", endpoint.maxInFlight)
            writer.key("filter")
            if let filter = endpoint.filter { writer.raw(filter.json) } else { writer.null() }
            writer.field("rate_limit", endpoint.rateLimit)
            writer.field("ordered", endpoint.isOrdered)
            writer.field("retry", endpoint.retry)
            writer.field("timeout", endpoint.timeout?.text)
            writer.field("success", endpoint.success)
            writer.metadata(endpoint.metadata)
            writer.field("secret_rotation_ends_at", endpoint.secrets.overlapEnds)
            writer.field("created_at", endpoint.createdAt)
            writer.field("updated_at", endpoint.updatedAt)
            if let secret { writer.field("secret", secret) }
            if let gap { writer.field("gap", gap) }
        }
    }
}

extension Endpoint.Gap: Wire {
    /// With the body that `POST …/recover` takes to have what was missed delivered.
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("since", since)
            writer.field("until", until)
            writer.object("recover") { writer in
                writer.field("since", since)
                writer.field("until", until)
                writer.field("only", "missed")
            }
        }
    }
}

extension WebhookDraft {
    /// Reads what a caller wants of a webhook; checks types alone.
    init(_ reader: inout FieldReader) {
        self.init()
        url = reader.string("url")
        events = reader.strings("events")
        source = reader.nullableString("source")
        secret = reader.string("secret")
        active = reader.boolean("active")
        description = reader.string("description")
        application = reader.string("application")
        profile = reader.nullableString("profile")
        headers = reader.dictionary("headers")?.map { HeaderField(name: $0.0, value: $0.1) }
        maxInFlight = reader.nullableInteger("max_in_flight")
        filter = reader.nullableFilter("filter")
        rateLimit = reader.nullableRateLimit("rate_limit")
        isOrdered = reader.boolean("ordered")
        retry = reader.nullableRetry("retry")
        timeout = reader.nullableDuration("timeout")
        success = reader.nullableSuccess("success")
        metadata = reader.metadata("metadata")
    }
}

extension WebhookStats: Wire {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("webhook", endpoint.id.description)
            writer.field("since", since)
            writer.field("attempts", succeeded + failed)
            writer.field("succeeded", succeeded)
            writer.field("failed", failed)
            let attempts = succeeded + failed
            writer.field("success_rate", attempts == 0 ? nil : Double(succeeded) / Double(attempts))
            writer.object("latency_ms") { writer in
                writer.field("p50", latency.percentile(0.5).map { Double($0) / 1000 })
                writer.field("p95", latency.percentile(0.95).map { Double($0) / 1000 })
            }
            writer.field("backlog", backlog)
            writer.object("health") { writer in
                writer.field("failing_since", health?.failingSince)
                writer.field("failures", health?.failures ?? 0)
                writer.field("last_success_at", health?.lastSuccessAt)
                writer.field("disabled_at", endpoint.isActive ? nil : endpoint.deactivatedAt)
                writer.field("reason", endpoint.inactivity?.rawValue)
            }
            let condition = condition
            writer.object("breaker") { writer in
                writer.field("state", (condition?.breaker.state ?? .closed).rawValue)
                writer.field("reason", condition?.breaker.reason?.description)
                writer.field("since", condition?.breaker.since)
                writer.field("next_probe_at", condition?.breaker.nextProbe)
            }
            writer.field("listening", isAttended)
            writer.field("in_flight", condition?.inFlight ?? 0)
            writer.field("allowance", condition?.allowance)
            writer.field("paced_until", condition?.pacedUntil)
            writer.key("order")
            if let blocked {
                writer.object { writer in
                    writer.array("blocked") { writer in
                        for key in blocked { key.write(to: &writer) }
                    }
                }
            } else {
                writer.null()
            }
        }
    }
}

extension BlockedKey {
    /// Writes it as an object.
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("ordering_key", key)
            writer.field("delivery", head.description)
            writer.field("attempts", attempts)
            writer.field("next_attempt_at", due)
            writer.field("waiting", waiting)
        }
    }
}
