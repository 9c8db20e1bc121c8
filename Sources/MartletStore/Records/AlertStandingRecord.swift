public import MartletCore

/// What a store keeps of an ``AlertStanding``, as JSON.
public enum AlertStandingRecord {
    /// Writes the record.
    public static func encode(_ standing: AlertStanding) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.object { writer in
            writer.field("firing_since", standing.firingSince?.milliseconds)
            writer.field("incident", standing.incident?.description)
            writer.field("well_since", standing.wellSince?.milliseconds)
            writer.field("cleared_at", standing.clearedAt?.milliseconds)
            writer.field("returns", standing.returns)
            encode(standing.reading, to: &writer)
            writer.field("read_at", standing.readAt?.milliseconds)
        }
        return writer.bytes
    }

    /// Reads what ``encode(_:)`` wrote.
    ///
    /// - Throws: `corrupt` where it is anything else.
    public static func decode(_ record: [UInt8], of alert: AlertID) throws(StoreError) -> AlertStanding {
        var reader = try RecordReader(record, of: "the standing of alert \(alert)")
        let standing = AlertStanding(
            firingSince: try reader.takeOptional("firing_since", RecordReader.instant),
            incident: try reader.takeOptional("incident") { $0.string.flatMap(IncidentID.init) },
            wellSince: try reader.takeOptional("well_since", RecordReader.instant),
            clearedAt: try reader.takeOptional("cleared_at", RecordReader.instant),
            returns: try reader.take("returns") { value in
                value.integer.flatMap { (0...AlertStanding.mostDoublings).contains($0) ? $0 : nil }
            },
            reading: try reading(&reader),
            readAt: try reader.takeOptional("read_at", RecordReader.instant))
        try reader.end()
        return standing
    }

    static func encode(_ reading: AlertReading, to writer: inout JSONWriter) {
        writer.object("reading") { writer in
            writer.field("is_broken", reading.isBroken)
            writer.field("value", reading.value)
            writer.field("culprits", reading.culprits)
            writer.field("culprit_count", reading.culpritCount)
        }
    }

    static func reading(_ reader: inout RecordReader) throws(StoreError) -> AlertReading {
        var member = try reader.object("reading")
        let reading = AlertReading(
            isBroken: try member.boolean("is_broken"), value: try member.takeOptional("value", \.double),
            culprits: try member.strings("culprits"), culpritCount: try member.take("culprit_count", \.integer))
        try member.end()
        return reading
    }
}
