import Testing
import WebhookSigning

/// The signature is over one spelling of the body, and another arrives.
@Suite struct BodySpellingTests {
    private func failure(signed: String, received: String, profile: SignatureProfile = .sharmo) throws
        -> VerificationFailure?
    {
        let headers = try Samples.headers(profile, body: Array(signed.utf8))
        return try Samples.verifier(profile)
            .verify(headers: headers, body: Array(received.utf8), now: Samples.timestamp).failure
    }

    @Test(arguments: [
        // JSON.stringify, and what a pretty printer or a text editor made of it.
        (#"{"a":[1,2],"b":{"c":"d e"}}"#, #"{ "a": [1, 2],  "b": {"c": "d e"} }"#, BodySpelling.minified),
        ("{\"a\":1}", "{\r\n\t\"a\" : 1\r\n}", .minified),
        ("{\"a\":1}\n", "{\"a\":1}", .finalNewlineAdded),
        ("{\"a\":1}", "{\"a\":1}\n", .finalNewlineRemoved),
        ("{\"a\":1}", "{\"a\":1}\r\n", .finalNewlineRemoved),
        ("a\nb\n", "a\r\nb\r\n", .lineFeeds),
        ("a\r\nb\r\n", "a\nb\n", .carriageReturnsAdded),
        ("{}", "\u{FEFF}{}", .byteOrderMarkRemoved),
        ("", "{\"a\":1}", .empty),
        // Escapes alone differ.
        (#"{ "a": "é/" }"#, #"{ "a": "\u00e9\/" }"#, .escapesUndone),
        (#"{ "a": "\u00e9\ud83d\ude00" }"#, #"{ "a": "é😀" }"#, .escapedNonASCII),
        (#"{ "a": "x\/y" }"#, #"{ "a": "x/y" }"#, .escapedSlashes),
        (#"{ "a": "\u00e9\/y" }"#, #"{ "a": "é/y" }"#, .escapedNonASCIIAndSlashes),
        // PHP, Python, Go, Foundation, pretty printers.
        (#"{"a":"\u00e9\/y","b":1}"#, #"{"a": "é/y", "b": 1}"#, .minifiedEscapedNonASCIIAndSlashes),
        (#"{"a":"\u00e9","b":1}"#, #"{"a": "é", "b": 1}"#, .minifiedEscapedNonASCII),
        (#"{"a":"x\/y","b":1}"#, #"{"a": "x/y", "b": 1}"#, .minifiedEscapedSlashes),
        (#"{"a": "é", "b": [1, 2]}"#, #"{"a":"é","b":[1,2]}"#, .spaced),
        (#"{"a": "\u00e9", "b": [1, 2]}"#, #"{"a":"é","b":[1,2]}"#, .spacedEscapedNonASCII),
        (#"{"a":"\u003cb\u003e \u0026 \u2028"}"#, "{\"a\":\"<b> & \u{2028}\"}", .minifiedEscapedHTML),
        ("{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}", #"{"a":[1,{}],"b":[]}"#, .indentedByTwo),
        ("{\n    \"a\": \"é\"\n}", #"{"a":"é"}"#, .indentedByFour),
        ("{\n    \"a\": \"\\u00e9\"\n}", #"{"a":"é"}"#, .indentedByFourEscapedNonASCII),
    ])
    func anotherSpellingOfTheBodyIsTold(signed: String, received: String, spelling: BodySpelling) throws {
        for profile in [SignatureProfile.sharmo, .standard, .getequity, .standardEd25519] {
            #expect(try failure(signed: signed, received: received, profile: profile) == .bodyReserialised(spelling))
        }
    }

    @Test(arguments: [
        // Another value, another order, another number, white space inside a string, broken JSON.
        (#"{"a":1}"#, #"{ "a": 2 }"#), (#"{"a":1,"b":2}"#, #"{ "b": 2, "a": 1 }"#), (#"{"a":1}"#, #"{ "a": 1.0 }"#),
        (#"{"a":"b c"}"#, #"{"a":"bc"}"#), (#"{"a":"b  c"}"#, #"{ "a":"b c"}"#), (#"{"a":1}"#, #"{ "a": 1 "#),
        (#"{"a":1}"#, #"{"a":1}}"#), ("ab", "a b"), (#"{"a":"\"}"#, #"{ "a":"\"}"#),
        (#"{"a":"é"}"#, #"{"a":"\u00"}"#), (#"{"a":"é"}"#, #"{"a":"\x"}"#),
    ])
    func anotherBodyIsNotAnotherSpelling(signed: String, received: String) throws {
        #expect(try failure(signed: signed, received: received) == .wrongSecret)
    }

    @Test func loneSurrogatesStayAsTheyWereWritten() throws {
        #expect(
            try failure(signed: #"{"a":"\ud800","b":"\udc00x"}"#, received: #"{ "a": "\uD800", "b": "\uDC00x" }"#)
                == .bodyReserialised(.minified))
    }

    @Test func controlCharactersAreWrittenAsJavaScriptWritesThem() throws {
        #expect(
            try failure(
                signed: #"{"a":"\b\f\n\r\t\u0000\u001f\"\\"}"#,
                received: #"{ "a": "\u0008\u000c\u000A\u000d\u0009\u0000\u001F\u0022\u005c" }"#)
                == .bodyReserialised(.minified))
    }

    @Test(arguments: [
        String(repeating: "[", count: 100_000),
        String(repeating: "[", count: 60_000) + String(repeating: "]", count: 60_000),
        "[" + String(repeating: "1,", count: 60_000) + "1]",
        "\"" + String(repeating: "\\", count: 9999),
        "{\"" + String(repeating: "\u{1}", count: 20_000) + "\"}",
    ])
    func hostileBodiesAreRefusedWithoutAnExplanation(received: String) throws {
        #expect(try failure(signed: "{}", received: received) == .wrongSecret)
    }

    @Test func bytesThatAreNotUTF8AreRefusedWithoutAnExplanation() throws {
        let verifier = try Samples.verifier(.sharmo)
        let headers = try Samples.headers(.sharmo)
        for tail: [UInt8] in [[0x80], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xFF], [0xED, 0xA0, 0x80]] {
            let result = verifier.verify(
                headers: headers, body: Array("{\"a\": \"".utf8) + tail + Array("\"}".utf8), now: Samples.timestamp)

            #expect(result == .invalid(.wrongSecret))
        }
    }

    @Test func aBodyBeyondTheLimitIsNotSpeltAnew() throws {
        let inside = "[" + String(repeating: "1,", count: 60_000) + "1]"
        let beyond = "[" + String(repeating: "1,", count: 70_000) + "1]"

        #expect(try failure(signed: inside, received: inside + "\n") == .bodyReserialised(.finalNewlineRemoved))
        #expect(try failure(signed: beyond, received: beyond + "\n") == .wrongSecret)
    }
}
