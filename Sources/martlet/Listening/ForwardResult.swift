import MartletCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What came of an attempt here, as the server is told it.
struct ForwardResult: Sendable, Hashable {
    let key: ListenedAttempt.Key
    /// The answer to the server, `ListenAnswer` of its OpenAPI document.
    let answer: [UInt8]
    /// The receiver's status; `nil` where there was no response.
    let status: Int?
    /// Why there was none: a stable code and a sentence.
    let failure: AttemptFailure?
    /// How long it took in all, in microseconds.
    let total: Int64

    /// What the server takes of a response's headers.
    private static let mostHeaders = 200
    private static let mostHeaderBytes = 60 << 10
    private static let mostBody = 64 << 10
    private static let longestMessage = 900

    init(_ key: ListenedAttempt.Key, _ outcome: AttemptOutcome) {
        var writer = JSONWriter(capacity: 512)
        switch outcome.result {
        case .response(let response):
            status = response.status
            failure = nil
            Self.write(key, to: &writer) { writer in
                writer.object("response") { Self.write(response, to: &$0) }
                Self.write(outcome, to: &writer)
            }
        case .failure(let reason):
            status = nil
            let message = Self.cut(reason.message.isEmpty ? reason.code.rawValue : reason.message)
            failure = AttemptFailure(reason.code, message)
            Self.write(key, to: &writer) { writer in
                writer.object("error") { writer in
                    writer.field("code", reason.code.rawValue)
                    writer.field("message", message)
                }
                Self.write(outcome, to: &writer)
            }
        }
        self.key = key
        answer = writer.bytes
        total = outcome.timing.total
    }

    /// Why there is no response, where none was even waited for.
    init(_ key: ListenedAttempt.Key, failure: AttemptFailure) {
        self.init(
            key, AttemptOutcome(result: .failure(failure), timing: AttemptTiming(total: 0), address: nil))
    }

    /// One that was kept; `nil` where this is no answer.
    init?(answer: JSONValue) {
        guard let delivery = answer["delivery"]?.string, let number = answer["number"]?.integer else { return nil }
        key = ListenedAttempt.Key(delivery: delivery, number: number)
        self.answer = answer.bytes
        status = answer["response"]?["status"]?.integer
        failure = answer["error"].flatMap { error in
            error["code"]?.string.flatMap(AttemptFailure.Code.init(rawValue:)).map {
                AttemptFailure($0, error["message"]?.string ?? "")
            }
        }
        guard status != nil || failure != nil else { return nil }
        total = 0
    }

    /// The response's body, as far as it is kept.
    var body: [UInt8] {
        let text = (try? JSONValue(parsing: answer))?["response"]?["body_base64"]?.string
        return text.flatMap { Data(base64Encoded: $0) }.map(Array.init) ?? []
    }

    private static func write(
        _ key: ListenedAttempt.Key, to writer: inout JSONWriter, _ rest: (inout JSONWriter) -> Void
    ) {
        writer.object { writer in
            writer.field("delivery", key.delivery)
            writer.field("number", key.number)
            rest(&writer)
        }
    }

    private static func write(_ response: AttemptResponse, to writer: inout JSONWriter) {
        writer.field("status", response.status)
        writer.array("headers") { writer in
            var bytes = 0
            for header in response.headers.prefix(mostHeaders) {
                bytes += header.name.utf8.count + header.value.utf8.count
                guard bytes <= mostHeaderBytes else { break }
                writer.object { writer in
                    writer.field("name", header.name)
                    writer.field("value", header.value)
                }
            }
        }
        writer.field("body_base64", Data(response.body.prefix(mostBody)).base64EncodedString())
        writer.field("truncated", response.isTruncated || response.body.count > mostBody)
    }

    private static func write(_ outcome: AttemptOutcome, to writer: inout JSONWriter) {
        if let address = outcome.address { writer.field("address", address.description) }
        guard outcome.timing.connect != nil || outcome.timing.firstByte != nil else { return }
        writer.object("timing_ms") { writer in
            if let connect = outcome.timing.connect { writer.field("connect", Double(connect) / 1000) }
            if let firstByte = outcome.timing.firstByte { writer.field("first_byte", Double(firstByte) / 1000) }
        }
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > longestMessage else { return text }
        // At a character's end, so that it stays text.
        var cut = text[...]
        while cut.utf8.count > longestMessage { cut = cut.dropLast() }
        return cut + "…"
    }
}
