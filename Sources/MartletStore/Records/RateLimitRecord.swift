import MartletCore

/// A ``RateLimit`` within other records.
enum RateLimitRecord {
    static func encode(_ limit: RateLimit, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("count", limit.count)
            writer.duration("period_ms", limit.period)
            writer.field("burst", limit.burst)
        }
    }

    static func decode(_ record: consuming RecordReader) throws(StoreError) -> RateLimit {
        var reader = record
        let limit = RateLimit(
            count: try reader.take("count", positive), per: try reader.take("period_ms", period),
            burst: try reader.take("burst", positive))
        try reader.end()
        return limit
    }

    // A limit of nothing would stop an endpoint for good, and one in no time would divide by zero.

    private static func positive(_ value: JSONValue) -> Int? {
        value.integer.flatMap { $0 > 0 ? $0 : nil }
    }

    private static func period(_ value: JSONValue) -> Duration? {
        RecordReader.duration(value).flatMap { $0 > .zero ? $0 : nil }
    }
}
