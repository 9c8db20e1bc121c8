public import MartletCore

/// What a store keeps of an ``Application`` as JSON; its ids and dates have columns of their own.
public enum ApplicationRecord {
    /// Writes the record.
    public static func encode(_ application: Application) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("name", application.name)
            writer.pairs("metadata", application.metadata.map { ($0.name, $0.value) })
        }
        return writer.bytes
    }

    /// Reads what ``encode(_:)`` wrote.
    ///
    /// - Throws: `corrupt` where it is anything else.
    public static func decode(
        _ record: [UInt8], id: ApplicationID, environment: EnvironmentID, uid: String?, createdAt: Timestamp,
        updatedAt: Timestamp
    ) throws(StoreError) -> Application {
        var reader = try RecordReader(record, of: "application \(id)")
        let application = Application(
            id: id, environment: environment, uid: uid,
            name: try reader.string("name"),
            metadata: try reader.pairs("metadata").map { Metadata(name: $0.0, value: $0.1) },
            createdAt: createdAt, updatedAt: updatedAt)
        try reader.end()
        return application
    }
}
