import MartletCore
import MartletService
import MartletStore

extension StandingAlert: Wire {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", alert.id.description)
            writer.field("name", alert.name)
            writer.rule(alert.rule)
            writer.scope(alert.scope)
            writer.field("active", alert.isActive)
            writer.field("emails", alert.emails)
            writer.field("tell_webhooks", alert.tellsEndpoints)
            writer.field("clears_after", alert.clearsAfter.text)
            writer.field("state", state.rawValue)
            writer.field("firing_since", standing.firingSince)
            writer.field("well_since", standing.wellSince)
            writer.field("incident", standing.incident?.description)
            writer.field("looked_at", standing.readAt)
            writer.reading(standing.reading, of: alert.rule)
            writer.field("created_at", alert.createdAt)
            writer.field("updated_at", alert.updatedAt)
        }
    }
}

extension Incident: Wire {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", id.description)
            writer.field("alert", alert.description)
            writer.field("name", name)
            writer.rule(rule)
            writer.scope(scope)
            writer.field("since", since)
            writer.field("until", until)
            writer.reading(reading, of: rule)
        }
    }
}

extension AlertService.Trial: Wire {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("webhooks", webhooks)
            writer.array("emails") { writer in
                for mail in mails {
                    writer.object { writer in
                        writer.field("email", mail.recipient)
                        writer.field("failure", mail.failure)
                    }
                }
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func rule(_ rule: AlertRule) {
        object("rule") { writer in
            writer.field("type", rule.kind.rawValue)
            switch rule {
            case .consecutiveFailures(let count): writer.field("failures", count)
            case .successRate(let below, let window, let attempts):
                writer.field("below", below)
                writer.field("window", window.text)
                writer.field("attempts", attempts)
            case .oldestWaiting(let age): writer.field("age", age.text)
            case .endpointDisabled: break
            case .sourceRefusing(let window): writer.field("window", window.text)
            }
        }
    }

    fileprivate mutating func scope(_ scope: AlertScope) {
        field("application", scope.application?.description)
        field("webhook", scope.endpoint?.description)
    }

    fileprivate mutating func reading(_ reading: AlertReading, of rule: AlertRule) {
        field("value", reading.value)
        field("value_text", rule.words(for: reading.value))
        field("culprits", reading.culprits)
        field("culprit_count", reading.culpritCount)
    }
}
