public import MartletCore

/// What a store keeps of an ``Environment`` as JSON; its id and name have columns of their own. What came after
/// the first version is left out where it is not set, so that older records are read like the rest.
public enum EnvironmentRecord {
    /// Writes the record.
    public static func encode(_ environment: Environment) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("profile", environment.profile)
            writer.field("payload_form", environment.payloadForm.rawValue)
            writer.field("requires_https", environment.requiresHTTPS)
            writer.field("default_application", environment.defaultApplication.description)
            if let payloads = environment.retention.payloads { writer.duration("payloads_ms", payloads) }
            if let history = environment.retention.history { writer.duration("history_ms", history) }
            if environment.pages != CustomerPages() {
                writer.object("pages") { CustomerPagesRecord.write(environment.pages, to: &$0) }
            }
        }
        return writer.bytes
    }

    /// Reads what ``encode(_:)`` wrote.
    ///
    /// - Throws: `corrupt` where it is anything else.
    public static func decode(_ record: [UInt8], id: EnvironmentID, name: String) throws(StoreError) -> Environment {
        var reader = try RecordReader(record, of: "environment \(id)")
        let environment = Environment(
            id: id, name: name,
            profile: try reader.string("profile"),
            payloadForm: try reader.take("payload_form") { $0.string.flatMap(Environment.PayloadForm.init) },
            requiresHTTPS: try reader.boolean("requires_https"),
            defaultApplication: try reader.take("default_application") { $0.string.flatMap(ApplicationID.init) },
            retention: Retention(
                payloads: try reader.takePresent("payloads_ms", RecordReader.duration),
                history: try reader.takePresent("history_ms", RecordReader.duration)),
            pages: try reader.presentObject("pages").map(CustomerPagesRecord.read) ?? CustomerPages())
        try reader.end()
        return environment
    }
}
