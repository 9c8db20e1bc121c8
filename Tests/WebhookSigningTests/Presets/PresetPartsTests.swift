import Testing

@testable import WebhookSigning

/// The readers that presets are made of.
@Suite struct PresetPartsTests {
    // MARK: JSON

    static let document = Array(
        #" {"a":{"b":[10,{"c~d/e":"x\u00e9\n\ud83d\ude00\ud800"}]},"":"empty","n":null,"t":true,"a2":-1.5e3} "#.utf8)

    @Test(
        arguments: [
            ("/a/b/0", "10"), ("/a/b/1/c~0d~1e", "xé\n😀\u{FFFD}"), ("/", "empty"), ("/t", "true"), ("/a2", "-1.5e3"),
            ("/n", nil), ("/a", nil), ("/a/b/2", nil), ("/a/b/00", nil), ("/a/b/-", nil), ("/missing", nil), ("", nil),
        ] as [(JSONPointer, String?)])
    func aPointerFindsWhatItLeadsTo(pointer: JSONPointer, text: String?) {
        #expect(JSONProbe.string(pointer, in: Self.document) == text)
    }

    @Test(arguments: ["a", "/~", "/~2", "/a~", String(repeating: "/", count: 257)])
    func whatIsNoPointerIsNotRead(text: String) {
        #expect(JSONPointer(text) == nil)
    }

    @Test(arguments: ["", "/", "/a/b", "/~0~1", "/a//b"])
    func aPointerIsWrittenAsItWasRead(text: String) {
        #expect(JSONPointer(text)?.description == text)
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\":1,}", "{a:1}", "01", "1.", ".5", "1e", "-", "+1", "tru", "nul", "\"", "\"\\x\"",
        "\"\\u12g4\"", "\"\u{1}\"", "{} {}", "[1 2]", "{\"a\" 1}", "\u{FEFF}{}", "'a'", "NaN",
    ])
    func whatIsNoJSONHasNoValues(text: String) {
        #expect(!JSONProbe.isJSON(Array(text.utf8)))
    }

    @Test func depthIsBounded() {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }

