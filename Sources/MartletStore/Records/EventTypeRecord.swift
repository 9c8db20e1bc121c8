public import MartletCore

/// What a store keeps of an ``EventType`` as JSON; its environment, name and dates have columns of their own.
public enum EventTypeRecord {
    /// Writes the record. Schema and example go in as texts, so that they come back to the letter.
    public static func encode(_ type: EventType) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("description", type.description)
            writer.field("group", type.group)
            writer.field("schema", type.schema)
            writer.field("example", type.example)
            writer.field("archived", type.isArchived)
        }
        return writer.bytes
    }

    /// Reads what ``encode(_:)`` wrote.
    ///
    /// - Throws: `corrupt` where it is anything else.
    public static func decode(
        _ record: [UInt8], environment: EnvironmentID, name: String, createdAt: Timestamp, updatedAt: Timestamp
    ) throws(StoreError) -> EventType {
        var reader = try RecordReader(record, of: "event type \(name) in \(environment)")
        let type = EventType(
            environment: environment, name: name,
            description: try reader.string("description"),
            group: try reader.takeOptional("group", \.string),
            schema: try reader.takeOptional("schema", \.string),
            example: try reader.takeOptional("example", \.string),
            isArchived: try reader.boolean("archived"),
            createdAt: createdAt, updatedAt: updatedAt)
        try reader.end()
        return type
    }
}
