import MartletCore
import MartletService

extension Event {
    /// The event's members, into an object that stands open.
    func writeMembers(to writer: inout JSONWriter) {
        writer.field("id", publicID)
        writer.field("type", type)
        writer.field("created", created)
        writer.field("application", application?.description)
        writer.field("ordering_key", orderingKey)
        writer.field("deliver_at", deliverAt)
        writer.field("accepted_at", acceptedAt)
        writer.field("test", isTest)
        writer.field("delivery_count", deliveryCount)
    }

    /// The payload, or that it was dropped for its age.
    func writePayload(to writer: inout JSONWriter) {
        if let carriage = body.carriage { return writePayload(carried: carriage, to: &writer) }
        guard body.isDropped else { return writer.field("data", raw: body.bytes[body.data]) }
        writer.key("data")
        writer.null()
        writer.field("payload_dropped", true)
    }

    /// What came in by a source may be anything: as `data` where it is JSON, and as a text otherwise.
    private func writePayload(carried carriage: Carriage, to writer: inout JSONWriter) {
        let payload = body.bytes[body.data]
        if isJSON(payload) {
            writer.field("data", raw: payload)
        } else {
            writer.key("data")
            writer.null()
            writer.body(payload, isTruncated: false)
        }
        writer.field("source", carriage.source.description)
        writer.field("request", carriage.request.description)
        writer.field("content_type", carriage.contentType)
    }

    private func isJSON(_ payload: ArraySlice<UInt8>) -> Bool {
        var normaliser = JSONNormaliser()
        return payload.withUnsafeBytes { bytes in
            do throws(PayloadRejection) {
                try normaliser.validate(bytes)
                return true
            } catch {
                return false
            }
        }
    }

    /// The event with its payload.
    func write(to writer: inout JSONWriter, deliveries: [Delivery]?, unmatched: [UnmatchedEndpoint]?) {
        writer.object { writer in
            writeMembers(to: &writer)
            writePayload(to: &writer)
            if let deliveries {
                writer.array("deliveries") { writer in
                    for delivery in deliveries { delivery.writeSummary(to: &writer) }
                }
            }
            if let unmatched { unmatched.write(to: &writer) }
        }
    }
}

extension PublishedEvent {
    /// The event as it is carried, and what it is on its way to, into an object that stands open.
    func writeMembers(to writer: inout JSONWriter, told: Int) {
        event.writeMembers(to: &writer)
        event.writePayload(to: &writer)
        writer.array("deliveries") { writer in
            for delivery in deliveries.prefix(told) {
                writer.object { writer in
                    writer.field("id", delivery.id.description)
                    writer.field("webhook", delivery.endpoint.description)
                }
            }
        }
        writer.array("warnings") { writer in
            for warning in warnings {
                writer.object { writer in
                    writer.field("code", warning.code)
                    writer.field("path", warning.path)
                    writer.field("message", warning.message)
                }
            }
        }
        if let unmatched { unmatched.write(to: &writer) }
    }
}

extension [UnmatchedEndpoint] {
    /// The member `unmatched`, into an object that stands open.
    func write(to writer: inout JSONWriter) {
        writer.array("unmatched") { writer in
            for endpoint in self {
                writer.object { writer in
                    writer.field("webhook", endpoint.endpoint.description)
                    writer.field("reason", endpoint.reason)
                    writer.key("filter")
                    if let shortfall = endpoint.shortfall {
                        writer.object { writer in
                            writer.field("condition", "filter" + shortfall.condition)
                            writer.field("found", shortfall.found)
                        }
                    } else {
                        writer.null()
                    }
                }
            }
        }
    }
}
