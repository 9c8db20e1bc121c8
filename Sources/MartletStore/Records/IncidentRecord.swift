public import MartletCore

/// What a store keeps of an ``Incident`` as JSON; its ids and whether it is over have columns of their own.
public enum IncidentRecord {
    /// Writes the record.
    public static func encode(_ incident: Incident) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { writer in
            writer.field("name", incident.name)
            AlertRecord.encode(incident.rule, to: &writer)
            AlertRecord.encode(incident.scope, to: &writer)
            writer.field("since", incident.since.milliseconds)
            writer.field("until", incident.until?.milliseconds)
            AlertStandingRecord.encode(incident.reading, to: &writer)
        }
        return writer.bytes
    }

    /// Reads what ``encode(_:)`` wrote.
    ///
    /// - Throws: `corrupt` where it is anything else.
    public static func decode(
        _ record: [UInt8], id: IncidentID, environment: EnvironmentID, alert: AlertID
    ) throws(StoreError) -> Incident {
        var reader = try RecordReader(record, of: "incident \(id)")
        let incident = Incident(
            id: id, environment: environment, alert: alert, name: try reader.string("name"),
            rule: try AlertRecord.rule(&reader), scope: try AlertRecord.scope(&reader),
            since: try reader.take("since", RecordReader.instant),
            until: try reader.takeOptional("until", RecordReader.instant),
            reading: try AlertStandingRecord.reading(&reader))
        try reader.end()
        return incident
    }
}
