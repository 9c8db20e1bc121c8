import MartletCore
import MartletService

/// Reads what a listener says came of an attempt: `ListenAnswer` of the OpenAPI document.
enum ListenAnswerReader {
    /// The failures that a listener can see. What concerns the service's own sending is not for it to say.
    static let codes: [AttemptFailure.Code] = AttemptFailure.Code.allCases.filter {
        switch $0 {
        case .addressRefused, .misconfigured, .interrupted: false
        default: true
        }
    }

    private static let mostHeaders = 200
    private static let mostHeaderBytes = 64 << 10
    private static let mostBody = 64 << 10
    private static let longestMessage = 1000

    /// Which attempt, and what came of it; `nil` where that cannot be told, which the reader has noted.
    static func read(_ reader: inout FieldReader) -> (HandedAttempt.Key, ListenAnswer)? {
        let delivery = reader.string("delivery").flatMap { DeliveryID($0) }
        if delivery == nil { reader.note("delivery", "Give the delivery's id, as the attempt came with it.") }
        let number = reader.integer("number")
        if number.map({ $0 < 1 }) ?? true { reader.note("number", "Give the attempt's number, as it came with it.") }
        let response = reader.object("response", readResponse)
        let failure = reader.object("error", readFailure)
        let timing = reader.object("timing_ms") { reader -> (Int64?, Int64?)? in
            (milliseconds(&reader, "connect"), milliseconds(&reader, "first_byte"))
        }
        let address = reader.string("address").flatMap { IPAddress($0) }
        let result: AttemptOutcome.Result? = response.map { .response($0) } ?? failure.map { .failure($0) }
        if reader.has("response") == reader.has("error") {
            reader.note("response", "Give either `response` or `error`.")
        }
        guard let delivery, let number, let result else { return nil }
        return (
            HandedAttempt.Key(delivery: delivery, number: number),
            ListenAnswer(result: result, connect: timing?.0, firstByte: timing?.1, address: address)
        )
    }

    private static func readResponse(_ reader: inout FieldReader) -> AttemptResponse? {
        let status = reader.integer("status") ?? 0
        if !(100...999).contains(status) { reader.note("status", "Give the response's status, from 100 to 999.") }
        var headers: [HeaderField] = []
        var headerBytes = 0
        if let list = reader.value("headers") {
            for item in list.array ?? [] {
                guard let name = item["name"]?.string, let value = item["value"]?.string else { continue }
                headers.append(HeaderField(name: name, value: value))
                headerBytes += name.utf8.count + value.utf8.count
            }
            if list.array?.count != headers.count {
                reader.note("headers", "Give an array of objects with `name` and `value`.")
            }
        }
        if headers.count > mostHeaders || headerBytes > mostHeaderBytes {
            reader.note("headers", "At most \(mostHeaders) headers of \(mostHeaderBytes) bytes in all are taken.")
        }
        let body = reader.string("body_base64").map { Base64Text.decode($0) } ?? []
        if body == nil { reader.note("body_base64", "This is not base64.") }
        if (body?.count ?? 0) > mostBody { reader.note("body_base64", "At most \(mostBody) bytes are kept.") }
        return AttemptResponse(
            status: status, headers: headers, body: body ?? [], isTruncated: reader.boolean("truncated") ?? false)
    }

    private static func readFailure(_ reader: inout FieldReader) -> AttemptFailure? {
        let code = reader.string("code").flatMap(AttemptFailure.Code.init(rawValue:))
        if code.map({ !codes.contains($0) }) ?? true {
            reader.note("code", "Give one of \(codes.map(\.rawValue).joined(separator: ", ")).")
        }
        let message = reader.string("message") ?? ""
        if message.isEmpty || message.utf8.count > longestMessage {
            reader.note("message", "Say in a sentence of at most \(longestMessage) bytes what happened.")
        }
        return AttemptFailure(code ?? .connectionClosed, message)
    }

    private static func milliseconds(_ reader: inout FieldReader, _ name: String) -> Int64? {
        guard let value = reader.number(name) else { return nil }
        guard (0...86_400_000).contains(value) else {
            reader.note(name, "Give milliseconds, at most those of a day.")
            return nil
        }
        return Int64(value * 1000)
    }
}
