import MartletCore

extension Schemas {
    /// What both a new source and a change of one may have.
    private static let settings = ##"""
        "name":{"type":"string","minLength":1,"maxLength":200,"description":"For people: whose requests come in."},
        "description":{"type":"string","maxLength":1000},
        "active":{"type":"boolean","default":true,"description":"Whether it takes requests; else they get 404."},
        "application":{"type":["string","null"],"description":"The application, by id or uid, whose webhooks get its events;
         null for every webhook that subscribes."},
        "preset":{"type":"string","description":"How its requests are verified: `stripe`, `github`, `standard`, `hmac` …
         docs/presets.md has them all."},
        "parameters":{"type":"object","additionalProperties":{"type":"string"},"description":"What the preset needs besides
         its secret. Replaced as a whole; a masked one that is given as it is shown stays."},
        "secret":{"type":"string","maxLength":8192,"description":"What the preset verifies with."},
        "generate_secret":{"type":"boolean","default":false,"description":"Whether to make a secret, for a sender that is told
         its own. It is in the answer."},
        "tolerance":\##(nullable("Duration", "How far signed times may lie from the clock, either way; null: the preset's.")),
        "addresses":{"type":"array","maxItems":100,"items":{"type":"string"},"description":"Where requests may come from, in
         CIDR notation; anywhere when empty."},
        "rate_limit":\##(nullable("RateLimit", "Requests of all senders together; null for no limit.")),
        "rate_limit_per_address":\##(nullable("RateLimit", "Requests of one address, of IPv6 its /64; null for no limit.")),
        "max_body_bytes":{"type":"integer","minimum":1,"maximum":\##(SourceLimits.largestBodySize),
        "default":\##(SourceLimits.defaultBodySize)},
        "type_prefix":{"type":"string","maxLength":64,"description":"In front of every event's type: `github` makes
         `github.push`."},
        "default_type":{"type":"string","maxLength":128,"default":"webhook.received","description":"The type of an event
         whose sender names none."},
        "duplicate_window":{"description":"For how long the sender's id of an event makes a second arrival a duplicate: 1d
         unless given, at most 30d, 0s for never.","allOf":[{"$ref":"#/components/schemas/Duration"}]},
        "forward_headers":{"type":"array","maxItems":20,"items":{"type":"string"},"description":"Headers that deliveries
         carry on besides the content type."},
        "metadata":{"$ref":"#/components/schemas/Metadata"}
        """##

    private static let requestMembers = ##"""
        "id":{"type":"string"},"source":{"type":"string"},"received_at":\##(instant),
        "verdict":{"$ref":"#/components/schemas/RequestVerdict"},
        "status":{"type":"integer","description":"What the sender was answered."},
        "code":{"type":"string","description":"Why it was refused, by a stable name; the verdict's otherwise."},
        "reason":{"type":"string","description":"The same in a sentence. The sender is not told."},
        "event":{"type":["string","null"],"description":"The event that it became, or brought again."},
        "sent_id":{"type":["string","null"],"description":"The sender's id of the event."},
        "sent_type":{"type":["string","null"],"description":"The sender's name for what happened."},
        "method":{"type":"string"},"url":{"type":"string"},"address":{"type":["string","null"]},
        "headers":{"type":"array","items":{"type":"object","required":["name","value"],"properties":{
        "name":{"type":"string"},"value":{"type":"string","description":"`•••` where it is a secret."}}}},
        "size":{"type":"integer","minimum":0,"description":"How many bytes the body has."}
        """##

    private static let requestRequired = ##"""
        "id","source","received_at","verdict","status","code","reason","event","sent_id","sent_type","method","url",
        "address","headers","size"
        """##

    private static let bodyMembers = ##"""
        "body":{"type":"string"},"body_encoding":{"type":"string","enum":["utf8","base64"]},
        "truncated":{"type":"boolean"}
        """##

    /// Sources and what they received.
    static let sources: [(name: String, schema: String)] = [
        (
            "NewSource",
            ##"""
            {"type":"object","additionalProperties":false,"required":["name","preset"],"properties":{\##(settings)}}
            """##
        ),
        (
            "SourceChange",
            ##"""
            {"type":"object","additionalProperties":false,"properties":{\##(settings)}}
            """##
        ),
        (
            "Source",
            ##"""
            {"type":"object","required":["id","name","description","active","application","url","preset","parameters",
            "lacks_secret","secret_rotation_ends_at","tolerance","addresses","rate_limit","rate_limit_per_address",
            "max_body_bytes","type_prefix","default_type","duplicate_window","forward_headers","metadata","created_at",
            "updated_at"],"properties":{
            "id":{"type":"string"},"name":{"type":"string"},"description":{"type":"string"},"active":{"type":"boolean"},
            "application":{"type":["string","null"]},
            "url":{"type":"string","description":"Where its sender sends to. Whoever knows it may send, though not be
             believed."},
            "preset":{"type":"string"},
            "parameters":{"type":"object","additionalProperties":{"type":"string"},"description":"Secret ones are `•••`."},
            "lacks_secret":{"type":"boolean","description":"Whether it waits for its secret. Until then everything but
             handshakes is refused."},
            "secret_rotation_ends_at":\##(nullableInstant),
            "tolerance":\##(nullable("Duration", "null: the preset's.")),
            "addresses":{"type":"array","items":{"type":"string"}},
            "rate_limit":\##(nullable("RateLimit", "null for no limit.")),
            "rate_limit_per_address":\##(nullable("RateLimit", "null for no limit.")),
            "max_body_bytes":{"type":"integer"},"type_prefix":{"type":"string"},"default_type":{"type":"string"},
            "duplicate_window":{"$ref":"#/components/schemas/Duration"},
            "forward_headers":{"type":"array","items":{"type":"string"}},
            "metadata":{"$ref":"#/components/schemas/Metadata"},\##(stamps),
            "secret":{"type":"string","description":"Only where it was made for this request."}}}
            """##
        ),
        (
            "SourceSecret",
            ##"""
            {"type":"object","required":["source","secret","previous"],"properties":{
            "source":{"type":"string"},"secret":{"type":["string","null"]},
            "previous":{"oneOf":[{"type":"null"},{"type":"object","required":["secret","expires_at"],"properties":{
            "secret":{"type":"string"},"expires_at":\##(instant)}}]}}}
            """##
        ),
        (
            "SourceRotation",
            ##"""
            {"type":"object","additionalProperties":false,"properties":{
            "secret":{"type":"string","maxLength":8192,"description":"The sender's new secret; one is made unless given."},
            "overlap":{"description":"How long the old one counts besides: 1d unless given, at most 30d.",
            "allOf":[{"$ref":"#/components/schemas/Duration"}]}}}
            """##
        ),
        (
            "SourceTest",
            ##"""
            {"type":"object","additionalProperties":false,"properties":{
            "type":{"type":"string","description":"The sender's name for what happened; the sample's unless given."},
            "id":{"type":"string","description":"The sender's id of the event; a new one unless given."},
            "body":{"description":"The body: a string as it is, anything else as JSON; the preset's sample unless given."},
            "secret":{"type":"string","maxLength":8192,"description":"To sign with in the stead of the source's own."}}}
            """##
        ),
        (
            "SourceTestResult",
            ##"""
            {"type":"object","required":["request","sent","own_key"],"properties":{
            "request":{"$ref":"#/components/schemas/Request"},
            "sent":{"type":"object","required":["method","url","headers","body","body_encoding","truncated"],"properties":{
            "method":{"type":"string"},"url":{"type":"string"},"headers":{"type":"array","items":{"type":"object"}},
            \##(bodyMembers)}},
            "own_key":{"type":"boolean","description":"Whether it was signed with a key made for it, since the sender's
             private key is not known here."}}}
            """##
        ),
        (
            "RequestVerdict",
            ##"""
            {"type":"string","enum":["accepted","duplicate","answered","refused","limited","too_large","inactive"]}
            """##
        ),
        (
            "Request",
            ##"""
            {"type":"object","required":[\##(requestRequired)],"properties":{\##(requestMembers)}}
            """##
        ),
        (
            "RequestInFull",
            ##"""
            {"type":"object","required":[\##(requestRequired),"body","body_encoding","truncated"],
            "properties":{\##(requestMembers),\##(bodyMembers)}}
            """##
        ),
        (
            "RequestReplay",
            ##"""
            {"type":"object","additionalProperties":false,"properties":{
            "webhook":{"type":"string","description":"Only to this webhook, whatever it subscribes to."}}}
            """##
        ),
        (
            "RequestReplayed",
            ##"""
            {"type":"object","required":["event","delivery_count","deliveries"],"properties":{
            "event":{"type":"string"},"delivery_count":{"type":"integer"},
            "deliveries":{"type":"array","items":{"type":"object","required":["id","webhook"],"properties":{
            "id":{"type":"string"},"webhook":{"type":"string"}}}}}}
            """##
        ),
    ]
}
