import MartletCore
import Testing

@Suite struct PayloadFilterTests {
    private static let payload = #"""
        {"amount":150.5,"count":0,"minus":-3,"tiny":1e-7,"big":9007199254740992,"status":"paid","empty":"","country":"NG",
        "paid":true,"refund":false,"note":null,"customer":{"id":"c_1","name":"Adé","address":{"city":"Lagos"}},
        "tags":["vip","new"],"items":[{"price":5,"sku":"a-1"},{"price":20,"sku":"b-2","gift":null},{"sku":"b-3"}],
        "matrix":[[1,2],[3,4]],"none":[],"a.b":"dotted","a key":"blank","quote\"d":"q","line":"one\ntwo","0":"zero",
        "day":"2026-03-01T10:00:00Z","emoji":"😀","":"nameless"}
        """#

    private static let wanted = [
        // Equality
        #"{"data.status":"paid"}"#, #"{"data.status":{"eq":"paid"}}"#, #"{"data.amount":150.5}"#,
        #"{"data.amount":150.50}"#, #"{"data.amount":1505e-1}"#, #"{"data.count":0}"#, #"{"data.count":-0}"#,
        #"{"data.minus":-3}"#, #"{"data.tiny":0.0000001}"#, #"{"data.big":9007199254740992}"#, #"{"data.paid":true}"#,
        #"{"data.refund":false}"#, #"{"data.note":null}"#, #"{"data.empty":""}"#, #"{"data.line":"one\ntwo"}"#,
        #"{"data.line":"one\u000atwo"}"#, #"{"data.emoji":"\ud83d\ude00"}"#, #"{"data.customer.name":"Adé"}"#,
        // Lists
        #"{"data.country":{"in":["GH","NG"]}}"#, #"{"data.amount":{"in":["x",null,150.5]}}"#,
        // Ranges
        #"{"data.amount":{"gt":150}}"#, #"{"data.amount":{"gte":150.5}}"#, #"{"data.amount":{"lt":150.51}}"#,
        #"{"data.amount":{"lte":150.5}}"#, #"{"data.amount":{"gte":100,"lt":200}}"#, #"{"data.minus":{"lt":-2.9}}"#,
        #"{"data.day":{"gte":"2026-03-01","lt":"2026-03-02"}}"#, #"{"data.status":{"gt":"paia"}}"#,
        #"{"data.emoji":{"gt":"\uffff"}}"#, #"{"data.empty":{"lt":"a"}}"#, #"{"data.line":{"lt":"oneA"}}"#,
        // Prefixes
        #"{"data.customer.id":{"prefix":"c_"}}"#, #"{"data.status":{"prefix":"paid"}}"#,
        #"{"data.line":{"prefix":"one\n"}}"#, #"{"data.emoji":{"prefix":"😀"}}"#,
        // Presence
        #"{"data.note":{"exists":true}}"#, #"{"data.nothing":{"exists":false}}"#, #"{"data.customer":{"exists":true}}"#,
        #"{"data.none":{"exists":true}}"#, #"{"data.none[0]":{"exists":false}}"#, #"{"data":{"exists":true}}"#,
        #"{"data.status.length":{"exists":false}}"#, #"{"data.amount":{"exists":true,"gt":1}}"#,
        // Paths
        #"{"data.customer.address.city":"Lagos"}"#, #"{"data[\"customer\"].address[\"city\"]":"Lagos"}"#,
        #"{"data[\"a.b\"]":"dotted"}"#, #"{"data[\"a key\"]":"blank"}"#, #"{"data[\"quote\\\"d\"]":"q"}"#,
        #"{"data.0":"zero"}"#, #"{"data[\"\"]":"nameless"}"#, #"{"data.tags[0]":"vip"}"#, #"{"data.tags[*]":"new"}"#,
        #"{"data.items[1].price":20}"#, #"{"data.items[*].price":{"gte":20}}"#, #"{"data.items[*].gift":null}"#,
        #"{"data.items[*].price":{"gt":4,"lt":6}}"#, #"{"data.matrix[*][*]":4}"#, #"{"data.matrix[1][*]":{"lt":4}}"#,
        #"{"data.matrix[*][0]":3}"#, #"{"data.items[*].sku":{"in":["b-3"]},"data.items[0].sku":"a-1"}"#,
        // Combinations
        #"{"data.status":"paid","data.country":"NG"}"#, #"{"any":[{"data.status":"due"},{"data.paid":true}]}"#,
        #"{"all":[{"data.status":"paid"},{"data.paid":true}]}"#, #"{"not":{"data.status":"due"}}"#,
        #"{"not":{"data.nothing":"x"}}"#, #"{"not":{"data.items[*].price":{"gt":20}}}"#,
        #"{"not":{"not":{"data.paid":true}}}"#, #"{"not":{"any":[{"data.paid":false},{"data.count":1}]}}"#,
        #"{"any":[{"all":[{"data.count":1}]},{"not":{"data.count":1},"data.status":"paid"}],"data.country":"NG"}"#,
    ]

    private static let unwanted = [
        // Types never coerce.
        #"{"data.amount":"150.5"}"#, #"{"data.status":0}"#, #"{"data.count":false}"#, #"{"data.count":null}"#,
        #"{"data.paid":"true"}"#, #"{"data.paid":1}"#, #"{"data.note":"null"}"#, #"{"data.note":false}"#,
        #"{"data.empty":null}"#, #"{"data.amount":{"gte":"100"}}"#, #"{"data.status":{"gte":1}}"#,
        #"{"data.note":{"gte":0}}"#, #"{"data.paid":{"gt":0}}"#, #"{"data.amount":{"prefix":"1"}}"#,
        // What is not there has no value.
        #"{"data.nothing":null}"#, #"{"data.nothing":{"lt":5}}"#, #"{"data.nothing":{"exists":true}}"#,
        #"{"data.note":{"exists":false}}"#, #"{"data.customer.id.x":{"exists":true}}"#, #"{"data.tags.vip":"vip"}"#,
        #"{"data.tags[2]":{"exists":true}}"#, #"{"data.tags.0":"vip"}"#, #"{"data[0]":{"exists":true}}"#,
        #"{"data[*]":{"exists":true}}"#, #"{"data.none[*]":{"exists":true}}"#, #"{"data.items[*].nothing":null}"#,
        // Values that differ
        #"{"data.status":"Paid"}"#, #"{"data.status":"paid "}"#, #"{"data.status":"pai"}"#, #"{"data.amount":150}"#,
        #"{"data.big":9007199254740991}"#, #"{"data.customer.name":"Ade\u0301"}"#, #"{"data.line":"one\\ntwo"}"#,
        #"{"data.tiny":0}"#, #"{"data.customer":{"eq":"c_1"}}"#, #"{"data.country":{"in":["GH","KE"]}}"#,
        #"{"data.amount":{"gt":150.5}}"#, #"{"data.amount":{"gte":150.51}}"#, #"{"data.amount":{"lt":150.5}}"#,
        #"{"data.amount":{"gte":100,"lt":150}}"#, #"{"data.status":{"prefix":"paid!"}}"#,
        #"{"data.status":{"prefix":"aid"}}"#, #"{"data.emoji":{"lt":"\uffff"}}"#,
        // No two values of a wildcard make up one.
        #"{"data.items[*].price":{"gt":5,"lt":20}}"#, #"{"data.items[2].price":{"exists":true}}"#,
        // Combinations
        #"{"data.status":"paid","data.country":"GH"}"#, #"{"any":[{"data.status":"due"},{"data.paid":false}]}"#,
        #"{"all":[{"data.status":"paid"},{"data.paid":false}]}"#, #"{"not":{"data.status":"paid"}}"#,
        #"{"not":{"data.nothing":{"exists":false}}}"#, #"{"not":{"data.status":"paid","data.paid":true}}"#,
    ]

    private func filter(_ text: String) throws -> PayloadFilter { try PayloadFilter(JSONValue(parsing: text)) }

    @Test(arguments: wanted)
    func whatMeetsEveryConditionIsWanted(_ text: String) throws {
        let filter = try filter(text)
        let normal = try JSONNormaliser.normalise(Array(Self.payload.utf8)).bytes

        #expect(filter.matches(normal[...]))
        #expect(filter.matches(Array(Self.payload.utf8)[...]))
        #expect(filter.shortfall(of: normal[...]) == nil)
    }

    @Test(arguments: unwanted)
    func whatFallsShortIsNotWantedAndTheReasonIsToldOfTheVeryCondition(_ text: String) throws {
        let filter = try filter(text)
        let normal = try JSONNormaliser.normalise(Array(Self.payload.utf8)).bytes

        let shortfall = filter.shortfall(of: normal[...])

        #expect(!filter.matches(normal[...]))
        #expect(shortfall?.condition.isEmpty == false)
        #expect(shortfall?.sentence.isEmpty == false)
    }

    @Test func filtersThatAreJudgedTogetherGetTheVerdictsTheyGetAlone() throws {
        let texts = Self.wanted + Self.unwanted
        let set = FilterSet(try texts.map(filter))
        let payload = Array(Self.payload.utf8)[...]

        let verdicts = set.verdicts(on: payload)

        #expect(verdicts == Self.wanted.map { _ in true } + Self.unwanted.map { _ in false })
        #expect(set.shortfalls(of: payload).map { $0 == nil } == verdicts)
    }

    @Test func aPayloadThatIsAnArrayHasItsElementsAtItsRoot() throws {
        let payload = Array(#"[{"n":1},{"n":2}]"#.utf8)[...]

        #expect(try filter(#"{"data[1].n":2}"#).matches(payload))
        #expect(try filter(#"{"data[*].n":1}"#).matches(payload))
        #expect(try !filter(#"{"data.n":1}"#).matches(payload))
    }

    @Test func anotherSpellingOfTheSamePayloadIsJudgedAlike() throws {
        let spelled = Array(
            " { \"\\u0061mount\" : 1.0e2 , \"na\\u006de\" : \"\\u0041\\/\\ud83d\\ude00\" , \"list\" : [ 1 , 2 ] } \n"
                .utf8)[
                ...]

        #expect(try filter(#"{"data.amount":100}"#).matches(spelled))
        #expect(try filter(#"{"data.name":"A/😀"}"#).matches(spelled))
        #expect(try filter(#"{"data.name":{"prefix":"A/"}}"#).matches(spelled))
        #expect(try filter(#"{"data.list[1]":2}"#).matches(spelled))
    }

    @Test func whereAKeyIsGivenTwiceEachOfItsValuesCounts() throws {
        let payload = Array(#"{"a":1,"a":2}"#.utf8)[...]

        #expect(try filter(#"{"data.a":1}"#).matches(payload))
        #expect(try filter(#"{"data.a":2}"#).matches(payload))
        #expect(try !filter(#"{"data.a":{"gt":1,"lt":2}}"#).matches(payload))
    }

    @Test func halfASurrogatePairIsTheReplacementCharacter() throws {
        let payload = Array(#"{"a":"x\ud800","\udc00":1}"#.utf8)[...]

        #expect(try filter(#"{"data.a":"x\ufffd"}"#).matches(payload))
        #expect(try filter(#"{"data.a":{"prefix":"x"}}"#).matches(payload))
        #expect(try filter(#"{"data[\"\ufffd\"]":1}"#).matches(payload))
    }

    @Test(arguments: [
        "", "{", "[", #"{"a"#, #"{"a":"#, #"{"a":1"#, #"{"a":[1,"#, #"{"a" 1}"#, #"{a:1}"#, "[,,]", #"{"a":"\"#, "{]",
        "nul", "}", ",", #"{"b":[{]}"#,
    ])
    func whatIsNoJSONIsJudgedByWhatStandsBeforeTheFaultAndNeverTraps(_ text: String) throws {
        let set = FilterSet([
            try filter(#"{"data.a[0]":7}"#), try filter(#"{"data[*]":7}"#), try filter(#"{"data.x":{"exists":false}}"#),
        ])

        #expect(set.verdicts(on: Array(text.utf8)[...]) == [false, false, true])
    }

    @Test func numbersCompareAsTheDoublesThatJavaScriptReads() throws {
        let payload = Array(
            #"{"sum":0.30000000000000004,"third":0.333333333333333314829616256247,"huge":1e308,"long":123456789012345680}"#
                .utf8)[...]

        #expect(try !filter(#"{"data.sum":0.3}"#).matches(payload))
        #expect(try filter(#"{"data.sum":{"gt":0.3}}"#).matches(payload))
        #expect(try filter(#"{"data.third":0.3333333333333333}"#).matches(payload))
        #expect(try filter(#"{"data.huge":{"gt":9.99e307}}"#).matches(payload))
        #expect(try filter(#"{"data.long":{"gte":123456789012345680,"lte":123456789012345680}}"#).matches(payload))
    }

    @Test func theFirstThousandElementsOfAnArrayAreLookedAt() throws {
        func payload(_ count: Int) -> ArraySlice<UInt8> {
            Array("[\((1...count).map(String.init).joined(separator: ","))]".utf8)[...]
        }
        let filter = try filter(#"{"data[*]":{"gte":1000}}"#)
        let beyond = try self.filter(#"{"data[*]":{"gte":1001}}"#)

        #expect(filter.matches(payload(1000)))
        #expect(!beyond.matches(payload(1001)))
        #expect(try self.filter(#"{"data[1000]":1001}"#).matches(payload(1001)))
    }

    @Test func itIsKeptAsItsOwnerSpelledIt() throws {
        let filter = try filter(#" { "data.a" : { "gte" : 1.50e1 } , "any" : [ {"data.b":"\u00e9"} ] } "#)

        #expect(String(decoding: filter.json, as: UTF8.self) == #"{"data.a":{"gte":1.50e1},"any":[{"data.b":"é"}]}"#)
        #expect(try PayloadFilter(JSONValue(parsing: filter.json)) == filter)
    }
}
