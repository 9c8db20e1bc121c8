extension BadRequestGroup {
    private static let nested = String(repeating: "[", count: 600) + String(repeating: "]", count: 600)
    private static let abyss = String(repeating: "[", count: 200_000)
    private static let large = String(repeating: "x", count: 1 << 20)

    /// Bodies that are not JSON, or not what they say they are.
    static let bodies = BadRequestGroup(
        description: "bodies",
        requests: [
            BadRequest("none at all", "POST /v1/events", "", 400, "not_json", "byte 0"),
            BadRequest("blanks", "POST /v1/events", " \n\t ", 400, "not_json", "not JSON"),
            BadRequest("a word", "POST /v1/webhooks", "hello", 400, "not_json", "byte 0"),
            BadRequest("cut off", "POST /v1/webhooks", #"{"url":"https://e"#, 400, "not_json", "not JSON"),
            BadRequest("a comma too many", "POST /v1/webhooks", #"{"events":["*"],}"#, 400, "not_json", "byte 16"),
            BadRequest("single quotes", "POST /v1/webhooks", "{'url':'x'}", 400, "not_json", "byte 1"),
            BadRequest("a comment", "POST /v1/webhooks", "{/*x*/}", 400, "not_json", "byte 1"),
            BadRequest("something behind it", "POST /v1/webhooks", "{} {}", 400, "not_json", "byte 3"),
            BadRequest("NaN", "POST /v1/webhooks", #"{"max_in_flight":NaN}"#, 400, "not_json", "byte 17"),
            BadRequest("Infinity", "POST /v1/webhooks", #"{"max_in_flight":-Infinity}"#, 400, "not_json", "not JSON"),
            BadRequest(
                "a number with a zero before it", "POST /v1/webhooks", #"{"max_in_flight":01}"#, 400, "not_json",
                "not JSON"),
            BadRequest(
                "a number with a plus", "POST /v1/webhooks", #"{"max_in_flight":+1}"#, 400, "not_json", "not JSON"),
            BadRequest(
                "a hexadecimal number", "POST /v1/webhooks", #"{"max_in_flight":0x10}"#, 400, "not_json", "not JSON"),
            BadRequest(
                "a line break in a string", "POST /v1/webhooks", "{\"url\":\"a\nb\"}", 400, "not_json", "not JSON"),
            BadRequest("a NUL in a string", "POST /v1/webhooks", "{\"url\":\"a\u{0}b\"}", 400, "not_json", "not JSON"),
            BadRequest("a broken escape", "POST /v1/webhooks", #"{"url":"\x41"}"#, 400, "not_json", "not JSON"),
            BadRequest("half an escape", "POST /v1/webhooks", #"{"url":"\u00"}"#, 400, "not_json", "not JSON"),
            BadRequest(
                "a byte order mark", "POST /v1/webhooks", body: [0xEF, 0xBB, 0xBF, 0x7B, 0x7D], 400, "byte_order_mark",
                "byte order mark"),
            BadRequest(
                "UTF-16", "POST /v1/webhooks", body: [0xFF, 0xFE, 0x7B, 0, 0x7D, 0], 400, "invalid_utf8", "at 0"),
            BadRequest(
                "Latin-1 where a key is due", "POST /v1/webhooks", body: [0x7B, 0xE9, 0x7D], 400, "invalid_utf8", "at 1"
            ),
            BadRequest("a letter where a key is due", "POST /v1/webhooks", "{é}", 400, "not_json", "byte 1"),
            BadRequest(
                "Latin-1", "POST /v1/webhooks", body: Array(#"{"description":"caf"#.utf8) + [0xE9] + Array("\"}".utf8),
                400, "invalid_utf8", "at 19"),
            BadRequest(
                "an overlong slash", "POST /v1/webhooks",
                body: Array(#"{"url":""#.utf8) + [0xC0, 0xAF] + Array("\"}".utf8), 400, "invalid_utf8", "UTF-8"),
            BadRequest(
                "a surrogate in UTF-8", "POST /v1/webhooks",
                body: Array(#"{"url":""#.utf8) + [0xED, 0xA0, 0x80] + Array("\"}".utf8), 400, "invalid_utf8", "UTF-8"),
            BadRequest(
                "a lone surrogate", "POST /v1/webhooks", #"{"description":"\ud800"}"#, 422, "lone_surrogate",
                "description"),
            BadRequest(
                "a key given twice", "POST /v1/webhooks", #"{"url":"a","url":"b"}"#, 422, "duplicate_key", "url"),
            BadRequest(
                "a key given twice in other spelling", "POST /v1/webhooks", #"{"url":"a","\u0075rl":"b"}"#, 422,
                "duplicate_key", "url"),
            BadRequest("an array for an object", "POST /v1/webhooks", "[]", 422, "not_an_object", "object"),
            BadRequest("null for an object", "POST /v1/keys", "null", 422, "not_an_object", "object"),
            BadRequest(
                "a string for an object", "PATCH /v1/applications/acme", #""x""#, 422, "not_an_object", "object"),
            BadRequest(
                "nesting of 600", "POST /v1/webhooks", #"{"metadata":\#(nested)}"#, 422, "nesting_too_deep",
                "$.metadata[0]"),
            BadRequest("nesting of 200,000", "POST /v1/webhooks", abyss, 422, "nesting_too_deep", "$[0][0]"),
            BadRequest(
                "more than is taken", "POST /v1/webhooks", #"{"description":"\#(large)"}"#, 413, "request_too_large",
                "1048576"),
            BadRequest(
                "more than is taken of an event", "POST /v1/events", #"{"type":"a.b","data":{"s":"\#(large)"}}"#, 413,
                "request_too_large", "1048576"),
            BadRequest(
                "a form", "POST /v1/events", "type=a.b", headers: ["Content-Type: application/x-www-form-urlencoded"],
                415, "unsupported_media_type", "x-www-form-urlencoded"),
            BadRequest(
                "plain text", "POST /v1/events", #"{"type":"a.b","data":{}}"#, headers: ["Content-Type: text/plain"],
                415, "unsupported_media_type", "text/plain"),
            BadRequest(
                "an empty type", "POST /v1/events", #"{"type":"a.b","data":{}}"#, headers: ["Content-Type:"], 415,
                "unsupported_media_type", "application/json"),
            BadRequest(
                "XML", "PATCH /v1/applications/acme", "<a/>", headers: ["Content-Type: application/xml"], 415,
                "unsupported_media_type", "application/xml"),
            BadRequest(
                "lines where one event is taken", "POST /v1/events", "{}",
                headers: ["Content-Type: application/x-ndjson"], 415, "unsupported_media_type", "x-ndjson"),
            BadRequest(
                "compressed", "POST /v1/events", body: [0x1F, 0x8B, 8, 0, 0], headers: ["Content-Encoding: gzip"], 415,
                "unsupported_encoding", "gzip"),
            BadRequest(
                "compressed another way", "POST /v1/webhooks", "{}", headers: ["Content-Encoding: br"], 415,
                "unsupported_encoding", "br"),
            BadRequest(
                "compressed without saying so", "POST /v1/events", body: [0x1F, 0x8B, 8, 0, 0], 400, "not_json",
                "byte 0x1F"),
        ])

    /// Payloads that cannot be carried unchanged.
    static let payloads = BadRequestGroup(
        description: "payloads",
        requests: [
            .payload("a string", #""text""#, 422, "top_level_not_object_or_array", "$.data"),
            .payload("a number", "1", 422, "top_level_not_object_or_array", "$.data"),
            .payload("null", "null", 422, "top_level_not_object_or_array", "$.data"),
            .payload("true", "true", 422, "top_level_not_object_or_array", "$.data"),
            .payload(
                "an integer that a double loses", #"{"a":[9007199254740993]}"#, 422, "integer_precision_lost",
                "$.data.a[0]"),
            .payload(
                "a long id as a number", #"{"id":12345678901234567890}"#, 422, "integer_precision_lost", "$.data.id"),
            .payload("a number that overflows", #"{"n":1e400}"#, 422, "number_overflow", "$.data.n"),
            .payload("a number that underflows the other way", #"{"n":-1e400}"#, 422, "number_overflow", "$.data.n"),
            .payload(
                "a number with a thousand digits", "[\(String(repeating: "9", count: 1000))]", 422, "number_overflow",
                "$.data[0]"),
            .payload("a key given twice", #"{"a":1,"a":2}"#, 422, "duplicate_key", "$.data.a"),
            .payload(
                "a key given twice, deep", #"{"a":[{"b":{"c":1,"c":1}}]}"#, 422, "duplicate_key", "$.data.a[0].b.c"),
            .payload("a lone surrogate", #"{"s":"\ud83d"}"#, 422, "lone_surrogate", "$.data.s"),
            .payload("surrogates the wrong way round", #"{"s":"\ude00\ud83d"}"#, 422, "lone_surrogate", "$.data.s"),
            .payload("a lone surrogate in a key", #"{"\ud83d":1}"#, 422, "lone_surrogate", "$.data"),
            .payload("nesting of 600", nested, 422, "nesting_too_deep", "$.data"),
            .payload("NaN", #"{"n":NaN}"#, 400, "not_json", "byte 26"),
            .payload("cut off", #"{"n":"#, 400, "not_json", "not JSON"),
        ])
}
