import MartletCore
import MartletService

extension OperationalEvent: Wire {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", id.description)
            writer.field("type", kind.rawValue)
            writer.field("application", application.description)
            writer.field("webhook", endpoint?.description)
            writer.field("created_at", createdAt)
            writer.field("data", raw: data)
        }
    }
}
