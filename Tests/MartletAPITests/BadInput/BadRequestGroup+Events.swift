extension BadRequestGroup {
    private static let longName = String(repeating: "x", count: 129)

    /// Events with fields that are not acceptable.
    static let events = BadRequestGroup(
        description: "events",
        requests: [
            BadRequest("nothing in it", "POST /v1/events", "{}", 422, "invalid_request", "type"),
            BadRequest("no payload", "POST /v1/events", #"{"type":"a.b"}"#, 422, "invalid_request", "data"),
            BadRequest("no type", "POST /v1/events", #"{"data":{}}"#, 422, "invalid_request", "type"),
            BadRequest(
                "a type of no letters", "POST /v1/events", #"{"type":"","data":{}}"#, 422, "invalid_request", "type"),
            BadRequest(
                "a type with a blank", "POST /v1/events", #"{"type":"a b","data":{}}"#, 422, "invalid_request", "type"),
            BadRequest(
                "a type that ends in a dot", "POST /v1/events", #"{"type":"a.","data":{}}"#, 422, "invalid_request",
                "type"),
            BadRequest(
                "a type that begins with a dot", "POST /v1/events", #"{"type":".a","data":{}}"#, 422, "invalid_request",
                "type"),
            BadRequest(
                "a type with two dots", "POST /v1/events", #"{"type":"a..b","data":{}}"#, 422, "invalid_request", "type"
            ),
            BadRequest(
                "a pattern for a type", "POST /v1/events", #"{"type":"a.*","data":{}}"#, 422, "invalid_request", "type"),
            BadRequest(
                "a type of other letters", "POST /v1/events", #"{"type":"é.b","data":{}}"#, 422, "invalid_request",
                "type"),
            BadRequest(
                "a type with a line break", "POST /v1/events", #"{"type":"a\r\nb","data":{}}"#, 422, "invalid_request",
                "type"),
            BadRequest(
                "a type that is too long", "POST /v1/events", #"{"type":"\#(longName)","data":{}}"#, 422,
                "invalid_request", "type"),
            BadRequest(
                "a number for a type", "POST /v1/events", #"{"type":5,"data":{}}"#, 422, "invalid_request", "type"),
            BadRequest(
                "null for a type", "POST /v1/events", #"{"type":null,"data":{}}"#, 422, "invalid_request", "type"),
            .event("an empty id", "id", #""""#, "id"), .event("an id with a dot", "id", #""a.b""#, "id"),
            .event("an id with a blank", "id", #""a b""#, "id"), .event("an id with a quote", "id", #""a\"b""#, "id"),
            .event("an id with a line break", "id", #""a\nb""#, "id"),
            .event("an id that is too long", "id", #""\#(longName)""#, "id"),
            .event("a number for an id", "id", "5", "id"),
            .event("a date without a time", "created", #""2023-06-15""#, "created"),
            .event("seconds since 1970", "created", "1686825000", "created"),
            .event("the 30th of February", "created", #""2023-02-30T00:00:00Z""#, "created"),
            .event("a time without a zone", "created", #""2023-06-15T10:30:00""#, "created"),
            .event("a month too many", "created", #""2023-13-01T00:00:00Z""#, "created"),
            .event("a time too far ahead", "deliver_at", #""2199-01-01T00:00:00Z""#, "deliver_at"),
            .event("a duration for a time", "deliver_at", #""5m""#, "deliver_at"),
            .event("an empty ordering key", "ordering_key", #""""#, "ordering_key"),
            .event(
                "an ordering key that is too long", "ordering_key", "\"\(String(repeating: "x", count: 257))\"",
                "ordering_key"),
            .event("a list for an ordering key", "ordering_key", "[]", "ordering_key"),
            .event("an object for an application", "application", "{}", "application"),
            BadRequest(
                "an unknown application", "POST /v1/events", #"{"type":"a.b","data":{},"application":"nobody"}"#, 422,
                "unknown_application", "application"),
            BadRequest(
                "a foreign application", "POST /v1/events",
                #"{"type":"a.b","data":{},"application":"app_00000000000000000000000000"}"#, 422, "unknown_application",
                "application"),
            BadRequest(
                "a field that there is not", "POST /v1/events", #"{"type":"a.b","data":{},"payload":{}}"#, 422,
                "unknown_field", "payload"),
            BadRequest(
                "a field in other letters", "POST /v1/events", #"{"Type":"a.b","type":"a.b","data":{}}"#, 422,
                "unknown_field", "Type"),
            BadRequest(
                "__proto__ for a field", "POST /v1/events", #"{"type":"a.b","data":{},"__proto__":{}}"#, 422,
                "unknown_field", "__proto__"),
            BadRequest(
                "a parameter that there is not", "POST /v1/events?dry_run=true", #"{"type":"a.b","data":{}}"#, 422,
                "unknown_parameter", "dry_run"),
            BadRequest(
                "neither true nor false", "POST /v1/events?explain=maybe", #"{"type":"a.b","data":{}}"#, 422,
                "invalid_request", "explain"),
            BadRequest(
                "a parameter given twice", "POST /v1/events?explain=true&explain=false", #"{"type":"a.b","data":{}}"#,
                422, "invalid_request", "explain"),
            BadRequest(
                "a parameter with a broken escape", "POST /v1/events?explain=%g1", #"{"type":"a.b","data":{}}"#, 422,
                "invalid_query", "explain"),
            BadRequest(
                "an idempotency key with a blank", "POST /v1/events", #"{"type":"a.b","data":{}}"#,
                headers: ["Idempotency-Key: a b"], 422, "invalid_request", "Idempotency-Key"),
            BadRequest(
                "an empty idempotency key", "POST /v1/events", #"{"type":"a.b","data":{}}"#,
                headers: ["Idempotency-Key:"], 422, "invalid_request", "Idempotency-Key"),
        ])

    private static let lines = ["Content-Type: application/x-ndjson"]
    private static let many =
        "[" + Array(repeating: #"{"type":"a.b","data":{}}"#, count: 1001).joined(separator: ",") + "]"
    private static let manyLines = Array(repeating: #"{"type":"a.b","data":{}}"#, count: 1001).joined(separator: "\n")
    private static let heavy = "[\"" + String(repeating: "x", count: 16 << 20) + "\"]"

    /// Batches of which nothing can be taken.
    static let batches = BadRequestGroup(
        description: "batches",
        requests: [
            BadRequest("no events", "POST /v1/events/batch", "[]", 422, "empty_batch", "no events"),
            BadRequest(
                "no lines", "POST /v1/events/batch", "\n \r\n\n", headers: lines, 422, "empty_batch", "no events"),
            BadRequest("no body", "POST /v1/events/batch", "", 400, "not_json", "byte 0"),
            BadRequest("1,001 events", "POST /v1/events/batch", many, 413, "batch_too_long", "1000"),
            BadRequest(
                "1,001 lines", "POST /v1/events/batch", manyLines, headers: lines, 413, "batch_too_long", "1000"),
            BadRequest("more than 16 MiB", "POST /v1/events/batch", heavy, 413, "request_too_large", "16777216"),
            BadRequest("an object", "POST /v1/events/batch", #"{"events":[]}"#, 422, "not_an_array", "array"),
            BadRequest("a word", "POST /v1/events/batch", "none", 400, "not_json", "byte"),
            BadRequest("cut off", "POST /v1/events/batch", #"[{"type":"a.b","data":{}},"#, 400, "not_json", "not JSON"),
            BadRequest(
                "something behind it", "POST /v1/events/batch", #"[{"type":"a.b","data":{}}]x"#, 400, "not_json",
                "byte 26"),
            BadRequest(
                "lines called JSON", "POST /v1/events/batch", "{\"type\":\"a.b\",\"data\":{}}\n{}", 400, "not_json",
                "byte"),
            BadRequest(
                "only bad events", "POST /v1/events/batch", #"[{},{"type":"a b","data":{}},1]"#, 422, "batch_refused",
                "3 events"),
            BadRequest(
                "only bad lines", "POST /v1/events/batch", "{\nx", headers: lines, 422, "batch_refused", "2 events"),
            BadRequest(
                "a form", "POST /v1/events/batch", "a=b", headers: ["Content-Type: multipart/form-data; boundary=x"],
                415, "unsupported_media_type", "multipart/form-data"),
            BadRequest(
                "a parameter that there is not", "POST /v1/events/batch?explain=true", many, 422, "unknown_parameter",
                "explain"),
        ])
}
