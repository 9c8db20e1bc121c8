import MartletCore

extension Schemas {
    /// What both a new webhook and a change of one may have.
    private static let settings = ##"""
        "url":{"type":"string","description":"Where the events go: https, or http where the environment allows it; no
         private, loopback or reserved address; no user name. Or `listen:` and a name, for one whose attempts go to whoever
         listens: `GET /v1/webhooks/{id}/listen`."},
        "events":{"type":"array","minItems":1,"maxItems":100,"uniqueItems":true,"items":{"type":"string","maxLength":130},
        "description":"Event types, patterns such as `transaction.*`, or `*` for all."},
        "source":{"type":["string","null"],"description":"A source's id, to get what came in by that source alone; null for
         events of every origin. Takes the role admin. One that is listened to gets the source's requests as their senders
         made them."},
        "active":{"type":"boolean","default":true},
        "description":{"type":"string","maxLength":1000},
        "profile":{"type":["string","null"],"description":"A profile's name; null follows the environment's."},
        "headers":{"type":"object","maxProperties":20,"additionalProperties":{"type":"string","maxLength":4096},
        "description":"Headers to send along. Those that frame the request, or that Martlet sets, are refused."},
        "max_in_flight":{"type":["integer","null"],"minimum":1,"maximum":1000,
        "description":"How many attempts may be under way at once; null lets it adapt."},
        "filter":\##(nullable("Filter", "null for every event of the types subscribed to.")),
        "rate_limit":\##(nullable("RateLimit", "null for no limit.")),
        "ordered":{"type":"boolean","default":false,"description":"Whether events come one at a time, in the order accepted;
         those with an `ordering_key` each behind the ones of that key alone. One that fails holds up those behind it."},
        "retry":\##(nullable("RetryPolicy", "null follows the profile.")),
        "timeout":\##(nullable("Duration", "From 100ms to 1m for everything; null follows the profile.")),
        "success":\##(nullable("SuccessRule", "null follows the profile.")),
        "metadata":{"$ref":"#/components/schemas/Metadata"}
        """##

    private static let shownRequired = ##"""
        "id","application","kind","url","events","source","active","inactive_reason","deactivated_at","reactivated_at","description",
        "profile","headers","max_in_flight","filter","rate_limit","ordered","retry","timeout","success","metadata",
        "secret_rotation_ends_at","created_at","updated_at"
        """##

    private static let shown = ##"""
        "id":{"type":"string"},"application":{"type":"string"},
        "kind":{"type":"string","enum":["http","listen"],"description":"How it is reached: by its URL, or by whoever
         listens."},"url":{"type":"string"},
        "events":{"type":"array","items":{"type":"string"}},
        "source":{"type":["string","null"],"description":"The source whose events alone it gets. It gets none once that has
         been deleted."},"active":{"type":"boolean"},
        "inactive_reason":{"type":["string","null"],"enum":["paused","gone","failing",null]},
        "deactivated_at":{"type":["string","null"],"format":"date-time","description":"When it last became inactive."},
        "reactivated_at":{"type":["string","null"],"format":"date-time",
        "description":"When it last became active again; null while it is inactive."},
        "description":{"type":"string"},"profile":{"type":["string","null"]},
        "headers":{"type":"object","additionalProperties":{"type":"string"},
        "description":"A reader is not shown their values."},
        "max_in_flight":{"type":["integer","null"]},
        "filter":\##(nullable("Filter", "null for every event of the types subscribed to.")),
        "rate_limit":\##(nullable("RateLimit", "null for no limit.")),"ordered":{"type":"boolean"},
        "retry":\##(nullable("RetryPolicyInForce", "null follows the profile.")),
        "timeout":\##(nullable("Duration", "null follows the profile.")),
        "success":\##(nullable("SuccessRule", "null follows the profile.")),
        "metadata":{"$ref":"#/components/schemas/Metadata"},
        "secret_rotation_ends_at":\##(nullableInstant),\##(stamps),
        "secret":{"type":"string","description":"Only when the webhook is made, and when its secret is rotated."}
        """##

    /// The failures that a listener may tell of, as members of an enum.
    private static let listenFailures = ListenAnswerReader.codes.map { "\"\($0.rawValue)\"" }.joined(separator: ",")

    /// Webhooks, their secrets, tests and sums.
    static let webhooks: [(name: String, schema: String)] = [
        (
            "NewWebhook",
            ##"""
            {"type":"object","additionalProperties":false,"required":["url","events"],"properties":{\##(settings),
            "secret":{"type":"string","description":"A secret of one's own; `whsec_` and base64 of 32 random bytes is made
             unless given."},
            "application":{"type":"string","description":"An application's id or uid: the environment's default application
             unless given."}}}
            """##
        ),
        (
            "WebhookChange",
            ##"""
            {"type":"object","additionalProperties":false,"properties":{\##(settings)}}
            """##
        ),
        (
            "Webhook",
            ##"""
            {"type":"object","required":[\##(shownRequired)],"properties":{\##(shown)}}
            """##
        ),
        (
            "ChangedWebhook",
            ##"""
            {"type":"object","required":[\##(shownRequired)],"properties":{\##(shown),
            "gap":{"type":"object","description":"Only where the change made it active again: the time during which nothing
             was published to it, and the body for `POST /v1/webhooks/{id}/recover` that has it delivered.",
            "required":["since","until","recover"],"properties":{"since":\##(instant),"until":\##(instant),
            "recover":{"type":"object","required":["since","until","only"],"properties":{
            "since":\##(instant),"until":\##(instant),"only":{"type":"string","const":"missed"}}}}}}}
            """##
        ),
        (
            "RetryPolicyInForce",
            ##"""
            {"type":"object","required":["jitter","window"],"properties":{
            "delays":{"type":"array","items":{"$ref":"#/components/schemas/Duration"}},
            "exponential":{"type":"object","required":["first","factor","longest"],"properties":{
            "first":{"$ref":"#/components/schemas/Duration"},"factor":{"type":"number"},
            "longest":{"$ref":"#/components/schemas/Duration"}}},
            "jitter":{"type":"number"},"window":\##(nullable("Duration", "null where there is none."))}}
            """##
        ),
        (
            "Secret",
            ##"""
            {"type":"object","required":["webhook","secret","previous"],"properties":{
            "webhook":{"type":"string"},"secret":{"type":"string"},
            "previous":{"description":"The secret before, while it counts.","oneOf":[{"type":"null"},
            {"type":"object","required":["secret","expires_at","cut_over_at"],"properties":{
            "secret":{"type":"string"},"expires_at":\##(instant),
            "cut_over_at":\##(instant)}}]}}}
            """##
        ),
        (
            "Rotation",
            ##"""
            {"type":"object","additionalProperties":false,"properties":{
            "secret":{"type":"string","description":"The new secret; one is made unless given."},
            "overlap":{"description":"How long the old one still counts: 1d unless given, at most 30d.",
            "allOf":[{"$ref":"#/components/schemas/Duration"}]},
            "cut_over_at":{"type":"string","format":"date-time","description":"From when the new one signs, where the scheme
             carries one signature: at once unless given, at most 30d ahead."}}}
            """##
        ),
        (
            "TestEvent",
            ##"""
            {"type":"object","additionalProperties":false,"required":["type"],"properties":{
            "type":{"$ref":"#/components/schemas/EventTypeName"},
            "data":{"type":["object","array"],"description":"The payload: the catalogue's example unless given."}}}
            """##
        ),
        (
            "TestResult",
            ##"""
            {"type":"object","required":["event","delivery","attempt"],"properties":{"event":{"type":"string"},
            "delivery":{"$ref":"#/components/schemas/Delivery"},"attempt":{"$ref":"#/components/schemas/Attempt"}}}
            """##
        ),
        (
            "WebhookStats",
            ##"""
            {"type":"object","required":["webhook","since","attempts","succeeded","failed","success_rate","latency_ms",
            "backlog","health","breaker","listening","in_flight","allowance","paced_until","order"],"properties":{"webhook":{"type":"string"},"since":\##(instant),
            "attempts":{"type":"integer"},"succeeded":{"type":"integer"},"failed":{"type":"integer"},
            "success_rate":{"type":["number","null"],"minimum":0,"maximum":1,"description":"null where there were none."},
            "latency_ms":{"type":"object","required":["p50","p95"],"properties":{
            "p50":{"type":["number","null"]},"p95":{"type":["number","null"]}}},
            "backlog":{"type":"integer","description":"Deliveries that wait."},
            "health":{"$ref":"#/components/schemas/WebhookHealth"},
            "breaker":{"type":"object","required":["state","reason","since","next_probe_at"],"description":"The circuit
             breaker: while it is open nothing is attempted, and what waits loses no attempt.","properties":{
            "state":{"enum":["closed","open","half_open"]},"reason":{"type":["string","null"]},
            "since":{"type":["string","null"],"format":"date-time"},
            "next_probe_at":{"type":["string","null"],"format":"date-time"}}},
            "listening":{"type":["boolean","null"],"description":"Whether somebody listens to it, at the node that was
             asked; null for one that is sent to a URL."},
            "in_flight":{"type":"integer","description":"Attempts under way."},
            "allowance":{"type":["integer","null"],"description":"How many attempts at once the receiver has shown it
             can bear."},
            "paced_until":{"type":["string","null"],"format":"date-time","description":"When the next attempt may start,
             where the rate limit or the ramp after a pause holds it back."},
            "order":{"description":"null for a webhook that is not `ordered`.","oneOf":[{"type":"null"},
            {"type":"object","required":["blocked"],"properties":{"blocked":{"type":"array","maxItems":100,
            "description":"The keys that wait for a delivery which has failed.",
            "items":{"$ref":"#/components/schemas/BlockedKey"}}}}]}}}
            """##
        ),
        (
            "ListenAnswer",
            ##"""
            {"type":"object","additionalProperties":false,"required":["delivery","number"],"properties":{
            "delivery":{"type":"string"},"number":{"type":"integer","minimum":1,"description":"The attempt's."},
            "response":{"type":"object","additionalProperties":false,"required":["status"],"description":"What the receiver
             answered.","properties":{"status":{"type":"integer","minimum":100,"maximum":999},
            "headers":{"type":"array","maxItems":200,"items":{"type":"object","additionalProperties":false,
            "required":["name","value"],"properties":{"name":{"type":"string"},"value":{"type":"string"}}}},
            "body_base64":{"type":"string","description":"At most 64 KiB of it."},
            "truncated":{"type":"boolean","default":false,"description":"Whether there was more."}}},
            "error":{"type":"object","additionalProperties":false,"required":["code","message"],"description":"Why there is
             no response: either this or `response`.","properties":{"code":{"type":"string","enum":[\##(listenFailures)]},
            "message":{"type":"string","maxLength":1000}}},
            "address":{"type":"string","description":"The address that was dialled."},
            "timing_ms":{"type":"object","additionalProperties":false,"properties":{
            "connect":{"type":"number","minimum":0},"first_byte":{"type":"number","minimum":0}}}}}
            """##
        ),
        (
            "Recorded",
            ##"""
            {"type":"object","required":["recorded"],"properties":{"recorded":{"type":"boolean","const":true}}}
            """##
        ),
        (
            "BlockedKey",
            ##"""
            {"type":"object","required":["ordering_key","delivery","attempts","next_attempt_at","waiting"],"properties":{
            "ordering_key":{"type":"string","description":"Empty for events without one."},
            "delivery":{"type":"string","description":"The delivery that the others wait for. Cancel it to skip it."},
            "attempts":{"type":"integer","minimum":1},"next_attempt_at":\##(instant),
            "waiting":{"type":"integer","minimum":0,"maximum":1000,"description":"How many wait behind it, counted up to
             1000."}}}
            """##
        ),
    ]
}
