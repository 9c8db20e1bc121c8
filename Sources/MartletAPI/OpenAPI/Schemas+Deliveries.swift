extension Schemas {
    private static let deliveryMembers = ##"""
        "id":{"type":"string"},"event":{"type":"string"},"webhook":{"type":"string"},"application":{"type":"string"},
        "status":{"$ref":"#/components/schemas/DeliveryStatus"},
        "cause":{"type":"string","enum":["publish","replay","test"]},
        "ordering_key":{"type":["string","null"],"description":"Whose order it goes out in, where its webhook was `ordered`
         when it was made: the event's `ordering_key`, empty where it has none. null without an order."},
        "attempt_count":{"type":"integer","minimum":0},"created_at":\##(instant),
        "first_attempt_at":\##(nullableInstant),"next_attempt_at":\##(nullableInstant),
        "completed_at":\##(nullableInstant),
        "reason":{"description":"Why it stands where it stands.","oneOf":[{"type":"null"},
        {"type":"object","required":["code","message"],"properties":{
        "code":{"type":"string","enum":["held","exhausted","gone","single","requested","endpoint_deleted"]},
        "message":{"type":"string"}}}]}
        """##

    private static let deliveryRequired = ##"""
        "id","event","webhook","application","status","cause","ordering_key","attempt_count","created_at","first_attempt_at",
        "next_attempt_at","completed_at","reason"
        """##

    private static let headers = ##"""
        {"type":"array","description":"In their order.","items":{"type":"object","required":["name","value"],
        "properties":{"name":{"type":"string"},"value":{"type":"string"}}}}
        """##

    private static let bodyMembers = ##"""
        "body":{"type":"string"},
        "body_encoding":{"type":"string","enum":["utf8","base64"],"description":"base64 where it is not UTF-8."},
        "truncated":{"type":"boolean","description":"Whether there was more: at most 65536 bytes are kept."}
        """##

    private static let milliseconds = ##"""
        {"type":["number","null"],"minimum":0}
        """##

    /// Deliveries and attempts.
    static let deliveries: [(name: String, schema: String)] = [
        (
            "Delivery",
            ##"""
            {"type":"object","required":[\##(deliveryRequired)],"properties":{\##(deliveryMembers)}}
            """##
        ),
        (
            "DeliveryWithAttempts",
            ##"""
            {"type":"object","required":[\##(deliveryRequired),"event_type","blocked_by","attempts"],"properties":{\##(deliveryMembers),
            "event_type":{"type":["string","null"]},
            "blocked_by":{"type":["string","null"],"description":"The delivery that goes out before this one in its order;
             null where there is none. Cancel that one to skip it."},
            "attempts":{"type":"array","items":{"$ref":"#/components/schemas/Attempt"}}}}
            """##
        ),
        (
            "Attempt",
            ##"""
            {"type":"object","description":"One HTTP request of a delivery.",
            "required":["id","number","started_at","outcome","reason","request","response","error","address","timing_ms"],
            "properties":{"id":{"type":"string"},"number":{"type":"integer","minimum":1},
            "started_at":\##(instant),
            "outcome":{"type":"string","enum":["succeeded","failed"]},
            "reason":{"type":"string","description":"What came of it, in a sentence."},
            "request":{"type":"object","required":["method","url","headers"],"properties":{
            "method":{"type":"string","const":"POST"},"url":{"type":"string"},"headers":\##(headers),\##(bodyMembers)}},
            "response":{"description":"As received; null where none was.","oneOf":[{"type":"null"},
            {"type":"object","required":["status","headers","body","body_encoding","truncated"],"properties":{
            "status":{"type":"integer"},"headers":\##(headers),\##(bodyMembers)}}]},
            "error":{"description":"Why there is no response.","oneOf":[{"type":"null"},
            {"type":"object","required":["code","message"],"properties":{"code":{"type":"string"},
            "message":{"type":"string"}}}]},
            "address":{"type":["string","null"],"description":"The address that was vetted and dialled."},
            "timing_ms":{"type":"object","required":["resolve","connect","tls","first_byte","total"],"properties":{
            "resolve":\##(milliseconds),"connect":\##(milliseconds),"tls":\##(milliseconds),
            "first_byte":\##(milliseconds),"total":{"type":"number","minimum":0}}}}}
            """##
        ),
    ]
}
