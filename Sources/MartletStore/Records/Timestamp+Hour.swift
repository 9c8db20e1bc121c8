public import MartletCore

extension Timestamp {
    /// The beginning of the hour (UTC) that the instant is in.
    public var startOfHour: Timestamp {
        let hour: Int64 = 3_600_000
        let past = milliseconds % hour
        return Timestamp(milliseconds: milliseconds - (past < 0 ? past + hour : past))
    }
}
