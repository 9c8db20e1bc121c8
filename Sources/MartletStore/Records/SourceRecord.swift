public import MartletCore

/// What a store keeps of a ``Source`` as JSON: its settings. Ids, secrets and dates have columns of their own.
public enum SourceRecord {
    /// Writes the record.
    public static func encode(_ source: Source) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { writer in
            writer.field("name", source.name)
            writer.field("description", source.description)
            writer.field("active", source.isActive)
            writer.field("token", source.token.description)
            writer.field("preset", source.preset.name)
            writer.pairs("parameters", source.preset.parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
            writer.duration("tolerance_ms", source.tolerance)
            writer.field("addresses", source.addresses)
            writer.key("rate_limit")
            encode(source.limits.rate, to: &writer)
            writer.key("rate_limit_per_address")
            encode(source.limits.ratePerAddress, to: &writer)
            writer.field("max_body_size", source.limits.maxBodySize)
            writer.field("type_prefix", source.typing.prefix)
            writer.field("type_fallback", source.typing.fallback)
            writer.duration("duplicate_window_ms", source.duplicateWindow)
            writer.field("kept_headers", source.keptHeaders)
            writer.pairs("metadata", source.metadata.map { ($0.name, $0.value) })
        }
        return writer.bytes
    }

    private static func encode(_ limit: RateLimit?, to writer: inout JSONWriter) {
        if let limit { RateLimitRecord.encode(limit, to: &writer) } else { writer.null() }
    }

    /// Reads what ``encode(_:)`` wrote.
    ///
    /// - Throws: `corrupt` where it is anything else.
    public static func decode(
        _ record: [UInt8], id: SourceID, environment: EnvironmentID, application: ApplicationID?,
        secrets: SealedSecrets?, createdAt: Timestamp, updatedAt: Timestamp
    ) throws(StoreError) -> Source {
        var reader = try RecordReader(record, of: "source \(id)")
        let source = Source(
            id: id, environment: environment, application: application, name: try reader.string("name"),
            description: try reader.string("description"), isActive: try reader.boolean("active"),
            token: try reader.take("token") { $0.string.flatMap { SourceToken($0) } },
            preset: PresetChoice(
                name: try reader.string("preset"),
                parameters: Dictionary(try reader.pairs("parameters"), uniquingKeysWith: { $1 })),
            secrets: secrets, tolerance: try reader.takeOptional("tolerance_ms", RecordReader.duration),
            addresses: try reader.strings("addresses"),
            limits: SourceLimits(
                rate: try limit("rate_limit", &reader), ratePerAddress: try limit("rate_limit_per_address", &reader),
                maxBodySize: try reader.take("max_body_size", \.integer)),
            typing: EventTyping(
                prefix: try reader.string("type_prefix"), fallback: try reader.string("type_fallback")),
            duplicateWindow: try reader.duration("duplicate_window_ms"),
            keptHeaders: try reader.strings("kept_headers"),
            metadata: try reader.pairs("metadata").map { Metadata(name: $0.0, value: $0.1) },
            createdAt: createdAt, updatedAt: updatedAt)
        try reader.end()
        return source
    }

    private static func limit(_ name: String, _ reader: inout RecordReader) throws(StoreError) -> RateLimit? {
        try reader.optionalObject(name).map { (limit) throws(StoreError) in try RateLimitRecord.decode(limit) }
    }
}
