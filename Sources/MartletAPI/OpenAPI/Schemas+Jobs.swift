import MartletService

extension Schemas {
    private static func window(_ limits: ServiceLimits) -> String {
        ##"""
        "since":{"type":"string","format":"date-time","description":"Only events accepted from this instant on."},
        "until":{"type":"string","format":"date-time","description":"Only events accepted before; now unless given."},
        "dry_run":{"type":"boolean","default":false,"description":"Whether only to count."},
        "rate":{"type":"integer","minimum":1,"maximum":\##(limits.jobs.rateMost),"default":\##(limits.jobs.rateDefault),
        "description":"Deliveries a second, at most."}
        """##
    }

    private static let count = ##"""
        {"type":"integer","minimum":0}
        """##

    /// Recoveries and bulk replays.
    static func jobs(_ limits: ServiceLimits) -> [(name: String, schema: String)] {
        [
            (
                "Recovery",
                ##"""
                {"type":"object","additionalProperties":false,"required":["since"],"properties":{\##(window(limits)),
                "only":{"type":"string","enum":["failed","missed","all"],"default":"failed","description":
                "failed: what came to nothing at this webhook; missed: what it subscribes to and never got."}}}
                """##
            ),
            (
                "ReplaySelection",
                ##"""
                {"type":"object","additionalProperties":false,"required":["since"],"properties":{\##(window(limits)),
                "type":{"$ref":"#/components/schemas/EventTypeName"},
                "application":{"type":"string","description":
                "Only events of this application, its id or uid, and only to its webhooks."},
                "status":{"$ref":"#/components/schemas/DeliveryStatus"},
                "webhook":{"type":"string","pattern":"^ep_","description":
                "Only to this webhook, and only what it subscribes to."}}}
                """##
            ),
            (
                "JobForecast",
                ##"""
                {"type":"object","required":["dry_run","count","exact","examined","since","until","rate"],"properties":{
                "dry_run":{"type":"boolean","const":true},
                "count":{"type":"integer","minimum":0,"description":"How many deliveries would be made."},
                "exact":{"type":"boolean","description":
                "Whether everything was looked at. Where not, `count` is a lower bound: `at least`."},
                "examined":{"type":"integer","minimum":0,"description":"How many events were looked at."},
                "since":\##(instant),"until":\##(instant),"rate":{"type":"integer","minimum":1}}}
                """##
            ),
            (
                "Job",
                ##"""
                {"type":"object","description":"A recovery or a bulk replay.",
                "required":["id","kind","status","reason","waiting_for","requested_by","application","webhook",
                "selection","rate","progress","created_at","updated_at","ended_at"],"properties":{
                "id":{"type":"string","pattern":"^job_"},"kind":{"type":"string","enum":["recover","replay"]},
                "status":{"type":"string","enum":["running","completed","cancelled","failed"]},
                "reason":{"description":"Why it ended before its end.","oneOf":[{"type":"null"},
                {"type":"object","required":["code","message"],"properties":{"code":{"type":"string","enum":[
                "requested","endpoint_deleted","application_deleted","store_corrupt","store_refused"]},
                "message":{"type":"string"}}}]},
                "waiting_for":{"description":"What holds it up; it goes on by itself.","oneOf":[{"type":"null"},
                {"type":"string","enum":["webhook_inactive","earlier_deliveries","store_unavailable"]}]},
                "requested_by":{"type":"string","enum":["environment","application"],
                "description":"Whose key asked for it."},
                "application":{"type":["string","null"],"description":"What it is about; null for the environment."},
                "webhook":{"type":["string","null"],"description":"The one that everything goes to, if there is one."},
                "selection":{"type":"object","required":["since","until"],"properties":{
                "since":\##(instant),"until":\##(instant),"only":{"type":"string","enum":["failed","missed","all"]},
                "type":{"type":["string","null"]},"status":{"type":["string","null"]}}},
                "rate":{"type":"integer","minimum":1,"description":"Deliveries a second, at most."},
                "progress":{"type":"object","required":["created","total","examined","skipped","position"],"properties":{
                "created":{"type":"integer","minimum":0,"description":"Deliveries made."},
                "total":{"type":["integer","null"],"minimum":0,
                "description":"Deliveries expected, where that could be counted."},
                "examined":\##(count),
                "skipped":{"type":"integer","minimum":0,"description":"Examined and left alone."},
                "position":{"type":["string","null"],"format":"date-time",
                "description":"The instant up to which it has looked."}}},
                "created_at":\##(instant),"updated_at":\##(instant),"ended_at":\##(nullableInstant)}}
                """##
            ),
        ]
    }
}
