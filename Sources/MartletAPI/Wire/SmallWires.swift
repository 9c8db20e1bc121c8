import MartletCore
import MartletService
import MartletStore

extension Application: Wire {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", id.description)
            writer.field("uid", uid)
            writer.field("name", name)
            writer.metadata(metadata)
            writer.field("created_at", createdAt)
            writer.field("updated_at", updatedAt)
        }
    }
}

extension Environment: Wire {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", id.description)
            writer.field("name", name)
            writer.field("profile", profile)
            writer.field("payload_form", payloadForm.rawValue)
            writer.field("require_https", requiresHTTPS)
            writer.field("default_application", defaultApplication.description)
            writer.object("retention") { writer in
                writer.field("payloads", retention.payloads?.text)
                writer.field("history", retention.history?.text)
            }
            writer.object("pages") { writer in
                writer.field("name", pages.name)
                writer.field("colour", pages.colour)
                writer.field("logo", pages.logo)
                writer.field("support", pages.support)
                writer.field("public_guide", pages.isGuidePublic)
                writer.field("public_status", pages.isStatusPublic)
                writer.field("frame_ancestors", pages.frameAncestors)
            }
        }
    }
}

extension Erasure: Wire {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("application", application.description)
            writer.field("status", finishedAt == nil ? "erasing" : "erased")
            writer.field("requested_at", requestedAt)
            writer.field("finished_at", finishedAt)
            writer.object("erased") { writer in
                writer.field("events", events)
                writer.field("deliveries", deliveries)
            }
        }
    }
}

extension EventType: Wire {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("name", name)
            writer.field("description", description)
            writer.field("group", group)
            writer.json("schema", schema)
            writer.json("example", example)
            writer.field("archived", isArchived)
            writer.field("created_at", createdAt)
            writer.field("updated_at", updatedAt)
        }
    }
}

extension EventTypeService.Draft {
    init(_ reader: inout FieldReader) {
        self.init()
        description = reader.string("description")
        group = reader.nullableString("group")
        schema = reader.nullableJSON("schema")
        if let schema, let schema, !schema.hasPrefix("{") { reader.note("schema", "Give a JSON Schema: an object.") }
        example = reader.nullableJSON("example")
        isArchived = reader.boolean("archived")
    }
}

/// An API key as the API shows it; its text only when it is made.
struct KeyWire: Wire {
    var key: APIKey
    var text: String?

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", key.id.description)
            writer.field("name", key.name)
            writer.field("role", key.role.rawValue)
            writer.field("application", key.application?.description)
            writer.field("hint", key.hint)
            writer.field("created_at", key.createdAt)
            writer.field("expires_at", key.expiresAt)
            if let text { writer.field("key", text) }
        }
    }
}

extension JSONWriter {
    /// A member with JSON text as it is, or null.
    fileprivate mutating func json(_ name: StaticString, _ text: String?) {
        if let text { field(name, raw: text.utf8) } else { fieldNull(name) }
    }
}
