public import MartletCore

/// What a store keeps of an ``Endpoint`` as JSON: its settings. Ids, secrets, dates and whether it is active have
/// columns of their own. What came after the first version is left out where it is not set, so that older records are read
/// like the rest.
public enum EndpointRecord {
    /// Writes the record.
    public static func encode(_ endpoint: Endpoint) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { writer in
            writer.field("url", endpoint.url)
            writer.field("events", endpoint.events)
            writer.field("description", endpoint.description)
            writer.field("profile", endpoint.profile)
            writer.pairs("headers", endpoint.headers.map { ($0.name, $0.value) })
            writer.field("max_in_flight", endpoint.maxInFlight)
            writer.key("retry")
            if let retry = endpoint.retry { RetryRecord.encode(retry, to: &writer) } else { writer.null() }
            writer.duration("timeout_ms", endpoint.timeout)
            writer.key("success")
            if let success = endpoint.success { SuccessRecord.encode(success, to: &writer) } else { writer.null() }
            writer.pairs("metadata", endpoint.metadata.map { ($0.name, $0.value) })
            if let filter = endpoint.filter { writer.field("filter", raw: filter.json) }
            if let rateLimit = endpoint.rateLimit {
                writer.key("rate_limit")
                RateLimitRecord.encode(rateLimit, to: &writer)
            }
            if endpoint.isOrdered { writer.field("ordered", true) }
            if let source = endpoint.source { writer.field("source", source.description) }
            if let deactivatedAt = endpoint.deactivatedAt {
                writer.field("deactivated_ms", deactivatedAt.milliseconds)
            }
            if let reactivatedAt = endpoint.reactivatedAt {
                writer.field("reactivated_ms", reactivatedAt.milliseconds)
            }
        }
        return writer.bytes
    }

    /// Reads what ``encode(_:)`` wrote.
    ///
    /// - Throws: `corrupt` where it is anything else.
    public static func decode(
        _ record: [UInt8], id: EndpointID, environment: EnvironmentID, application: ApplicationID, inactivity: String?,
        secrets: SealedSecrets, createdAt: Timestamp, updatedAt: Timestamp
    ) throws(StoreError) -> Endpoint {
        var reader = try RecordReader(record, of: "endpoint \(id)")
        let endpoint = Endpoint(
            id: id, environment: environment, application: application,
            url: try reader.string("url"),
            events: try reader.strings("events"),
            source: try reader.takePresent("source") { $0.string.flatMap { SourceID($0) } },
            inactivity: try inactivity.map { (text) throws(StoreError) in
                guard let inactivity = Endpoint.Inactivity(rawValue: text) else { throw reader.corrupt("inactivity") }
                return inactivity
            },
            deactivatedAt: try reader.takePresent("deactivated_ms", RecordReader.instant),
            reactivatedAt: try reader.takePresent("reactivated_ms", RecordReader.instant),
            description: try reader.string("description"),
            profile: try reader.takeOptional("profile", \.string),
            headers: try reader.pairs("headers").map { HeaderField(name: $0.0, value: $0.1) },
            maxInFlight: try reader.takeOptional("max_in_flight", \.integer),
            filter: try reader.takePresent("filter") { try? PayloadFilter($0) },
            rateLimit: try reader.presentObject("rate_limit").map { (limit) throws(StoreError) in
                try RateLimitRecord.decode(limit)
            },
            isOrdered: try reader.takePresent("ordered", \.boolean) ?? false,
            retry: try reader.optionalObject("retry").map { (policy) throws(StoreError) in
                try RetryRecord.decode(policy)
            },
            timeout: try reader.takeOptional("timeout_ms", RecordReader.duration),
            success: try reader.takeOptional("success", SuccessRecord.decode),
            metadata: try reader.pairs("metadata").map { Metadata(name: $0.0, value: $0.1) },
            secrets: secrets, createdAt: createdAt, updatedAt: updatedAt)
        try reader.end()
        return endpoint
    }
}
