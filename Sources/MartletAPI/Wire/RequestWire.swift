import MartletCore
import MartletStore

extension StoredRequest {
    /// The request without its body.
    func write(to writer: inout JSONWriter) {
        writer.object { writeMembers(to: &$0) }
    }

    /// The request's members, its body aside, into an object that stands open.
    func writeMembers(to writer: inout JSONWriter) {
        let stored = StoredVerdict(verdict)
        writer.field("id", id.description)
        writer.field("source", source.description)
        writer.field("received_at", receivedAt)
        writer.field("verdict", verdict.name)
        writer.field("status", verdict.status)
        writer.field("code", stored.name ?? verdict.name)
        writer.field("reason", verdict.reason)
        writer.field("event", stored.event?.description)
        writer.field("sent_id", sentID)
        writer.field("sent_type", sentType)
        writer.field("method", method)
        writer.field("url", url)
        writer.field("address", address?.description)
        writer.headers(headers)
        writer.field("size", size)
    }
}