        #expect(JSONProbe.isJSON(nested(JSONProbe.deepest + 1)))
        #expect(!JSONProbe.isJSON(nested(JSONProbe.deepest + 2)))
        #expect(!JSONProbe.isJSON(nested(1_000_000)))
    }

    @Test func aLaterMemberOfTheSameNameHidesTheFirst() {
        let text = Array(#"{"a":{"b":1},"a":2}"#.utf8)

        #expect(JSONProbe.string("/a/b", in: text) == nil)
        #expect(JSONProbe.string("/a", in: text) == "2")
    }

    @Test func twoSpellingsOfALetterAreTwoNames() {
        #expect(JSONProbe.string("/e\u{301}", in: Array("{\"\u{e9}\":1}".utf8)) == nil)
    }

    @Test(
        arguments: [
            (#"{"a":1,"b":2,"c":3}"#, "/a", #"{"b":2,"c":3}"#), (#"{"a":1,"b":2,"c":3}"#, "/c", #"{"a":1,"b":2}"#),
            (#"{ "a" : 1 , "b" : 2 }"#, "/a", #"{ "b" : 2 }"#), (#"{ "a" : 1 , "b" : 2 }"#, "/b", #"{ "a" : 1  }"#),
            (#"{"a":1}"#, "/a", "{}"), (#"{"x":{"a":[]}}"#, "/x/a", #"{"x":{}}"#), (#"[1,2]"#, "/0", nil),
            (#"{"a":1}"#, "/b", nil), (#"{"a":1}"#, "", nil),
        ] as [(String, JSONPointer, String?)])
    func aMemberIsTakenOut(text: String, pointer: JSONPointer, rest: String?) {
        let removed = JSONProbe.removing(pointer, from: Array(text.utf8))

        #expect(removed.map { String(decoding: $0, as: UTF8.self) } == rest)
    }

    @Test(
        arguments: [
            (#"{"a":1}"#, "/a", #"{"a":"v\"<"}"#), (#"{}"#, "/a", #"{"a":"v\"<"}"#),
            (#"{"b":1}"#, "/a", #"{"a":"v\"<","b":1}"#), (#"{}"#, "/a/b", #"{"a":{"b":"v\"<"}}"#), ("[]", "/a", nil),
            (#"{"a":1}"#, "/a/b", nil), ("", "/a", nil), (#"[{}]"#, "/0/a", #"[{"a":"v\"<"}]"#),
        ] as [(String, JSONPointer, String?)])
    func aMemberIsPutIn(text: String, pointer: JSONPointer, result: String?) {
        let set = JSONProbe.setting(pointer, to: "v\"<", in: Array(text.utf8))

        #expect(
            set.map { String(decoding: $0, as: UTF8.self) }
                == result.map { $0.split(separator: "<").joined(separator: "\\u003c") })
    }

    // MARK: Forms and URLs

    @Test func aFormsFieldsAreDecodedAndSorted() {
        let form = FormFields("b=2&a=1+1&b=%31&b=2&c&=x&%zz=%4".utf8)

        #expect(form.first("a") == "1 1")
        #expect(form.first("c") == "")
        #expect(form.first("%zz") == "%4")
        #expect(String(decoding: form.sortedText, as: UTF8.self) == "x%zz%4a1 1b1b2c")
    }

    @Test func aFormOfTooManyFieldsHasNone() {
        let text = Array(repeating: "a=1", count: FormFields.most + 1).joined(separator: "&")

        #expect(FormFields(text.utf8).fields.isEmpty)
    }

    @Test(arguments: ["", "a", "://", "https://", "/path", "http:/x"])
    func whatIsNoURLHasNoParts(text: String) {
        #expect(URLParts(text) == nil)
    }

    @Test func aURLIsTakenApart() throws {
        let url = try #require(URLParts("https://[::1]:8443/a/b?x=1?y#z"))

        #expect(url.scheme == "https")
        #expect(url.hostAndPort.host == "[::1]")
        #expect(url.hostAndPort.port == "8443")
        #expect(url.path == "/a/b")
        #expect(url.query == "x=1?y")
        #expect(url.withOtherPort == "https://[::1]/a/b?x=1?y")
    }

    // MARK: Time

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2020-01-01T00:00:00-07:00", 1_577_862_000),
            ("2023-11-14T22:13:20.123456789Z", 1_700_000_000), ("2000-02-29t12:00:00z", 951_825_600),
            ("1969-12-31T23:59:59Z", -1), ("0000-01-01T00:00:00Z", -62_167_219_200),
            ("9999-12-31T23:59:59Z", 253_402_300_799), ("2016-12-31T23:59:60Z", 1_483_228_800),
        ] as [(String, Int64)])
    func datesAreRead(text: String, seconds: Int64) {
        #expect(RFC3339.seconds(Array(text.utf8)[...]) == seconds)
    }

    @Test(arguments: [
        "", "2020-01-01", "2020-01-01T00:00:00", "2020-13-01T00:00:00Z", "2019-02-29T00:00:00Z",
        "2020-01-01T24:00:00Z", "2020-01-01T00:60:00Z", "2020-01-01T00:00:00.Z", "2020-01-01T00:00:00+0700",
        "2020-01-01T00:00:00Z ", "20200101T000000Z", "2020-01-01T00:00:00+24:00", "é",
    ])
    func whatIsNoDateIsNotRead(text: String) {
        #expect(RFC3339.seconds(Array(text.utf8)[...]) == nil)
    }

    @Test func datesAreWrittenAsTheyAreRead() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<2000 {
            let seconds = Int64.random(in: -62_167_219_200...253_402_300_799, using: &generator)

            #expect(RFC3339.seconds(Array(RFC3339.text(seconds).utf8)[...]) == seconds)
        }
    }

    // MARK: Addresses

    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false), ("192.0.2.1", "192.0.2.1", true),
        ("192.0.2.0/24", "::ffff:192.0.2.7", true), ("0.0.0.0/0", "255.1.2.3", true),
        ("0.0.0.0/0", "2001:db8::1", false),
        ("2001:db8::/33", "2001:db8:7fff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
        ("::/0", "1.2.3.4", true), ("fe80::/10", "fe80::1%eth0", true), ("192.0.2.0/31", "192.0.2.1", true),
        ("192.0.2.0/24", "192.0.2.01", false), ("192.0.2.0/24", "", false), ("::1", "0:0:0:0:0:0:0:1", true),
    ])
    func anAddressIsInItsRange(range: String, address: String, isInside: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(address) == isInside)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/", "10.0.0.1/8", "::/129", "1::2::3", "1:2:3:4:5:6:7", ":::",
        "1:2:3:4:5:6:7:8:9", "12345::", "g::", "1.2.3.256", "0x7f.1.1.1", "1.2.3.4.5", "::1.2.3", "/8",
    ])
    func whatIsNoRangeIsNotRead(text: String) {
        #expect(AddressRange(text) == nil)
    }

    // MARK: Structured fields

    @Test(arguments: [
        (
            #"a=1, b="x\"y\\";p;q=?0 , c=:AQI=:, d=(1 "two" tok/en;z=-5);w"#,
            #"a=1|b="x\"y\\";p;q=?0|c=:AQI=:|d=(1 "two" tok/en;z=-5);w"#
        ),
        ("a, b;x", "a=?1|b=?1;x"), ("a=1, a=2", "a=2"), ("  ", ""), ("a=()", "a=()"), ("a=(  1   2  )", "a=(1 2)"),
    ])
    func aDictionaryIsReadAndWritten(text: String, written: String) throws {
        let members = try #require(StructuredField.dictionary(text))

        #expect(members.map { "\($0.name)=\($0.member.serialised)" }.joined(separator: "|") == written)
    }

    @Test(arguments: [
        "a=", "a=1,", "A=1", "a=\"", "a=\"\\x\"", "a=:AQI", "a=(1", "a=(1,2)", "a=?2", "a=1.5", "a=1 b=2", "a=é",
        "a=\"é\"", "=1", ",", "a=1;", "a=1;=2", "a=-", "a=1234567890123456", "a=(\"x\"\"y\")",
    ])
    func whatIsNoDictionaryIsNotRead(text: String) {
        #expect(StructuredField.dictionary(text) == nil)
    }

    @Test func theCRCIsThatOfIEEE() {
        let check = Array("123456789".utf8).withUnsafeBytes { crc32($0) }

        #expect(check == 0xCBF4_3926)
    }
}
