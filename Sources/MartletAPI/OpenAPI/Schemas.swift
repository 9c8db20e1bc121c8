import MartletCore
import MartletService

/// The schemas of every body and answer (JSON Schema 2020-12), as `/openapi.json` names them.
enum Schemas {
    /// Every schema by its name.
    static func all(_ limits: ServiceLimits) -> [(name: String, schema: String)] {
        shared + events(limits) + webhooks + deliveries + jobs(limits) + configuration + profiles + sources + operations
            + alerts
    }

    /// What several of the others are made of.
    static let shared: [(name: String, schema: String)] = [
        (
            "Problem",
            ##"""
            {"type":"object","description":"A refusal: RFC 9457, with a stable `code`.",
            "required":[\##(problemRequired)],"properties":{\##(problemMembers)}}
            """##
        ),
        (
            "FieldError",
            #"""
            {"type":"object","description":"One thing that is wrong with a request.","required":["field","message"],
            "properties":{
            "field":{"type":"string","description":"The culprit's path: `retry.delays[2]`, `$.data.total`."},
            "message":{"type":"string","description":"What is wrong, and how to mend it."}}}
            """#
        ),
        (
            "Nothing",
            #"{"type":"object","description":"No fields are taken.","additionalProperties":false,"properties":{}}"#
        ),
        (
            "Duration",
            #"""
            {"type":"string","description":"`500ms`, `5s`, `5m`, `2h`, `1d`.",
            "pattern":"^[0-9]{1,15}(ms|s|m|h|d)$","examples":["5s"]}
            """#
        ),
        (
            "Metadata",
            #"""
            {"type":"object","description":"Free text by name: at most 50 entries, names of 1 to 64 bytes, values up to 500.",
            "maxProperties":50,"additionalProperties":{"type":"string","maxLength":500}}
            """#
        ),
        (
            "DeliveryStatus",
            #"{"type":"string","enum":["scheduled","in_flight","held","succeeded","failed","cancelled"]}"#
        ),
        (
            "EventTypeName",
            #"""
            {"type":"string","description":"A dotted name of letters, digits, _ and -.","maxLength":128,
            "pattern":"^[A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*$","examples":["property.created"]}
            """#
        ),
        (
            "RetryPolicy",
            #"""
            {"type":"object","description":"When to try again after a failure: `delays`, each counted from the attempt
             before, or `exponential`, which needs a `window`.","additionalProperties":false,
            "oneOf":[{"required":["delays"]},{"required":["exponential","window"]}],"properties":{
            "delays":{"type":"array","maxItems":50,"description":"From 1s to 7d each; none at all means no retries.",
            "items":{"$ref":"#/components/schemas/Duration"}},
            "exponential":{"type":"object","additionalProperties":false,"required":["first","longest"],"properties":{
            "first":{"$ref":"#/components/schemas/Duration"},
            "factor":{"type":"number","minimum":1,"maximum":10,"default":2},
            "longest":{"$ref":"#/components/schemas/Duration"}}},
            "jitter":{"type":"number","minimum":0,"maximum":1,"default":0,
            "description":"How much of each delay is left to chance."},
            "window":{"description":"How long after the first attempt the last may be; at most 30d.",
            "oneOf":[{"$ref":"#/components/schemas/Duration"},{"type":"null"}]}},
            "examples":[{"delays":["5s","5m"],"jitter":0.1,"window":"15m"}]}
            """#
        ),
        (
            "Filter",
            ##"""
            {"type":"object","minProperties":1,"description":"Which events a webhook wants, by their payloads. Each member
             names a field by its path (`data.amount`, `data.items[*].price`) and what is asked of it: a value, or an object
             of `eq`, `in`, `gt`, `gte`, `lt`, `lte`, `prefix` and `exists`. All members must hold. `all` and `any` take a
             list of such objects, `not` takes one. At most \##(PayloadFilter.longestText) bytes,
             \##(PayloadFilter.mostConditions) conditions and \##(PayloadFilter.deepestNesting) levels.",
            "examples":[{"data.amount":{"gte":100},"data.country":{"in":["NG","GH"]},"not":{"data.status":"draft"}}]}
            """##
        ),
        (
            "RateLimit",
            #"""
            {"type":"object","description":"How many attempts in how long: a bucket of `burst` tokens that fills with `rate`
             every `per`.","additionalProperties":false,"required":["rate"],"properties":{
            "rate":{"type":"integer","minimum":1,"maximum":1000000},
            "per":{"description":"From 1s to 1d: 1s unless given.","allOf":[{"$ref":"#/components/schemas/Duration"}]},
            "burst":{"type":"integer","minimum":1,"maximum":1000000,
            "description":"How many may follow each other at once after a rest: `rate` unless given."}},
            "examples":[{"rate":50,"per":"1s","burst":50}]}
            """#
        ),
        (
            "SuccessRule",
            #"""
            {"description":"Which statuses acknowledge: `2xx`, or a list.","oneOf":[{"type":"string","const":"2xx"},
            {"type":"array","minItems":1,"items":{"type":"integer","minimum":200,"maximum":599}}],"examples":["2xx",[200]]}
            """#
        ),
    ]

    /// A reference to another schema, or null.
    static func nullable(_ name: String, _ detail: String) -> String {
        ##"{"description":"\##(detail)","oneOf":[{"$ref":"#/components/schemas/\##(name)"},{"type":"null"}]}"##
    }

    static let instant = ##"""
        {"type":"string","format":"date-time"}
        """##

    static let nullableInstant = ##"""
        {"type":["string","null"],"format":"date-time"}
        """##

    static let stamps = ##"""
        "created_at":{"type":"string","format":"date-time"},"updated_at":{"type":"string","format":"date-time"}
        """##
}
