/// Where a request has the timestamp that its signature covers, and how it is written.
public struct TimestampPlace: Sendable, Hashable {
    /// Where the timestamp stands.
    public enum Place: Sendable, Hashable {
        /// The value of a header.
        case header(String)
        /// The tag that ``SignaturePlace/tagged(header:separator:timestamp:signature:)`` names.
        case tag
        /// A string or a number in the payload.
        case payload(JSONPointer)
    }

    /// How an instant is written.
    public enum Form: String, Sendable, Hashable {
        /// Unix seconds.
        case seconds = "Unix seconds"
        /// Unix milliseconds.
        case milliseconds = "Unix milliseconds"
        /// RFC 3339, `2020-01-01T00:00:00-07:00`, with or without fractions of a second.
        case rfc3339 = "date and time of RFC 3339"
    }

    /// Where the timestamp stands.
    public var place: Place

    /// How it is written.
    public var form: Form

    /// Describes a timestamp.
    public init(_ place: Place, _ form: Form = .seconds) {
        self.place = place
        self.form = form
    }

    /// The timestamp in a header.
    public static func header(_ name: String, _ form: Form = .seconds) -> TimestampPlace {
        TimestampPlace(.header(name), form)
    }
}
