public import MartletCore

/// What a store keeps of an ``Alert`` as JSON; its ids have columns of their own.
public enum AlertRecord {
    /// Writes the record.
    public static func encode(_ alert: Alert) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { writer in
            writer.field("name", alert.name)
            encode(alert.rule, to: &writer)
            encode(alert.scope, to: &writer)
            writer.field("is_active", alert.isActive)
            writer.field("emails", alert.emails)
            writer.field("tells_endpoints", alert.tellsEndpoints)
            writer.duration("clears_after", alert.clearsAfter)
            writer.field("created_at", alert.createdAt.milliseconds)
            writer.field("updated_at", alert.updatedAt.milliseconds)
        }
        return writer.bytes
    }

    /// Reads what ``encode(_:)`` wrote.
    ///
    /// - Throws: `corrupt` where it is anything else.
    public static func decode(
        _ record: [UInt8], id: AlertID, environment: EnvironmentID
    ) throws(StoreError) -> Alert {
        var reader = try RecordReader(record, of: "alert \(id)")
        let alert = Alert(
            id: id, environment: environment, name: try reader.string("name"), rule: try rule(&reader),
            scope: try scope(&reader), isActive: try reader.boolean("is_active"),
            emails: try reader.strings("emails"), tellsEndpoints: try reader.boolean("tells_endpoints"),
            clearsAfter: try reader.duration("clears_after"),
            createdAt: try reader.take("created_at", RecordReader.instant),
            updatedAt: try reader.take("updated_at", RecordReader.instant))
        try reader.end()
        return alert
    }

    static func encode(_ rule: AlertRule, to writer: inout JSONWriter) {
        writer.object("rule") { writer in
            writer.field("kind", rule.kind.rawValue)
            switch rule {
            case .consecutiveFailures(let count): writer.field("failures", count)
            case .successRate(let below, let window, let attempts):
                writer.field("below", below)
                writer.duration("window", window)
                writer.field("attempts", attempts)
            case .oldestWaiting(let age): writer.duration("age", age)
            case .endpointDisabled: break
            case .sourceRefusing(let window): writer.duration("window", window)
            }
        }
    }

    static func rule(_ reader: inout RecordReader) throws(StoreError) -> AlertRule {
        var member = try reader.object("rule")
        let kind = try member.take("kind") { $0.string.flatMap(AlertRule.Kind.init) }
        let rule: AlertRule =
            switch kind {
            case .consecutiveFailures: .consecutiveFailures(try member.take("failures", \.integer))
            case .successRate:
                .successRate(
                    below: try member.take("below", \.double), window: try member.duration("window"),
                    attempts: try member.take("attempts", \.integer))
            case .oldestWaiting: .oldestWaiting(try member.duration("age"))
            case .endpointDisabled: .endpointDisabled
            case .sourceRefusing: .sourceRefusing(try member.duration("window"))
            }
        try member.end()
        return rule
    }

    static func encode(_ scope: AlertScope, to writer: inout JSONWriter) {
        writer.field("application", scope.application?.description)
        writer.field("endpoint", scope.endpoint?.description)
    }

    static func scope(_ reader: inout RecordReader) throws(StoreError) -> AlertScope {
        let application = try reader.takeOptional("application") { $0.string.flatMap(ApplicationID.init) }
        let endpoint = try reader.takeOptional("endpoint") { $0.string.flatMap(EndpointID.init) }
        if let endpoint { return .endpoint(endpoint) }
        if let application { return .application(application) }
        return .environment
    }
}
