extension BadRequestGroup {
    private static let longText = String(repeating: "x", count: 5000)

    /// Webhooks with settings that are not acceptable.
    static let webhooks = BadRequestGroup(
        description: "webhooks",
        requests: [
            BadRequest("nothing in it", "POST /v1/webhooks", "{}", 422, "invalid_request", "url"),
            BadRequest("no URL", "POST /v1/webhooks", #"{"events":["*"]}"#, 422, "invalid_request", "url"),
            BadRequest("no events", "POST /v1/webhooks", #"{"url":"https://example.com/"}"#, 422, "invalid_request", "events"),
            BadRequest("a field that there is not", "POST /v1/webhooks", #"{"url":"https://example.com/","events":["*"],"enabled":true}"#, 422, "unknown_field", "enabled"),
            .webhook("an empty list of events", "events", "[]", "events"), .webhook("a string of events", "events", #""*""#, "events"),
            .webhook("a number among events", "events", #"["a",1]"#, "events"), .webhook("an event given twice", "events", #"["a","a"]"#, "events"),
            .webhook("an event with a blank", "events", #"["a b"]"#, "events[0]"), .webhook("a star in front", "events", #"["*.created"]"#, "events[0]"),
            .webhook("a star in the middle", "events", #"["a.*.b"]"#, "events[0]"), .webhook("a star behind letters", "events", #"["a*"]"#, "events[0]"),
            .webhook("too many events", "events", "[\((0..<101).map { "\"t\($0)\"" }.joined(separator: ","))]", "events"),
            .webhook("a string for active", "active", #""yes""#, "active"), .webhook("null for active", "active", "null", "active"),
            .webhook("a long description", "description", "\"\(longText)\"", "description"),
            .webhook("an unknown profile", "profile", #""nobody""#, "profile"), .webhook("an empty profile", "profile", #""""#, "profile"),
            .webhook("a header with a line break", "headers", #"{"X-A":"a\r\nX-B: b"}"#, "headers.X-A"),
            .webhook("a header with a line feed", "headers", #"{"X-A":"a\nb"}"#, "headers.X-A"),
            .webhook("a header with a NUL", "headers", #"{"X-A":"a\u0000b"}"#, "headers.X-A"),
            .webhook("a header of other letters", "headers", #"{"X-A":"é"}"#, "headers.X-A"),
            .webhook("a header name with a line break", "headers", #"{"X-A\r\nX-B":"b"}"#, "headers.X-A"),
            .webhook("a header name with a colon", "headers", #"{"X-A:":"b"}"#, "headers.X-A:"), .webhook("a header without a name", "headers", #"{"":"b"}"#, "headers."),
            .webhook("a header that frames", "headers", #"{"Content-Length":"5"}"#, "headers.Content-Length"),
            .webhook("a header that frames, in small letters", "headers", #"{"transfer-encoding":"chunked"}"#, "headers.transfer-encoding"),
            .webhook("the Host", "headers", #"{"host":"evil.example"}"#, "headers.host"),
            .webhook("the signature", "headers", #"{"Webhook-Signature":"v1,x"}"#, "headers.Webhook-Signature"),
            .webhook("a header given twice", "headers", #"{"X-A":"a","x-a":"b"}"#, "headers.x-a"), .webhook("a long header", "headers", "{\"X-A\":\"\(longText)\"}", "headers.X-A"),
            .webhook("a list of headers", "headers", "[]", "headers"), .webhook("a number for a header", "headers", #"{"X-A":1}"#, "headers"),
            .webhook("no attempt at once", "max_in_flight", "0", "max_in_flight"), .webhook("half an attempt", "max_in_flight", "1.5", "max_in_flight"),
            .webhook("a huge number", "max_in_flight", "99999999999999999999", "max_in_flight"), .webhook("a string for a number", "max_in_flight", #""5""#, "max_in_flight"),
            .webhook("a number for a duration", "timeout", "5", "timeout"), .webhook("a duration without a unit", "timeout", #""5""#, "timeout"),
            .webhook("a duration below nothing", "timeout", #""-5s""#, "timeout"), .webhook("a duration with a blank", "timeout", #""5 s""#, "timeout"),
            .webhook("a duration of ISO 8601", "timeout", #""PT5S""#, "timeout"), .webhook("half a second", "timeout", #""0.5s""#, "timeout"),
            .webhook("no time", "timeout", #""0s""#, "timeout"), .webhook("too much time", "timeout", #""2m""#, "timeout"),
            .webhook("a duration that overflows", "timeout", #""999999999999999d""#, "timeout"),
            .webhook("other digits", "timeout", #""٥s""#, "timeout"), .webhook("delays as a string", "retry", #"{"delays":"5s"}"#, "retry.delays"),
            .webhook("a delay of nothing", "retry", #"{"delays":["5s","0s"]}"#, "retry.delays[1]"), .webhook("no schedule", "retry", "{}", "retry.delays"),
            .webhook("two schedules", "retry", #"{"delays":["5s"],"exponential":{"first":"1s","longest":"1m"},"window":"1h"}"#, "retry.exponential"),
            .webhook("an exponential without an end", "retry", #"{"exponential":{"first":"1s","longest":"1m"}}"#, "retry.window"),
            .webhook("too much jitter", "retry", #"{"delays":["5s"],"jitter":1.5}"#, "retry.jitter"), .webhook("a list for a policy", "retry", "[]", "retry"),
            .webhook("an unknown success", "success", #""3xx""#, "success"), .webhook("no success", "success", "[]", "success"),
            .webhook("a status that there is not", "success", "[200,999]", "success"), .webhook("statuses as strings", "success", #"["200"]"#, "success"),
            .webhook("metadata of numbers", "metadata", #"{"a":1}"#, "metadata"), .webhook("metadata without a name", "metadata", #"{"":"a"}"#, "metadata."),
            .webhook("an empty secret", "secret", #""""#, "secret"), .webhook("a secret that is no base64", "secret", #""whsec_!!!!""#, "secret"),
            .webhook("a secret that is too short", "secret", #""whsec_YQ==""#, "secret"), .webhook("null for a secret", "secret", "null", "secret"),
        ])

    /// URLs that are none, or that lead where nothing may go.
    static let addresses = BadRequestGroup(
        description: "addresses",
        requests: [
            "", " ", "example.com", "/webhook", "//example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/",
            "javascript:alert(1)", "https://", "https:///x", "https://user:pw@example.com/", "https://user@example.com/",
            "https://example.com:0/", "https://example.com:99999/", "https://example.com:22/", "https://exa mple.com/",
            "https://example.com/a\\r\\nX-B: b", "https://localhost/", "https://LOCALHOST./", "https://127.0.0.1/", "https://127.1/",
            "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://10.0.0.1/", "https://172.16.0.1/",
            "https://192.168.1.1/", "https://169.254.169.254/latest/meta-data/", "https://100.64.0.1/", "https://0.0.0.0/", "https://[::1]/",
            "https://[::]/", "https://[fe80::1]/", "https://[fc00::1]/", "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/", "https://224.0.0.1/", "https://255.255.255.255/", "https://192.0.2.1/",
            "https://metadata.google.internal/", "https://printer.local/",
        ].map { .webhook("the URL '\($0)'", "url", "\"\($0)\"", "url") } + [
            .webhook("a number for a URL", "url", "5", "url"), .webhook("null for a URL", "url", "null", "url"),
            .webhook("a URL that is too long", "url", "\"https://example.com/\(String(repeating: "x", count: 100_000))\"", "url"),
        ])
}
