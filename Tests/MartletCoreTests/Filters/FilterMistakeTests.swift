import MartletCore
import Testing

@Suite struct FilterMistakeTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        let filter: String
        let place: String

        init(_ filter: String, _ place: String) {
            self.filter = filter
            self.place = place
        }

        var testDescription: String { "\(filter.prefix(80))" }
    }

    private static func nested(_ depth: Int) -> String {
        String(repeating: #"{"not":"#, count: depth) + #"{"data.a":1}"# + String(repeating: "}", count: depth)
    }

    private static func fields(_ count: Int) -> String {
        "{" + (0..<count).map { "\"data.f\($0)\":1" }.joined(separator: ",") + "}"
    }

    static let mistakes = [
        // Shapes
        Mistake("[]", ""), Mistake(#""x""#, ""), Mistake("{}", ""), Mistake(#"{"any":[]}"#, ".any"),
        Mistake(#"{"any":{"data.a":1}}"#, ".any"), Mistake(#"{"all":[1]}"#, ".all[0]"),
        Mistake(#"{"any":[{"data.a":1},{}]}"#, ".any[1]"), Mistake(#"{"not":[{"data.a":1}]}"#, ".not"),
        Mistake(#"{"not":{}}"#, ".not"), Mistake(#"{"data.a":{}}"#, #"["data.a"]"#),
        Mistake(#"{"data.a":[1,2]}"#, #"["data.a"]"#), Mistake(#"{"none":[{"data.a":1}]}"#, ".none"),
        Mistake(#"{"any":[{"all":[{"not":{"x":1}}]}]}"#, ".any[0].all[0].not.x"),
        // Paths
        Mistake(#"{"amount":1}"#, ".amount"), Mistake(#"{"database":1}"#, ".database"),
        Mistake(#"{"$.data.a":1}"#, #"["$.data.a"]"#), Mistake(#"{"data.":1}"#, #"["data."]"#),
        Mistake(#"{"data..a":1}"#, #"["data..a"]"#), Mistake(#"{"data.*":1}"#, #"["data.*"]"#),
        Mistake(#"{"data.a b":1}"#, #"["data.a b"]"#), Mistake(#"{"data.a]":1}"#, #"["data.a]"]"#),
        Mistake(#"{"data[":1}"#, #"["data["]"#), Mistake(#"{"data[1":1}"#, #"["data[1"]"#),
        Mistake(#"{"data[]":1}"#, #"["data[]"]"#), Mistake(#"{"data[-1]":1}"#, #"["data[-1]"]"#),
        Mistake(#"{"data[01]":1}"#, #"["data[01]"]"#), Mistake(#"{"data[1.5]":1}"#, #"["data[1.5]"]"#),
        Mistake(#"{"data[٣]":1}"#, #"["data[٣]"]"#), Mistake(#"{"data[9999999999]":1}"#, #"["data[9999999999]"]"#),
        Mistake(#"{"data[a]":1}"#, #"["data[a]"]"#), Mistake(#"{"data[\"a\"":1}"#, #"["data[\"a\""]"#),
        Mistake(#"{"data[\"a]":1}"#, #"["data[\"a]"]"#), Mistake(#"{"data[\"\\x\"]":1}"#, #"["data[\"\\x\"]"]"#),
        Mistake(#"{"data[0]a":1}"#, #"["data[0]a"]"#),
        Mistake("{\"data\(String(repeating: ".a", count: 17))\":1}", "[\"data\(String(repeating: ".a", count: 17))\"]"),
        Mistake(
            "{\"data.\(String(repeating: "x", count: 252))\":1}", "[\"data.\(String(repeating: "x", count: 59))…\"]"),
        // Tests
        Mistake(#"{"data.a":{"equals":1}}"#, #"["data.a"].equals"#),
        Mistake(#"{"data.a":{"ne":1}}"#, #"["data.a"].ne"#),
        Mistake(#"{"data.a":{"eq":[1]}}"#, #"["data.a"].eq"#), Mistake(#"{"data.a":{"eq":{}}}"#, #"["data.a"].eq"#),
        Mistake(#"{"data.a":{"in":1}}"#, #"["data.a"].in"#), Mistake(#"{"data.a":{"in":[]}}"#, #"["data.a"].in"#),
        Mistake(#"{"data.a":{"in":[1,[2]]}}"#, #"["data.a"].in[1]"#),
        Mistake(
            "{\"data.a\":{\"in\":[\((0...100).map(String.init).joined(separator: ","))]}}", #"["data.a"].in"#),
        Mistake(#"{"data.a":{"gt":true}}"#, #"["data.a"].gt"#),
        Mistake(#"{"data.a":{"gte":null}}"#, #"["data.a"].gte"#),
        Mistake(#"{"data.a":{"lt":[]}}"#, #"["data.a"].lt"#), Mistake(#"{"data.a":{"lte":{}}}"#, #"["data.a"].lte"#),
        Mistake(#"{"data.a":{"gt":1,"lt":"z"}}"#, #"["data.a"].gt"#),
        Mistake(#"{"data.a":{"prefix":1}}"#, #"["data.a"].prefix"#),
        Mistake(#"{"data.a":{"prefix":""}}"#, #"["data.a"].prefix"#),
        Mistake(#"{"data.a":{"exists":1}}"#, #"["data.a"].exists"#),
        Mistake(#"{"data.a":{"exists":false,"eq":1}}"#, #"["data.a"].exists"#),
        // Numbers that no payload can hold
        Mistake(#"{"data.a":9007199254740993}"#, #"["data.a"]"#),
        Mistake(#"{"data.a":{"gt":1e999}}"#, #"["data.a"].gt"#),
        Mistake(#"{"data.a":{"in":[1,-1e999]}}"#, #"["data.a"].in[1]"#),
        // Bounds
        Mistake(nested(9), String(repeating: ".not", count: 9)), Mistake(fields(65), ""),
        Mistake("{\"data.a\":\"\(String(repeating: "x", count: PayloadFilter.longestText))\"}", ""),
    ]

    @Test(arguments: mistakes)
    func aMistakeIsToldByItsPlaceWithHowToMendIt(mistake: Mistake) throws {
        let value = try JSONValue(parsing: mistake.filter)

        let invalid = #expect(throws: PayloadFilter.Invalid.self) { try PayloadFilter(value) }

        #expect(invalid?.mistakes.map(\.place) == [mistake.place])
        #expect(invalid?.mistakes.allSatisfy { $0.message.hasSuffix(".") } == true, "\(invalid?.description ?? "")")
    }

    @Test func whatIsAtItsBoundIsTaken() throws {
        let longest = #"{"data.a":""}"#.utf8.count
        let texts = [
            Self.nested(8), Self.fields(64), "{\"data\(String(repeating: ".a", count: 16))\":1}",
            "{\"data.\(String(repeating: "x", count: 251))\":1}", #"{"data[999999999]":1}"#,
            "{\"data.a\":{\"in\":[\((1...100).map(String.init).joined(separator: ","))]}}",
            "{\"data.a\":\"\(String(repeating: "x", count: PayloadFilter.longestText - longest))\"}",
        ]

        for text in texts { #expect(throws: Never.self) { try PayloadFilter(JSONValue(parsing: text)) } }
    }

    @Test func everyMistakeIsToldAtOnceUpToTwenty() throws {
        let several = try JSONValue(parsing: #"{"a":1,"data.b":{"gt":true,"like":"x"},"any":[{"data.c":[]}]}"#)
        let many = try JSONValue(parsing: "{\((0..<50).map { "\"x\($0)\":1" }.joined(separator: ","))}")

        let invalid = #expect(throws: PayloadFilter.Invalid.self) { try PayloadFilter(several) }
        let bounded = #expect(throws: PayloadFilter.Invalid.self) { try PayloadFilter(many) }

        #expect(
            invalid?.mistakes.map(\.place)
                == [".a", #"["data.b"].gt"#, #"["data.b"].like"#, #".any[0]["data.c"]"#])
        #expect(bounded?.mistakes.count == 20)
    }
}
