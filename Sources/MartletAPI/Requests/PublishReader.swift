import HTTPTypes
import MartletCore
import MartletService

/// Reads the body of a publish in one pass over its bytes: small fields are decoded, the payload is put in the form it
/// will be carried in, and no tree is built.
struct PublishReader {
    let form: Environment.PayloadForm

    /// One event, and nothing after it.
    func draft(_ document: UnsafeRawBufferPointer) throws -> EventDraft {
        var reader = JSONReader(document)
        let draft = try self.draft(&reader)
        try reader.endDocument()
        return draft
    }

    /// The event that stands next.
    func draft(_ reader: inout JSONReader) throws -> EventDraft {
        var type: String?
        var data: [UInt8]?
        var draft = EventDraft(type: "", data: [])
        var errors: [ServiceError.Field] = []
        guard try reader.peek() == .object else {
            // What is not JSON at all is to be told so first.
            try reader.skipValue()
            throw Problem(
                .unprocessableContent, "not_an_object", "\(reader.path): An event must be a JSON object: {…}.")
        }
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "type": type = try text(&reader, key, &errors)
            case "data":
                var bytes: [UInt8] = []
                switch form {
                case .stable:
                    try reader.normaliseValue(into: &bytes, allowsScalar: false)
                    draft.warnings = reader.warnings
                case .verbatim: try reader.copyValue(into: &bytes, allowsScalar: false)
                }
                data = bytes
            case "application": draft.application = try text(&reader, key, &errors)
            case "id": draft.chosenID = try text(&reader, key, &errors)
            case "ordering_key": draft.orderingKey = try text(&reader, key, &errors)
            case "created": draft.created = try instant(&reader, key, &errors)
            case "deliver_at": draft.deliverAt = try instant(&reader, key, &errors)
            default:
                try reader.skipValue()
                errors.append(
                    .init(
                        String(key.prefix(100)),
                        "There is no such field. Known: `type`, `data`, `application`, `id`, `created`, `ordering_key`, `deliver_at`."
                    ))
            }
        }
        if type == nil, !errors.contains(where: { $0.field == "type" }) {
            errors.append(.init("type", "Name the event's type: \"property.created\"."))
        }
        if data == nil { errors.append(.init("data", "Give the payload: an object or an array.")) }
        guard errors.isEmpty, let type, let data else {
            var error = ServiceError.invalid(errors)
            if errors.allSatisfy({ $0.message.hasPrefix("There is no such field") }) { error.code = "unknown_field" }
            throw error
        }
        draft.type = type
        draft.data = data
        return draft
    }

    private func text(
        _ reader: inout JSONReader, _ key: String, _ errors: inout [ServiceError.Field]
    ) throws -> String? {
        switch try reader.peek() {
        case .string: return try reader.readString()
        case .null where key != "type":
            _ = try reader.readNull()
            return nil
        default:
            try reader.skipValue()
            errors.append(.init(key, "Give a string."))
            return nil
        }
    }

    private func instant(
        _ reader: inout JSONReader, _ key: String, _ errors: inout [ServiceError.Field]
    ) throws -> Timestamp? {
        guard let text = try text(&reader, key, &errors) else { return nil }
        guard let instant = Timestamp(rfc3339: text) else {
            errors.append(.init(key, "Give an RFC 3339 time such as \"2023-06-15T10:30:00Z\"."))
            return nil
        }
        return instant
    }
}
