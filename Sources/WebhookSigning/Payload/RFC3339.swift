/// Instants as RFC 3339 section 5.6 writes them.
enum RFC3339 {
    /// The Unix seconds of `2020-01-01T00:00:00.123-07:00`, fractions dropped; `nil` when the text is none. A leap
    /// second counts as the one after it.
    static func seconds(_ text: ArraySlice<UInt8>) -> Int64? {
        var reader = Reader(rest: text)
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
            let day = reader.number(2), reader.take("Tt "), let hour = reader.number(2), reader.take(":"),
            let minute = reader.number(2), reader.take(":"), let second = reader.number(2),
            (1...12).contains(month), (1...daysInMonth(month, of: year)).contains(day), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        if reader.take(".") {
            let digits = reader.rest.prefix(while: \.isASCIIDigit)
            guard !digits.isEmpty else { return nil }
            reader.rest = reader.rest.dropFirst(digits.count)
        }
        var offset: Int64 = 0
        if !reader.take("Zz") {
            let sign: Int64 = reader.rest.first == UInt8(ascii: "-") ? -1 : 1
            guard reader.take("+-"), let hours = reader.number(2), reader.take(":"), let minutes = reader.number(2),
                hours < 24, minutes < 60
            else { return nil }
            offset = sign * (hours * 3600 + minutes * 60)
        }
        guard reader.rest.isEmpty else { return nil }
        return daysSinceEpoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
    }

    /// `2020-01-01T00:00:00Z`, for years 0 to 9999; others are brought to the nearest.
    static func text(_ seconds: Int64) -> String {
        let seconds = min(max(seconds, -62_167_219_200), 253_402_300_799)
        let days = Int64((Double(seconds) / 86_400).rounded(.down))
        let time = seconds - days * 86_400
        // The inverse of `daysSinceEpoch`: eras of 400 years, years that begin in March.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(padded(year, 4))-\(padded(month))-\(padded(day))T\(padded(time / 3600)):"
            + "\(padded(time / 60 % 60)):\(padded(time % 60))Z"
    }

    private static func padded(_ number: Int64, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// Days of the proleptic Gregorian calendar, in eras of 400 years that begin in March, so that the leap day is last.
    private static func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func daysInMonth(_ month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func number(_ digits: Int) -> Int64? {
            let text = rest.prefix(digits)
            guard text.count == digits, text.allSatisfy(\.isASCIIDigit) else { return nil }
            rest = rest.dropFirst(digits)
            return text.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        }

        mutating func take(_ characters: StaticString) -> Bool {
            let allowed = UnsafeBufferPointer(start: characters.utf8Start, count: characters.utf8CodeUnitCount)
            guard let first = rest.first, allowed.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
    }
}
