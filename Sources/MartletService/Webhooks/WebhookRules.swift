import MartletCore
import WebhookSigning

/// What a webhook must be like. Each check adds what is wrong to a list, so that a caller hears of everything at once.
enum WebhookRules {
    static let mostEvents = 100
    static let mostHeaders = 20
    static let longestHeader = 4096
    static let longestDescription = 1000
    static let timeouts = Duration.milliseconds(100)...Duration.seconds(60)
    static let mostDelays = 50
    static let longestDelay = Duration.seconds(7 * 86_400)
    static let ratePeriods = Duration.seconds(1)...Duration.seconds(86_400)
    static let mostInPeriod = 1_000_000

    static let inactive = ServiceError(
        .conflict, "webhook_inactive", "The webhook is not active. Activate it first: PATCH it with {\"active\":true}.")

    static let unattended = ServiceError(
        .conflict, "webhook_unattended",
        "Nobody listens to the webhook here. Start `martlet listen` first; where several nodes serve, ask the one that it "
            + "is connected to.")

    /// Names that a request's framing, its routing or Martlet itself owns.
    private static let ownedHeaders: Set<String> = [
        "host", "content-length", "content-type", "content-encoding", "transfer-encoding", "connection", "keep-alive",
        "te", "trailer", "upgrade", "expect", "proxy-authorization", "proxy-connection", "user-agent",
        "webhook-id", "webhook-timestamp", "webhook-signature",
    ]

    static func check(events: [String], into fields: inout [ServiceError.Field]) {
        if events.isEmpty {
            fields.append(.init("events", "Name at least one event type, or give [\"*\"] for all."))
        }
        if events.count > mostEvents {
            fields.append(.init("events", "At most \(mostEvents) are taken. Use a pattern such as transaction.*."))
        }
        for (index, event) in events.prefix(mostEvents).enumerated() where !EventTypeName.isValidPattern(event) {
            fields.append(
                .init("events[\(index)]", "Give an event type, its beginning and .* (transaction.*), or * for all."))
        }
        if Set(events).count < events.count { fields.append(.init("events", "Name each event type once.")) }
    }

    static func check(
        headers: [HeaderField], profile: SignatureProfile, into fields: inout [ServiceError.Field]
    ) {
        if headers.count > mostHeaders { fields.append(.init("headers", "At most \(mostHeaders) are taken.")) }
        let signed = Set(
            [profile.signatureHeader, profile.timestampHeader, profile.idHeader].compactMap { $0?.lowercased() })
        var seen: Set<String> = []
        for header in headers.prefix(mostHeaders) {
            let field = "headers.\(header.name)"
            let name = header.name.lowercased()
            if !isToken(header.name) {
                fields.append(.init(field, "This is not a header name (RFC 9110, section 5.1)."))
            } else if ownedHeaders.contains(name) || signed.contains(name) {
                fields.append(.init(field, "This header is Martlet's own and cannot be set."))
            } else if !seen.insert(name).inserted {
                fields.append(.init(field, "This header is given twice; case does not tell them apart."))
            }
            let isPlain = header.value.utf8.allSatisfy { $0 == 0x09 || (0x20...0x7E).contains($0) }
            if !isPlain || header.value.utf8.count > longestHeader || header.value != header.value.trimmingBlanks {
                fields.append(
                    .init(field, "A value is up to \(longestHeader) printable ASCII characters without blanks around."))
            }
        }
    }

    static func check(_ retry: RetryPolicy, field: String, into fields: inout [ServiceError.Field]) {
        if !(0...1).contains(retry.jitter) { fields.append(.init("\(field).jitter", "Give a number from 0 to 1.")) }
        if let window = retry.window, window <= .zero || window > .seconds(30 * 86_400) {
            fields.append(.init("\(field).window", "Give a duration of at most 30d."))
        }
        switch retry.schedule {
        case .delays(let delays):
            if delays.count > mostDelays {
                fields.append(.init("\(field).delays", "At most \(mostDelays) retries are made."))
            }
            for (index, delay) in delays.prefix(mostDelays).enumerated()
            where delay < .seconds(1) || delay > longestDelay {
                fields.append(.init("\(field).delays[\(index)]", "Give a duration from 1s to \(longestDelay.text)."))
            }
        case .exponential(let first, let factor, let longest):
            if first < .seconds(1) { fields.append(.init("\(field).exponential.first", "Give at least 1s.")) }
            if longest < first || longest > longestDelay {
                fields.append(
                    .init("\(field).exponential.longest", "Give a duration from `first` to \(longestDelay.text)."))
            }
            if !(1...10).contains(factor) {
                fields.append(.init("\(field).exponential.factor", "Give a number from 1 to 10."))
            }
            if retry.window == nil {
                fields.append(.init("\(field).window", "An exponential schedule needs a window to end it."))
            }
        }
    }

    static func check(_ limit: RateLimit, field: String, into fields: inout [ServiceError.Field]) {
        if !(1...mostInPeriod).contains(limit.count) {
            fields.append(.init("\(field).rate", "Give a number of attempts from 1 to \(mostInPeriod)."))
        }
        if !ratePeriods.contains(limit.period) {
            fields.append(
                .init(
                    "\(field).per",
                    "Give a duration from \(ratePeriods.lowerBound.text) to \(ratePeriods.upperBound.text)."))
        }
        if !(1...mostInPeriod).contains(limit.burst) {
            fields.append(.init("\(field).burst", "Give a number of attempts from 1 to \(mostInPeriod)."))
        }
    }

    static func check(_ success: SuccessRule, field: String, into fields: inout [ServiceError.Field]) {
        guard case .statuses(let statuses) = success else { return }
        if statuses.isEmpty || !statuses.allSatisfy((200...599).contains) {
            fields.append(.init(field, "Give \"2xx\", or a list of statuses from 200 to 599: [200]."))
        }
    }

    static func check(timeout: Duration, field: String, into fields: inout [ServiceError.Field]) {
        if !timeouts.contains(timeout) {
            fields.append(
                .init(field, "Give a duration from \(timeouts.lowerBound.text) to \(timeouts.upperBound.text)."))
        }
    }

    static func check(metadata: [Metadata], into fields: inout [ServiceError.Field]) {
        if metadata.count > 50 { fields.append(.init("metadata", "At most 50 entries are taken.")) }
        for entry in metadata.prefix(50)
        where entry.name.isEmpty || entry.name.utf8.count > 64 || entry.value.utf8.count > 500 {
            fields.append(
                .init("metadata.\(entry.name.prefix(64))", "Names have 1 to 64 bytes and values up to 500."))
        }
    }

    /// Whether a delivery has this header, in lower case, of its own.
    static func isOwned(_ name: String) -> Bool { ownedHeaders.contains(name) }

    static func isToken(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}

extension String {
    var trimmingBlanks: String {
        var text = self[...]
        while let first = text.first, first == " " || first == "\t" { text = text.dropFirst() }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return String(text)
    }
}
