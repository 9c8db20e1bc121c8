extension Schemas {
    /// What happened to the service's own things.
    static let operations: [(name: String, schema: String)] = [
        (
            "OperationalEvent",
            ##"""
            {"type":"object","required":["id","type","application","webhook","created_at","data"],"properties":{
            "id":{"type":"string"},
            "type":{"type":"string","description":"`endpoint.failing`: half the time has gone after which it is taken out of
             service. `endpoint.disabled`: it was. `endpoint.recovered`: it is well again after a warning. `delivery.failed`:
             deliveries to it have failed for good. Others may be added."},
            "application":{"type":"string"},"webhook":{"type":["string","null"]},"created_at":\##(instant),
            "data":{"type":"object","description":"`webhook`, `failing_since`, `failures`; of one that fails also
             `last_success_at` and `disables_at`; of one that was disabled `last_success_at` and the `reason`: `failing` or
             `gone`."}}}
            """##
        ),
        (
            "WebhookHealth",
            ##"""
            {"type":"object","required":["failing_since","failures","last_success_at","disabled_at","reason"],
            "properties":{
            "failing_since":{"type":["string","null"],"format":"date-time","description":"When the first failure since the
             last success was; null while all is well."},
            "failures":{"type":"integer","minimum":0,"description":"Failed attempts since the last success."},
            "last_success_at":\##(nullableInstant),
            "disabled_at":{"type":["string","null"],"format":"date-time","description":"Since when it is inactive."},
            "reason":{"type":["string","null"],"enum":["paused","gone","failing",null],
            "description":"Why it is inactive."}}}
            """##
        ),
    ]
}
