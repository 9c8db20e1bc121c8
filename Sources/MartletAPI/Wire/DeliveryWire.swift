import MartletCore
import MartletService

extension Delivery {
    /// The delivery alone.
    func writeSummary(to writer: inout JSONWriter) {
        writer.object { writeMembers(to: &$0, publicEventID: nil) }
    }

    /// The delivery's members, into an object that stands open.
    ///
    /// - Parameter publicEventID: the event's id as receivers see it, where it is known.
    func writeMembers(to writer: inout JSONWriter, publicEventID: String?) {
        writer.field("id", id.description)
        writer.field("event", publicEventID ?? event.description)
        writer.field("webhook", endpoint.description)
        writer.field("application", application.description)
        writer.field("status", state.status.rawValue)
        writer.field("cause", cause.rawValue)
        writer.field("ordering_key", turn?.key)
        writer.field("attempt_count", attemptCount)
        writer.field("created_at", createdAt)
        writer.field("first_attempt_at", firstAttemptAt)
        writer.field("next_attempt_at", state.nextAttempt)
        writer.field("completed_at", state.completedAt)
        writer.key("reason")
        if let reason = state.reason {
            writer.object { writer in
                writer.field("code", reason.code)
                writer.field("message", reason.message)
            }
        } else {
            writer.null()
        }
    }
}

extension DeliveryState {
    fileprivate var nextAttempt: Timestamp? {
        switch self {
        case .scheduled(let due), .held(let due): due
        case .inFlight, .succeeded, .failed, .cancelled: nil
        }
    }

    fileprivate var completedAt: Timestamp? {
        switch self {
        case .succeeded(let at), .failed(let at, _), .cancelled(let at, _): at
        case .scheduled, .inFlight, .held: nil
        }
    }
}

/// An attempt as the API shows it: the request as sent, the response as received, the timing, the reason in a sentence.
struct AttemptWire: Wire {
    var attempt: Attempt
    /// The body that was sent, where it is still there.
    var body: ArraySlice<UInt8>?
    var success: SuccessRule

    /// The most bytes of a request's body that are shown with each attempt.
    static let shownBody = 64 << 10

    func write(to writer: inout JSONWriter) {
        let verdict = AttemptVerdict(attempt.outcome, success: success)
        writer.object { writer in
            writer.field("id", attempt.id.description)
            writer.field("number", attempt.number)
            writer.field("started_at", attempt.startedAt)
            writer.field("outcome", verdict == .acknowledged ? "succeeded" : "failed")
            writer.field("reason", attempt.outcome.sentence(success: success))
            writer.object("request") { writer in
                writer.field("method", "POST")
                writer.field("url", attempt.request.url)
                writer.headers(attempt.request.headers)
                if let body { writer.body(body.prefix(Self.shownBody), isTruncated: body.count > Self.shownBody) }
            }
            writer.key("response")
            if case .response(let response) = attempt.outcome.result {
                writer.object { writer in
                    writer.field("status", response.status)
                    writer.headers(response.headers)
                    writer.body(response.body[...], isTruncated: response.isTruncated)
                }
            } else {
                writer.null()
            }
            writer.key("error")
            if case .failure(let failure) = attempt.outcome.result {
                writer.object { writer in
                    writer.field("code", failure.code.rawValue)
                    writer.field("message", failure.message)
                }
            } else {
                writer.null()
            }
            writer.field("address", attempt.outcome.address?.description)
            writer.object("timing_ms") { writer in
                let timing = attempt.outcome.timing
                writer.field("resolve", timing.resolve.map(Self.milliseconds))
                writer.field("connect", timing.connect.map(Self.milliseconds))
                writer.field("tls", timing.tls.map(Self.milliseconds))
                writer.field("first_byte", timing.firstByte.map(Self.milliseconds))
                writer.field("total", Self.milliseconds(timing.total))
            }
        }
    }

    private static func milliseconds(_ microseconds: Int64) -> Double { Double(microseconds) / 1000 }
}

extension JSONWriter {
    /// Headers in their order, duplicates included.
    mutating func headers(_ headers: [HeaderField]) {
        array("headers") { writer in
            for header in headers {
                writer.object { writer in
                    writer.field("name", header.name)
                    writer.field("value", header.value)
                }
            }
        }
    }

    /// A body as text, or as base64 where its bytes are not UTF-8.
    mutating func body(_ body: ArraySlice<UInt8>, isTruncated: Bool) {
        if let text = String(validating: body, as: UTF8.self) {
            field("body", text)
            field("body_encoding", "utf8")
        } else {
            field("body", Base64Text.encode(body))
            field("body_encoding", "base64")
        }
        field("truncated", isTruncated)
    }
}
