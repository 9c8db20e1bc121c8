public import MartletCore

/// What a store keeps of an ``AlertMail`` as JSON; its ids and when it is due have columns of their own.
public enum AlertMailRecord {
    /// Writes the record.
    public static func encode(_ mail: AlertMail) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.object { writer in
            writer.field("recipient", mail.recipient)
            writer.field("subject", mail.subject)
            writer.field("text", mail.text)
            writer.field("created_at", mail.createdAt.milliseconds)
            writer.field("tries", mail.tries)
        }
        return writer.bytes
    }

    /// Reads what ``encode(_:)`` wrote.
    ///
    /// - Throws: `corrupt` where it is anything else.
    public static func decode(
        _ record: [UInt8], id: MailID, environment: EnvironmentID, dueAt: Timestamp
    ) throws(StoreError) -> AlertMail {
        var reader = try RecordReader(record, of: "message \(id)")
        let mail = AlertMail(
            id: id, environment: environment, recipient: try reader.string("recipient"),
            subject: try reader.string("subject"), text: try reader.string("text"),
            createdAt: try reader.take("created_at", RecordReader.instant), dueAt: dueAt,
            tries: try reader.take("tries", \.integer))
        try reader.end()
        return mail
    }
}
