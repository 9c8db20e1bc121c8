/// The timestamp that a request presents.
struct PresentedTimestamp {
    /// As it stands in the request, since that is what was signed.
    let text: String
    /// Unix seconds.
    let seconds: Int64

    /// Reads it.
    ///
    /// - Parameters:
    ///   - tagged: What the timestamp's tag in the signature header says.
    ///   - header: That header.
    ///   - start: Where pointers into the payload begin; its top when `nil`.
    init(
        _ timestamp: TimestampPlace, tagged: ArraySlice<UInt8>?, header: String, in request: RequestView,
        from start: JSONPointer?
    ) throws(VerificationFailure) {
        let value: ArraySlice<UInt8>
        let name: String
        switch timestamp.place {
        case .header(let header):
            value = try HeaderReading.requiredValue(of: header, in: request)
            name = header
        case .tag:
            guard let tagged else { throw .headerMalformed(name: header, why: "has no timestamp") }
            value = tagged
            name = header
        case .payload(let pointer):
            let pointer = pointer.following(start)
            guard let text = JSONProbe.string(pointer, in: request.body) else {
                throw .fieldMissing(pointer: pointer.description)
            }
            value = Array(text.utf8)[...]
            name = pointer.description
        }
        do {
            seconds = try Self.seconds(of: value, timestamp.form)
        } catch {
            throw .timestampMalformed(name: name, why: error.why, due: timestamp.form.rawValue)
        }
        text = String(decoding: value, as: UTF8.self)
    }

    private struct Fault: Error {
        let why: String
    }

    // Seconds have eleven digits until the year 5138; milliseconds have had twelve since 1973.
    private static func seconds(of value: ArraySlice<UInt8>, _ form: TimestampPlace.Form) throws(Fault) -> Int64 {
        switch form {
        case .seconds:
            let digits = try wholeNumber(value)
            guard value.count <= 11 else {
                throw Fault(why: "has \(value.count) digits, as many as a finer unit would have")
            }
            return digits
        case .milliseconds:
            let digits = try wholeNumber(value)
            guard (12...14).contains(value.count) else {
                throw Fault(
                    why:
                        "has \(value.count) digits, as \(value.count < 12 ? "few as seconds" : "many as a finer unit") "
                        + "would have")
            }
            return digits / 1000
        case .rfc3339:
            guard let seconds = RFC3339.seconds(value) else { throw Fault(why: "is not a date with a time and zone") }
            return seconds
        }
    }

    private static func wholeNumber(_ value: ArraySlice<UInt8>) throws(Fault) -> Int64 {
        guard value.allSatisfy(\.isASCIIDigit), !value.isEmpty else { throw Fault(why: "is not a whole number") }
        return value.prefix(18).reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }
}
