import MartletCore
import MartletService

extension Schemas {
    private static let eventMembers = ##"""
        "id":{"type":"string","description":"The id that receivers see: the chosen one, or `evt_…`."},
        "type":{"$ref":"#/components/schemas/EventTypeName"},
        "created":\##(instant),
        "application":{"type":["string","null"],"description":"The application that it was published to; null for all."},
        "ordering_key":{"type":["string","null"]},
        "deliver_at":\##(nullableInstant),
        "accepted_at":\##(instant),
        "test":{"type":"boolean","description":"Whether it was sent to try a webhook out."},
        "delivery_count":{"type":"integer","minimum":0,"description":"How many webhooks it went to when it was accepted."},
        "source":{"type":"string","description":"The source that it came in by; left out where it was published."},
        "request":{"type":"string","description":"The request that brought it, likewise."},
        "content_type":{"type":["string","null"],"description":"What its sender said that the payload is, likewise."},
        "body":{"type":"string","description":"The payload as it came in, where it is not JSON."},
        "body_encoding":{"type":"string","enum":["utf8","base64"]},"body_truncated":{"type":"boolean"}
        """##

    private static let eventRequired = ##"""
        "id","type","created","application","ordering_key","deliver_at","accepted_at","test","delivery_count"
        """##

    private static let payload = ##"""
        {"type":["object","array","null"],"description":"The payload, in the form it is sent in; null once it was dropped for
        its age, and where it came in by a source and is not JSON."}
        """##

    private static let unmatched = ##"""
        {"type":"array","maxItems":100,"items":{"$ref":"#/components/schemas/Unmatched"},
        "description":"The first 100 webhooks that did not get it, where `explain` was asked for. The reasons are those of
         the webhooks as they are now."}
        """##

    private static let publishedMembers = ##"""
        \##(eventMembers),"data":\##(payload),"payload_dropped":{"type":"boolean","description":"True where the payload was dropped."},
        "deliveries":{"type":"array","maxItems":100,"items":{"$ref":"#/components/schemas/DeliveryReference"},
        "description":"The first 100."},
        "warnings":{"type":"array","items":{"$ref":"#/components/schemas/Warning"}},
        "unmatched":\##(unmatched)
        """##

    private static let batchMembers = ##"""
        "accepted":{"type":"integer","minimum":0},"refused":{"type":"integer","minimum":0},
        "results":{"type":"array","description":"One for each event, in the order given.",
        "items":{"oneOf":[{"$ref":"#/components/schemas/AcceptedEvent"},{"$ref":"#/components/schemas/RefusedEvent"}]}}
        """##

    static let problemMembers = ##"""
        "type":{"type":"string","description":"`urn:martlet:problem:` and the code."},
        "title":{"type":"string","description":"The status in words."},
        "status":{"type":"integer","minimum":400,"maximum":599},
        "code":{"type":"string","description":"A stable name for programs.","examples":["unknown_field"]},
        "detail":{"type":"string","description":"What is wrong, and how to mend it."},
        "errors":{"type":"array","items":{"$ref":"#/components/schemas/FieldError"}}
        """##

    static let problemRequired = ##"""
        "type","title","status","code","detail","errors"
        """##

    /// Publishing, events and replaying.
    static func events(_ limits: ServiceLimits) -> [(name: String, schema: String)] {
        [
            (
                "NewEvent",
                ##"""
                {"type":"object","additionalProperties":false,"required":["type","data"],"properties":{
                "type":{"$ref":"#/components/schemas/EventTypeName"},
                "data":{"type":["object","array"],
                "description":"The payload. It is put in the form that a JavaScript engine writes, once, and stored, signed
                 and sent as those bytes. What cannot survive that is refused with its path. The whole event has at most
                 \##(limits.eventBytes) bytes."},
                "application":{"type":["string","null"],"minLength":1,
                "description":"An application's id or uid: only its webhooks get the event. Left out, every webhook in the
                 environment that subscribed."},
                "id":{"type":["string","null"],"minLength":1,"maxLength":128,"pattern":"^[A-Za-z0-9_:-]+$",
                "description":"An id of one's own; publishing the very same event again gets its first answer."},
                "created":{"type":["string","null"],"format":"date-time","description":"When it occurred: now, unless given."},
                "ordering_key":{"type":["string","null"],"minLength":1,"maxLength":256},
                "deliver_at":{"type":["string","null"],"format":"date-time",
                "description":"The first attempt is not made before; at most \##(limits.deliverAhead.text) ahead."}}}
                """##
            ),
            (
                "NewEvents",
                ##"""
                {"type":"array","minItems":1,"maxItems":\##(limits.batchEvents),
                "items":{"$ref":"#/components/schemas/NewEvent"}}
                """##
            ),
            (
                "Lines",
                ##"""
                {"type":"string","description":"One event a line; at most \##(limits.batchEvents) lines, blank ones aside."}
                """##
            ),
            (
                "PublishedEvent",
                ##"""
                {"type":"object","description":"The event as it is carried, and what it is on its way to.",
                "required":[\##(eventRequired),"data","deliveries","warnings"],"properties":{\##(publishedMembers)}}
                """##
            ),
            (
                "AcceptedEvent",
                ##"""
                {"type":"object","required":["index","status",\##(eventRequired),"data","deliveries","warnings"],"properties":{
                "index":{"type":"integer","minimum":0},"status":{"type":"integer","const":202},\##(publishedMembers)}}
                """##
            ),
            (
                "RefusedEvent",
                ##"""
                {"type":"object","required":["index",\##(problemRequired)],"properties":{
                "index":{"type":"integer","minimum":0},\##(problemMembers)}}
                """##
            ),
            (
                "BatchResult",
                ##"""
                {"type":"object","required":["accepted","refused","results"],"properties":{\##(batchMembers)}}
                """##
            ),
            (
                "BatchRefused",
                ##"""
                {"type":"object","description":"A problem; with `accepted`, `refused` and `results` where the events could be
                 told apart.","required":[\##(problemRequired)],"properties":{\##(problemMembers),\##(batchMembers)}}
                """##
            ),
            (
                "DeliveryReference",
                ##"""
                {"type":"object","required":["id","webhook"],"properties":{
                "id":{"type":"string"},"webhook":{"type":"string"}}}
                """##
            ),
            (
                "Warning",
                ##"""
                {"type":"object","description":"Something that a publisher should know, though the event was accepted.",
                "required":["code","path","message"],"properties":{
                "code":{"type":"string"},"path":{"type":["string","null"]},"message":{"type":"string"}}}
                """##
            ),
            (
                "Unmatched",
                ##"""
                {"type":"object","description":"A webhook that does not get the event, and why.",
                "required":["webhook","reason","filter"],"properties":{
                "webhook":{"type":"string"},"reason":{"type":"string"},
                "filter":{"type":["object","null"],"description":"Where its filter does not match: the condition that failed,
                 and the value found, as JSON cut to 100 bytes; null where there was none, or more than one.",
                "required":["condition","found"],"properties":{
                "condition":{"type":"string","examples":["filter[\"data.amount\"].gte"]},
                "found":{"type":["string","null"],"examples":["50"]}}}}}
                """##
            ),
            (
                "Event",
                ##"""
                {"type":"object","required":[\##(eventRequired),"data"],"properties":{\##(eventMembers),"data":\##(payload),"payload_dropped":{"type":"boolean","description":"True where the payload was dropped."}}}
                """##
            ),
            (
                "EventWithDeliveries",
                ##"""
                {"type":"object","required":[\##(eventRequired),"data","deliveries"],"properties":{
                \##(eventMembers),"data":\##(payload),"payload_dropped":{"type":"boolean","description":"True where the payload was dropped."},
                "deliveries":{"type":"array","maxItems":100,"items":{"$ref":"#/components/schemas/Delivery"}},
                "unmatched":\##(unmatched)}}
                """##
            ),
            (
                "Replay",
                ##"""
                {"type":"object","additionalProperties":false,"properties":{
                "webhook":{"type":"string","pattern":"^ep_[0-9a-z]{26}$","description":"Only to this webhook, whatever it
                 subscribes to and filters."}}}
                """##
            ),
            (
                "Replayed",
                ##"""
                {"type":"object","required":["delivery_count","deliveries"],"properties":{
                "delivery_count":{"type":"integer","minimum":1},
                "deliveries":{"type":"array","maxItems":100,"items":{"$ref":"#/components/schemas/DeliveryReference"}}}}
                """##
            ),
        ]
    }
}
