public import MartletCore

/// What a store keeps of an ``Environment`` as JSON; its id and name have columns of their own.
public enum EnvironmentRecord {
    /// Writes the record.
    public static func encode(_ environment: Environment) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("profile", environment.profile)
            writer.field("payload_form", environment.payloadForm.rawValue)
            writer.field("requires_https", environment.requiresHTTPS)
            writer.field("default_application", environment.defaultApplication.description)
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
            defaultApplication: try reader.take("default_application") { $0.string.flatMap(ApplicationID.init) })
        try reader.end()
        return environment
    }
}
