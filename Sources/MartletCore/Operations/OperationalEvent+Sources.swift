extension OperationalEvent {
    /// That a source has refused a request after a while without refusals.
    ///
    /// - Parameters:
    ///   - owner: whose business it is.
    ///   - request: the first that was refused.
    ///   - code: why, by its stable name.
    ///   - reason: why, in a sentence.
    public static func refusing(
        _ source: Source, owner: ApplicationID, request: RequestID, code: String, reason: String,
        id: OperationalEventID, at now: Timestamp
    ) -> OperationalEvent {
        var writer = JSONWriter(capacity: 256)
        writer.object { writer in
            writer.field("source", source.id.description)
            writer.field("name", source.name)
            writer.field("request", request.description)
            writer.field("code", code)
            writer.field("reason", reason)
        }
        return OperationalEvent(
            id: id, environment: source.environment, application: owner, endpoint: nil, kind: .sourceRefusing,
            createdAt: now, data: writer.bytes)
    }
}
