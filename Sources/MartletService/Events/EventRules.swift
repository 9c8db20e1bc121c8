import MartletCore

/// What an event must be like, and why an endpoint does not get one.
enum EventRules {
    static let longestOrderingKey = 256
    static let longestID = 128

    static let typeRule =
        "Give a dotted name of letters, digits, _ and -, at most \(EventTypeName.maximumLength) characters: property.created."
    static let idRule =
        "Give 1 to \(longestID) letters, digits, _, : and -. A dot is not taken: Standard Webhooks signs `id.timestamp.body`."

    /// Why an old event cannot be sent again.
    static let payloadDropped = ServiceError(
        .conflict, "payload_dropped",
        "The event's payload was dropped for its age, so there is nothing left to send. Publish it again under a new id."
    )

    static func isValidID(_ id: String) -> Bool {
        (1...longestID).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// Why an event does not go to an endpoint, its filter aside; `nil` where nothing else is in the way.
    static func whyNot(_ endpoint: Endpoint, _ event: Event) -> String? {
        if event.isTest, event.body.source == nil { return "It is a test event, which went to one webhook alone." }
        if let application = event.application, application != endpoint.application {
            return "The event is for the application \(application), and this webhook belongs to another."
        }
        if let source = endpoint.source, source != event.body.source {
            return event.body.isDropped
                ? "It gets what came in by the source \(source) alone; of this event that is not known any more."
                : "It gets what came in by the source \(source) alone, and this event did not."
        }
        guard endpoint.subscribes(to: event.type) else {
            return "It subscribes to \(endpoint.events.joined(separator: ", ")), which does not cover \(event.type)."
        }
        switch endpoint.inactivity {
        case .paused: return "It is not active: its owner paused it."
        case .gone: return "It is not active: it answered 410 Gone."
        case .failing: return "It is not active: it failed for too long."
        case nil: return nil
        }
    }

    /// Why a webhook of ``OperationsApplication`` does not get what is published to everybody.
    static let hearsOperations = "It belongs to \(OperationsApplication.uid), which hears operational events alone."

    /// Why an event did not go to an endpoint that it would go to now.
    static let cameLater =
        "It would get the event now: it was made or changed after the event was accepted. Replay the event to it."
}

extension Event {
    /// Whether publishing `other` under the same chosen id says the same thing again. When it occurred is left out where
    /// the publisher left it out: then each publishing has its own.
    func isSame(as other: Event) -> Bool {
        type == other.type && application == other.application && orderingKey == other.orderingKey
            && deliverAt == other.deliverAt && body.bytes[body.data] == other.body.bytes[other.body.data]
            && (created == other.created || other.created == other.acceptedAt && created == acceptedAt)
    }
}

/// What an `Idempotency-Key` promises.
enum IdempotencyRules {
    static let reused = ServiceError(
        .conflict, "idempotency_key_reused",
        "This Idempotency-Key was used in the last 24 hours for another request. Use a new key for a new request.")
}
