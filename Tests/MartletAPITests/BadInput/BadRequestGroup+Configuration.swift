extension BadRequestGroup {
    private static let nobody = "00000000000000000000000000"

    /// Applications, keys, event types and profiles that cannot be.
    static let configuration = BadRequestGroup(
        description: "configuration",
        requests: [
            BadRequest("an application without a name", "POST /v1/applications", "{}", 422, "invalid_request", "name"),
            BadRequest(
                "an application with an empty name", "POST /v1/applications", #"{"name":""}"#, 422, "invalid_request",
                "name"),
            BadRequest(
                "a uid with a slash", "POST /v1/applications", #"{"name":"a","uid":"a/b"}"#, 422, "invalid_request",
                "uid"),
            BadRequest(
                "a uid that looks like an id", "POST /v1/applications", #"{"name":"a","uid":"app_\#(nobody)"}"#, 422,
                "invalid_request", "uid"),
            BadRequest(
                "a uid that is taken", "POST /v1/applications", #"{"name":"a","uid":"acme"}"#, 409, "conflict", "acme"),
            BadRequest("a key without a role", "POST /v1/keys", "{}", 422, "invalid_request", "role"),
            BadRequest(
                "a key with an unknown role", "POST /v1/keys", #"{"role":"root"}"#, 422, "invalid_request", "role"),
            BadRequest(
                "a key that has expired", "POST /v1/keys", #"{"role":"reader","expires_at":"2001-01-01T00:00:00Z"}"#,
                422, "invalid_request", "expires_at"),
            BadRequest(
                "a key of no application", "POST /v1/keys", #"{"role":"application"}"#, 422, "invalid_request",
                "application"),
            BadRequest(
                "a key with a text of one's own", "POST /v1/keys", #"{"role":"reader","key":"mk_live_1"}"#, 422,
                "unknown_field", "key"),
            BadRequest("an event type without a name", "POST /v1/event-types", "{}", 422, "invalid_request", "name"),
            BadRequest(
                "an event type with a schema that is none", "POST /v1/event-types", #"{"name":"a.b","schema":5}"#, 422,
                "invalid_request", "schema"),
            BadRequest(
                "an event type with an example that is none", "POST /v1/event-types", #"{"name":"a.b","example":"x"}"#,
                422, "invalid_request", "example"),
            BadRequest(
                "an event type that there is", "POST /v1/event-types", #"{"name":"only.here"}"#, 409,
                "event_type_exists", "only.here"),
            BadRequest(
                "an alert without a rule", "POST /v1/alerts", #"{"name":"a"}"#, 422, "invalid_request", "rule"),
            BadRequest(
                "an alert on nothing that there is", "POST /v1/alerts", #"{"name":"a","rule":{"type":"moon"}}"#, 422,
                "invalid_request", "rule.type"),
            BadRequest(
                "an alert with another rule's number", "POST /v1/alerts",
                #"{"name":"a","rule":{"type":"oldest_waiting","failures":3}}"#, 422, "unknown_field", "rule.failures"),
            BadRequest(
                "an alert about a webhook that is none", "POST /v1/alerts",
                #"{"name":"a","rule":{"type":"endpoint_disabled"},"webhook":"x"}"#, 422, "invalid_request", "webhook"),
            BadRequest(
                "an alert to somebody who is nobody", "POST /v1/alerts",
                #"{"name":"a","rule":{"type":"endpoint_disabled"},"emails":["x"]}"#, 422, "invalid_request",
                "emails"),
            BadRequest(
                "an environment of no profile", "PATCH /v1/environment", #"{"profile":"nothing"}"#, 422,
                "invalid_request", "profile"),
            BadRequest(
                "an unknown form of payloads", "PATCH /v1/environment", #"{"payload_form":"yaml"}"#, 422,
                "invalid_request", "payload_form"),
            BadRequest(
                "a retention of minutes", "PATCH /v1/environment", #"{"retention":{"history":"5m"}}"#, 422,
                "invalid_request", "retention.history"),
            BadRequest(
                "payloads that outlive their events", "PATCH /v1/environment",
                #"{"retention":{"payloads":"2d","history":"1d"}}"#, 422, "invalid_request", "retention.payloads"),
            BadRequest(
                "a retention that is a number", "PATCH /v1/environment", #"{"retention":30}"#, 422, "invalid_request",
                "retention"),
            BadRequest(
                "an environment that takes http by itself", "PATCH /v1/environment", #"{"require_https":false}"#, 422,
                "unknown_field", "require_https"),
            BadRequest("a profile without a name", "POST /v1/profiles", "{}", 422, "invalid_request", "name"),
            BadRequest(
                "a profile with a scheme that there is not", "POST /v1/profiles",
                #"{"name":"x","signature":{"scheme":"md5"}}"#, 422, "invalid_request", "signature.scheme"),
            BadRequest(
                "a profile with a header that frames", "POST /v1/profiles",
                #"{"name":"x","signature":{"signature_header":"a\r\nb"}}"#, 422, "invalid_request",
                "signature.signature_header"),
            BadRequest(
                "a profile of a name that is built in", "POST /v1/profiles", #"{"name":"fractio"}"#, 409,
                "profile_exists", "fractio"),
            BadRequest(
                "a change of what is built in", "PATCH /v1/profiles/standard", "{}", 409, "profile_built_in", "standard"
            ),
        ])

    /// Keys that do not count, and ids that name nothing.
    static let identity = BadRequestGroup(
        description: "identity",
        requests: [
            BadRequest(
                "no key", "POST /v1/events", #"{"type":"a.b","data":{}}"#, key: nil, 401, "missing_key", "Authorization"
            ),
            BadRequest(
                "a key of garbage", "POST /v1/events", #"{"type":"a.b","data":{}}"#, key: "garbage", 401, "invalid_key",
                "key"),
            BadRequest(
                "a key that is cut off", "POST /v1/events", #"{"type":"a.b","data":{}}"#, key: "mk_test_1", 401,
                "invalid_key", "key"),
            BadRequest(
                "a key of 10,000 letters", "POST /v1/events", "{}", key: String(repeating: "k", count: 10_000), 401,
                "invalid_key", "key"),
            BadRequest(
                "a key that has expired", "POST /v1/events", #"{"type":"a.b","data":{}}"#, key: "EXPIRED", 401,
                "expired_key", "expired"),
            BadRequest(
                "a reader that publishes", "POST /v1/events", #"{"type":"a.b","data":{}}"#, key: "READER", 403,
                "forbidden", "reader"),
            BadRequest(
                "a reader that registers", "POST /v1/webhooks", #"{"url":"https://example.com/","events":["*"]}"#,
                key: "READER", 403, "forbidden", "reader"),
            BadRequest("a publisher that reads", "GET /v1/events", "", key: "PUBLISHER", 403, "forbidden", "publisher"),
            BadRequest(
                "a publisher that makes keys", "POST /v1/keys", #"{"role":"admin"}"#, key: "PUBLISHER", 403,
                "forbidden", "publisher"),
            BadRequest(
                "another scheme", "POST /v1/events", "{}", headers: ["Authorization: Basic YTpi"], key: nil, 401,
                "wrong_scheme", "Bearer"),
            BadRequest(
                "two keys", "POST /v1/events", "{}", headers: ["Authorization: Bearer KEY"], 401, "invalid_key", "key"),
            BadRequest("a webhook that there is not", "GET /v1/webhooks/ep_\(nobody)", "", 404, "not_found", "webhook"),
            BadRequest("an id of another kind", "GET /v1/webhooks/evt_\(nobody)", "", 404, "not_found", "webhook"),
            BadRequest("an id in capitals", "GET /v1/webhooks/EP_\(nobody)", "", 404, "not_found", "webhook"),
            BadRequest(
                "an id with a letter that there is not", "GET /v1/webhooks/ep_u0000000000000000000000000", "", 404,
                "not_found", "webhook"),
            BadRequest(
                "an id that overflows", "GET /v1/webhooks/ep_z0000000000000000000000000", "", 404, "not_found",
                "webhook"),
            BadRequest("an id with a NUL", "GET /v1/webhooks/ep_%00", "", 404, "not_found", "webhook"),
            BadRequest("an id that is no UTF-8", "GET /v1/events/%ff%fe", "", 404, "not_found", "event"),
            BadRequest("an id with a broken escape", "GET /v1/events/%zz", "", 404, "not_found", "event"),
            BadRequest("an id that asks the database", "GET /v1/events/'%20OR%201=1--", "", 404, "not_found", "event"),
            BadRequest(
                "an id of 5,000 letters", "GET /v1/events/\(String(repeating: "x", count: 5000))", "", 404, "not_found",
                "event"),
            BadRequest("a name with a NUL", "GET /v1/event-types/a%00b", "", 404, "not_found", "event type"),
            BadRequest("a way out of the path", "GET /v1/applications/..%2fkeys", "", 404, "not_found", "application"),
            BadRequest(
                "a delivery that there is not", "POST /v1/deliveries/dlv_\(nobody)/retry", "", 404, "not_found",
                "delivery"),
            BadRequest(
                "a delivery to cancel that there is not", "POST /v1/deliveries/x/cancel", "", 404, "not_found",
                "delivery"),
            BadRequest("a replay of nothing", "POST /v1/events/nothing/replay", "", 404, "not_found", "event"),
            BadRequest(
                "a key to withdraw that there is not", "DELETE /v1/keys/key_\(nobody)", "", 404, "not_found", "key"),
            BadRequest("a profile that there is not", "DELETE /v1/profiles/nobody", "", 404, "not_found", "profile"),
            BadRequest("a secret of nothing", "GET /v1/webhooks/ep_\(nobody)/secret", "", 404, "not_found", "webhook"),
        ])

    /// Targets and methods that there are not, and queries that are not taken.
    static let targets = BadRequestGroup(
        description: "targets",
        requests: [
            BadRequest("the root", "GET /", "", 404, "no_such_route", "/"),
            BadRequest("a version to come", "GET /v2/events", "", 404, "no_such_route", "/v2/events"),
            BadRequest("dots", "GET /v1/events/../keys", "", 404, "no_such_route", ".."),
            BadRequest("dots in front", "GET /../../etc/passwd", "", 404, "no_such_route", ".."),
            BadRequest("a NUL in the path", "GET /v1/%00", "", 404, "no_such_route", "%00"),
            BadRequest("a backslash", "GET /v1\\events", "", 404, "no_such_route", "openapi.json"),
            BadRequest("capitals", "GET /V1/EVENTS", "", 404, "no_such_route", "/V1/EVENTS"),
            BadRequest("only a query", "GET /?a=b", "", 404, "no_such_route", "/"),
            BadRequest(
                "absolute, and nothing there", "GET http://other.example/nothing", "", 404, "no_such_route", "/nothing"),
            BadRequest(
                "a target of 10,000 letters", "GET /\(String(repeating: "x", count: 10_000))", "", 404, "no_such_route",
                "xxx"),
            BadRequest("PUT", "PUT /v1/webhooks", "{}", 405, "method_not_allowed", "PUT"),
            BadRequest("DELETE of a collection", "DELETE /v1/events", "", 405, "method_not_allowed", "DELETE"),
            BadRequest("TRACE", "TRACE /v1/events", "", 405, "method_not_allowed", "TRACE"),
            BadRequest("POST of the document", "POST /openapi.json", "{}", 405, "method_not_allowed", "POST"),
            BadRequest("a limit of nothing", "GET /v1/events?limit=0", "", 422, "invalid_request", "limit"),
            BadRequest("a limit beyond the most", "GET /v1/events?limit=251", "", 422, "invalid_request", "limit"),
            BadRequest(
                "a limit that overflows", "GET /v1/events?limit=99999999999999999999999", "", 422, "invalid_request",
                "limit"),
            BadRequest("a cursor of garbage", "GET /v1/events?cursor=x", "", 422, "invalid_request", "cursor"),
            BadRequest(
                "a cursor of another list", "GET /v1/events?cursor=ep_\(nobody)", "", 422, "invalid_request", "cursor"),
            BadRequest(
                "a status that there is not", "GET /v1/events?status=lost", "", 422, "invalid_request", "status"),
            BadRequest("a time that is none", "GET /v1/events?since=now", "", 422, "invalid_request", "since"),
            BadRequest("a query that is no UTF-8", "GET /v1/events?q=%ff", "", 422, "invalid_query", "q"),
            BadRequest(
                "a parameter that there is not", "GET /v1/webhooks?page=2", "", 422, "unknown_parameter", "page"),
            BadRequest(
                "a parameter without a name", "GET /v1/webhooks?=2", "", 422, "unknown_parameter", "no such parameter"),
            BadRequest(
                "an application that there is not", "GET /v1/deliveries?application=nobody", "", 422,
                "unknown_application", "application"),
            BadRequest(
                "a window that is none", "GET /v1/webhooks/WEBHOOK/stats?window=long", "", 422, "invalid_request",
                "window"),
        ])
}
