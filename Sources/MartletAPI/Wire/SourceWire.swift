import MartletCore
import MartletService

/// A source as the API shows it.
struct SourceWire: Wire {
    var source: MartletCore.Source
    var url: String
    /// Secret ones masked.
    var parameters: [(name: String, value: String)]
    var lacksSecret: Bool
    /// Only where it was made for this request.
    var secret: String?

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", source.id.description)
            writer.field("name", source.name)
            writer.field("description", source.description)
            writer.field("active", source.isActive)
            writer.field("application", source.application?.description)
            writer.field("url", url)
            writer.field("preset", source.preset.name)
            writer.strings("parameters", parameters)
            writer.field("lacks_secret", lacksSecret)
            writer.field("secret_rotation_ends_at", source.secrets?.overlapEnds)
            writer.field("tolerance", source.tolerance?.text)
            writer.field("addresses", source.addresses)
            writer.field("rate_limit", source.limits.rate)
            writer.field("rate_limit_per_address", source.limits.ratePerAddress)
            writer.field("max_body_bytes", source.limits.maxBodySize)
            writer.field("type_prefix", source.typing.prefix)
            writer.field("default_type", source.typing.fallback)
            writer.field("duplicate_window", source.duplicateWindow.text)
            writer.field("forward_headers", source.keptHeaders)
            writer.metadata(source.metadata)
            writer.field("created_at", source.createdAt)
            writer.field("updated_at", source.updatedAt)
            if let secret { writer.field("secret", secret) }
        }
    }
}

extension SourceDraft {
    /// Reads what a caller wants of a source; checks types alone.
    init(_ reader: inout FieldReader) {
        self.init()
        name = reader.string("name")
        description = reader.string("description")
        active = reader.boolean("active")
        application = reader.nullableString("application")
        preset = reader.string("preset")
        if let pairs = reader.dictionary("parameters") {
            parameters = Dictionary(pairs) { _, last in last }
        }
        secret = reader.string("secret")
        generatesSecret = reader.boolean("generate_secret")
        tolerance = reader.nullableDuration("tolerance")
        addresses = reader.strings("addresses")
        rateLimit = reader.nullableRateLimit("rate_limit")
        rateLimitPerAddress = reader.nullableRateLimit("rate_limit_per_address")
        maxBodySize = reader.integer("max_body_bytes")
        typePrefix = reader.string("type_prefix")
        fallbackType = reader.string("default_type")
        duplicateWindow = reader.duration("duplicate_window")
        keptHeaders = reader.strings("forward_headers")
        metadata = reader.metadata("metadata")
    }
}
