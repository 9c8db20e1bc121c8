public import MartletCore

/// What a store keeps of an ``APIKey`` as JSON; its ids, hash and creation date have columns of their own.
public enum KeyRecord {
    /// Writes the record.
    public static func encode(_ key: APIKey) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("name", key.name)
            writer.field("role", key.role.rawValue)
            writer.field("hint", key.hint)
            writer.field("expires_at", key.expiresAt?.milliseconds)
        }
        return writer.bytes
    }

    /// Reads what ``encode(_:)`` wrote.
    ///
    /// - Throws: `corrupt` where it is anything else.
    public static func decode(
        _ record: [UInt8], id: KeyID, environment: EnvironmentID, application: ApplicationID?, hash: [UInt8],
        createdAt: Timestamp
    ) throws(StoreError) -> APIKey {
        var reader = try RecordReader(record, of: "key \(id)")
        let key = APIKey(
            id: id, environment: environment,
            name: try reader.string("name"),
            role: try reader.take("role") { $0.string.flatMap(APIKey.Role.init) },
            application: application, hash: hash,
            hint: try reader.string("hint"),
            createdAt: createdAt,
            expiresAt: try reader.takeOptional("expires_at", \.integer).map { Timestamp(milliseconds: Int64($0)) })
        try reader.end()
        return key
    }
}
