extension Timestamp {
    /// The instant in RFC 3339, UTC, always with three digits of milliseconds: `2023-06-15T10:30:00.000Z`.
    public var rfc3339: String { text(fraction: true) }

    /// The instant as an event's body carries it: as ``rfc3339``, the fraction left out where it is zero.
    public var rfc3339Short: String { text(fraction: milliseconds % 1000 != 0) }

    private func text(fraction: Bool) -> String {
        let (year, month, day) = civil(fromDays: seconds.quotientRoundedDown(by: 86_400))
        let second = Int(seconds - seconds.quotientRoundedDown(by: 86_400) * 86_400)
        return String(unsafeUninitializedCapacity: 24) { text in
            var at = 0
            func put(_ value: Int, _ width: Int) {
                var value = value
                for index in (0..<width).reversed() {
                    text[at + index] = UInt8(ascii: "0") + UInt8(value % 10)
                    value /= 10
                }
                at += width
            }
            func put(_ mark: Unicode.Scalar) {
                text[at] = UInt8(ascii: mark)
                at += 1
            }
            put(year, 4)
            put("-")
            put(month, 2)
            put("-")
            put(day, 2)
            put("T")
            put(second / 3600, 2)
            put(":")
            put(second / 60 % 60, 2)
            put(":")
            put(second % 60, 2)
            if fraction {
                put(".")
                put(Int(milliseconds - seconds * 1000), 3)
            }
            put("Z")
            return at
        }
    }

    /// From the beginning of the year 0001 to the end of 9999.
    private static let writableSeconds: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// Reads an RFC 3339 date and time with any offset, years 0001 to 9999; digits past the millisecond are cut off.
    /// `nil` where the text is something else.
    public init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            }
            return value
        }
        func has(_ marks: String, at index: Int) -> Bool {
            index < bytes.count && marks.utf8.contains(bytes[index])
        }
        guard let year = number(0..<4), has("-", at: 4), let month = number(5..<7), has("-", at: 7),
            let day = number(8..<10), has("Tt ", at: 10), let hour = number(11..<13), has(":", at: 13),
            let minute = number(14..<16), has(":", at: 16), let second = number(17..<19)
        else { return nil }
        guard year >= 1, (1...12).contains(month), day >= 1, day <= daysInMonth(year: year, month: month),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        var at = 19
        var fraction: Int64 = 0
        if has(".", at: at) {
            at += 1
            let start = at
            while let digit = number(at..<at + 1) {
                if at - start < 3 { fraction = fraction * 10 + digit }
                at += 1
            }
            guard at > start else { return nil }
            for _ in 0..<max(0, 3 - (at - start)) { fraction *= 10 }
        }
        var offset: Int64 = 0
        if has("Zz", at: at) {
            at += 1
        } else {
            guard has("+-", at: at), let hours = number(at + 1..<at + 3), has(":", at: at + 3),
                let minutes = number(at + 4..<at + 6), hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * 60 * (has("-", at: at) ? -1 : 1)
            at += 6
        }
        guard at == bytes.count else { return nil }
        let days = daysFromCivil(year: year, month: month, day: day)
        let total = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        // The offset may lead out of the years that can be written.
        guard Self.writableSeconds.contains(total) else { return nil }
        self.init(milliseconds: total * 1000 + fraction)
    }
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar (Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms"): years start in March, so that the leap day is a year's last.
private func daysFromCivil(year: Int64, month: Int64, day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = year.quotientRoundedDown(by: 400)
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
}

private func civil(fromDays days: Int64) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted.quotientRoundedDown(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (Int(year), Int(month), Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1))
}

private func daysInMonth(year: Int64, month: Int64) -> Int64 {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
}

extension Int64 {
    fileprivate func quotientRoundedDown(by divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self - divisor + 1) / divisor
    }
}
