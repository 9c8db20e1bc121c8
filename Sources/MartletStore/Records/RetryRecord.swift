import MartletCore

/// A ``RetryPolicy`` within other records.
enum RetryRecord {
    static func encode(_ policy: RetryPolicy, to writer: inout JSONWriter) {
        writer.object { writer in
            switch policy.schedule {
            case .delays(let delays):
                writer.array("delays_ms") { writer in
                    for delay in delays { writer.integer(delay.wholeMilliseconds) }
                }
            case .exponential(let first, let factor, let longest):
                writer.object("exponential") { writer in
                    writer.duration("first_ms", first)
                    writer.field("factor", factor)
                    writer.duration("longest_ms", longest)
                }
            }
            writer.duration("window_ms", policy.window)
            writer.field("jitter", policy.jitter)
        }
    }

    static func decode(_ record: consuming RecordReader) throws(StoreError) -> RetryPolicy {
        var reader = record
        let schedule: RetryPolicy.Schedule
        if reader.has("exponential") {
            var growth = try reader.object("exponential")
            schedule = .exponential(
                first: try growth.duration("first_ms"),
                factor: try growth.take("factor", \.double),
                longest: try growth.duration("longest_ms"))
            try growth.end()
        } else {
            schedule = .delays(
                try reader.take("delays_ms") { value in
                    guard let elements = value.array else { return nil }
                    let delays = elements.compactMap(RecordReader.duration)
                    return delays.count == elements.count ? delays : nil
                })
        }
        let policy = RetryPolicy(
            schedule: schedule,
            window: try reader.takeOptional("window_ms", RecordReader.duration),
            jitter: try reader.take("jitter", \.double))
        try reader.end()
        return policy
    }
}
