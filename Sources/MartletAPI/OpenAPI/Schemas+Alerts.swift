extension Schemas {
    private static let alertSettings = ##"""
        "name":{"type":"string","maxLength":100},
        "rule":{"$ref":"#/components/schemas/AlertRule"},
        "application":{"type":["string","null"],"description":"What it is about: an application's id or uid, or a webhook;
         with neither, the whole environment."},
        "webhook":{"type":["string","null"]},
        "active":{"type":"boolean"},
        "emails":{"type":"array","maxItems":10,"items":{"type":"string","maxLength":254},"description":"Who is told by e-mail,
         where the server sends any."},
        "tell_webhooks":{"type":"boolean","description":"Whether webhooks of the application `@operations` are told:
         `alert.firing`, `alert.cleared`, `alert.test`."},
        "clears_after":{"$ref":"#/components/schemas/Duration"}
        """##

    private static let readingMembers = ##"""
        "value":{"type":["number","null"],"description":"Failures in a row, a share from 0 to 1, seconds, or how many; null where
         there is nothing to go by."},
        "value_text":{"type":["string","null"]},
        "culprits":{"type":"array","items":{"type":"string"},"description":"The ids of what breaks the rule, the worst first, at
         most 10."},
        "culprit_count":{"type":"integer","minimum":0}
        """##

    /// Alerts and what came of them.
    static let alerts: [(name: String, schema: String)] = [
        (
            "AlertRule",
            ##"""
            {"type":"object","additionalProperties":false,"required":["type"],"description":"What is looked at, and when that is
             bad. Each type has fields of its own.","properties":{
            "type":{"type":"string","enum":["consecutive_failures","success_rate","oldest_waiting","endpoint_disabled",
            "source_refusing"]},
            "failures":{"type":"integer","minimum":1,"maximum":1000000,"description":"consecutive_failures: so many attempts to a
             webhook failed in a row; 10 if left out."},
            "below":{"type":"number","exclusiveMinimum":0,"maximum":1,"description":"success_rate: fewer than this share
             succeeded; 0.95 if left out."},
            "attempts":{"type":"integer","minimum":1,"maximum":1000000,"description":"success_rate: of at least so many; 20 if
             left out."},
            "window":{"$ref":"#/components/schemas/Duration"},
            "age":{"$ref":"#/components/schemas/Duration"}}}
            """##
        ),
        (
            "NewAlert",
            ##"{"type":"object","additionalProperties":false,"required":["name","rule"],"properties":{\##(alertSettings)}}"##
        ),
        (
            "AlertChange",
            ##"{"type":"object","additionalProperties":false,"properties":{\##(alertSettings)}}"##
        ),
        (
            "Alert",
            ##"""
            {"type":"object","required":["id","name","rule","application","webhook","active","emails","tell_webhooks",
            "clears_after","state","firing_since","well_since","incident","looked_at","value","value_text","culprits",
            "culprit_count","created_at","updated_at"],"properties":{"id":{"type":"string"},\##(alertSettings),
            "state":{"type":"string","enum":["off","ok","firing","mending"],"description":"`mending`: it fires, and has been well
             since `well_since`, as yet not for long enough."},
            "firing_since":\##(nullableInstant),"well_since":\##(nullableInstant),
            "incident":{"type":["string","null"]},"looked_at":\##(nullableInstant),\##(readingMembers),
            "created_at":\##(instant),"updated_at":\##(instant)}}
            """##
        ),
        (
            "AlertTrial",
            ##"""
            {"type":"object","required":["webhooks","emails"],"properties":{
            "webhooks":{"type":["integer","null"],"minimum":0,"description":"How many webhooks are told; null where the alert
             tells none."},
            "emails":{"type":"array","items":{"type":"object","required":["email","failure"],"properties":{
            "email":{"type":"string"},
            "failure":{"type":["string","null"],"description":"Why the message was not taken; null where it was."}}}}}}
            """##
        ),
        (
            "Incident",
            ##"""
            {"type":"object","description":"One time that an alert fired, as the alert was then.","required":["id","alert","name",
            "rule","application","webhook","since","until","value","value_text","culprits","culprit_count"],"properties":{
            "id":{"type":"string"},"alert":{"type":"string"},"name":{"type":"string"},
            "rule":{"$ref":"#/components/schemas/AlertRule"},"application":{"type":["string","null"]},
            "webhook":{"type":["string","null"]},"since":\##(instant),"until":\##(nullableInstant),\##(readingMembers)}}
            """##
        ),
    ]
}
