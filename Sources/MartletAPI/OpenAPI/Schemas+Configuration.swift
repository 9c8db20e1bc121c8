extension Schemas {
    private static let eventTypeSettings = ##"""
        "description":{"type":"string","maxLength":2000},
        "group":{"type":["string","null"],"minLength":1,"maxLength":100},
        "schema":{"type":["object","null"],"description":"A JSON Schema of the payload."},
        "example":{"type":["object","array","null"],"description":"A payload that could be published."},
        "archived":{"type":"boolean"}
        """##

    private static let applicationSettings = ##"""
        "name":{"type":"string","minLength":1,"maxLength":200},
        "uid":{"type":["string","null"],"minLength":1,"maxLength":128,"pattern":"^[A-Za-z0-9_:-]+$",
        "description":"One's own name for it, unique in the environment, and no app_ id."},
        "metadata":{"$ref":"#/components/schemas/Metadata"}
        """##

    private static let environmentSettings = ##"""
        "profile":{"type":"string","description":"What its webhooks follow unless they name another."},
        "payload_form":{"type":"string","enum":["stable","verbatim"],"description":"`stable`: as JSON.stringify writes it.
         `verbatim`: byte for byte as it came."},
        "retention":{"type":"object","additionalProperties":false,"description":"null: the service's default.",
        "properties":{
        "payloads":\##(nullable("Duration", "From 1h to 10 years.")),
        "history":\##(nullable("Duration", "From 1h to 10 years."))}},
        "pages":{"type":"object","additionalProperties":false,"description":"What its customers are shown, in their portals
         and in the guide.","properties":{
        "name":{"type":["string","null"],"maxLength":100,"description":"What customers know the platform as."},
        "colour":{"type":["string","null"],"pattern":"^#[0-9a-fA-F]{6}$","description":"As much darker or lighter as it takes
         to be read."},
        "logo":{"type":["string","null"],"description":"An https URL of an image, or a data: URL of at most 64 KiB."},
        "support":{"type":["string","null"],"maxLength":500,"description":"An e-mail address or a URL where customers find
         help."},
        "public_guide":{"type":"boolean","description":"Whether anybody may read the guide."},
        "public_status":{"type":"boolean","description":"Whether anybody may look at the status page."},
        "frame_ancestors":{"type":"array","maxItems":20,"items":{"type":"string"},"description":"Origins whose pages may frame
         a portal: https://app.example.com."}}}
        """##

    /// The environment, the catalogue, applications and keys.
    static let configuration: [(name: String, schema: String)] = [
        (
            "NewEventType",
            ##"""
            {"type":"object","additionalProperties":false,"required":["name"],"properties":{
            "name":{"$ref":"#/components/schemas/EventTypeName"},\##(eventTypeSettings)}}
            """##
        ),
        (
            "EventTypeChange",
            ##"""
            {"type":"object","additionalProperties":false,"properties":{\##(eventTypeSettings)}}
            """##
        ),
        (
            "EventType",
            ##"""
            {"type":"object","required":["name","description","group","schema","example","archived","created_at",
            "updated_at"],"properties":{"name":{"$ref":"#/components/schemas/EventTypeName"},\##(eventTypeSettings),
            \##(stamps)}}
            """##
        ),
        (
            "NewApplication",
            ##"""
            {"type":"object","additionalProperties":false,"required":["name"],"properties":{\##(applicationSettings)}}
            """##
        ),
        (
            "ApplicationChange",
            ##"""
            {"type":"object","additionalProperties":false,"properties":{\##(applicationSettings)}}
            """##
        ),
        (
            "Application",
            ##"""
            {"type":"object","required":["id","uid","name","metadata","created_at","updated_at"],"properties":{
            "id":{"type":"string"},\##(applicationSettings),\##(stamps)}}
            """##
        ),
        (
            "EnvironmentChange",
            ##"""
            {"type":"object","additionalProperties":false,"properties":{\##(environmentSettings)}}
            """##
        ),
        (
            "Environment",
            ##"""
            {"type":"object","required":["id","name","profile","payload_form","require_https","default_application",
            "retention","pages"],"properties":{"id":{"type":"string"},"name":{"type":"string"},\##(environmentSettings),
            "require_https":{"type":"boolean","description":"Whether webhooks must be https: set by --require-https."},
            "default_application":{"type":"string","description":"Where webhooks belong that name no application."}}}
            """##
        ),
        (
            "NewPortalLink",
            ##"""
            {"type":"object","additionalProperties":false,"properties":{"expires_in":{"$ref":"#/components/schemas/Duration"}}}
            """##
        ),
        (
            "PortalLink",
            ##"""
            {"type":"object","required":["id","application","url","expires_at"],"properties":{
            "id":{"type":"string"},"application":{"type":"string"},
            "url":{"type":"string","format":"uri","description":"Whoever has it is in: hand it to nobody but the customer."},
            "expires_at":\##(instant)}}
            """##
        ),
        (
            "Erasure",
            ##"""
            {"type":"object","required":["application","status","requested_at","finished_at","erased"],"properties":{
            "application":{"type":"string"},
            "status":{"type":"string","enum":["erasing","erased"]},
            "requested_at":\##(instant),"finished_at":\##(nullableInstant),
            "erased":{"type":"object","required":["events","deliveries"],"description":"What is gone so far.","properties":{
            "events":{"type":"integer","minimum":0},"deliveries":{"type":"integer","minimum":0}}}}}
            """##
        ),
        (
            "NewKey",
            ##"""
            {"type":"object","additionalProperties":false,"required":["role"],"properties":{
            "name":{"type":"string","maxLength":200},
            "role":{"type":"string","enum":["admin","publisher","application","reader"]},
            "application":{"type":["string","null"],"description":"The one that a key with the role application speaks for:
             its id or uid."},
            "expires_at":\##(nullableInstant)}}
            """##
        ),
        (
            "KeyChange",
            ##"""
            {"type":"object","additionalProperties":false,"properties":{
            "name":{"type":"string","maxLength":200},"expires_at":\##(nullableInstant)}}
            """##
        ),
        (
            "Key",
            ##"""
            {"type":"object","required":["id","name","role","application","hint","created_at","expires_at"],"properties":{
            "id":{"type":"string"},"name":{"type":"string"},
            "role":{"type":"string","enum":["admin","publisher","application","reader"]},
            "application":{"type":["string","null"]},
            "hint":{"type":"string","description":"The beginning of its text, to tell it by."},
            "created_at":\##(instant),"expires_at":\##(nullableInstant),
            "key":{"type":"string","description":"Its text; only when it is made."}}}
            """##
        ),
    ]
}
