import MartletCore
import Testing

@Suite struct FilterShortfallTests {
    private static let payload = Array(
        #"{"amount":50,"status":"draft","note":null,"customer":{"id":"c_1"},"tags":["a","b"],"prices":[5,7,9],"on":true}"#
            .utf8)[...]

    private func shortfall(_ filter: String) throws -> FilterShortfall? {
        try PayloadFilter(JSONValue(parsing: filter)).shortfall(of: Self.payload)
    }

    @Test(arguments: [
        (
            #"{"data.amount":{"gte":100}}"#, "data.amount is 50, and has to be at least 100", #"["data.amount"].gte"#,
            "50"
        ),
        (
            #"{"data.amount":{"gt":1,"lt":50}}"#, "data.amount is 50, and has to be less than 50",
            #"["data.amount"].lt"#, "50"
        ),
        (#"{"data.amount":60}"#, "data.amount is 50, and has to be 60", #"["data.amount"]"#, "50"),
        (
            #"{"data.amount":"50"}"#, #"data.amount is 50, a number, and has to be "50""#, #"["data.amount"]"#, "50"
        ),
        (
            #"{"data.status":{"in":["paid","due"]}}"#, #"data.status is "draft", and has to be one of "paid", "due""#,
            #"["data.status"].in"#, "\"draft\""
        ),
        (
            #"{"data.status":{"in":[1,2,3,4,5,6,7]}}"#,
            #"data.status is "draft", a string, and has to be one of 1, 2, 3, 4, 5 and 2 more"#,
            #"["data.status"].in"#, "\"draft\""
        ),
        (
            #"{"data.status":{"prefix":"p"}}"#,
            #"data.status is "draft", and has to be a string that begins with "p""#, #"["data.status"].prefix"#,
            "\"draft\""
        ),
        (
            #"{"data.note":{"lte":"x"}}"#, #"data.note is null, and has to be at most "x""#, #"["data.note"].lte"#,
            "null"
        ),
        (
            #"{"data.customer":"c_1"}"#, #"data.customer is {"id":"c_1"}, an object, and has to be "c_1""#,
            #"["data.customer"]"#, #"{"id":"c_1"}"#
        ),
        (
            #"{"data.on":{"exists":false}}"#, "data.on is there, and must not be: true", #"["data.on"].exists"#, "true"
        ),
        (#"{"data.country":"NG"}"#, "there is no data.country", #"["data.country"]"#, nil),
        (#"{"data.country":{"exists":true}}"#, "there is no data.country", #"["data.country"].exists"#, nil),
        (
            #"{"data.prices[*]":{"gte":10}}"#,
            "none of the 3 values of data.prices[*] is at least 10; the first is 5", #"["data.prices[*]"].gte"#, nil
        ),
        (
            #"{"data.prices[*]":{"gt":5,"lt":7}}"#,
            "none of the 3 values of data.prices[*] is more than 5 and less than 7; the first is 5",
            #"["data.prices[*]"].gt"#, nil
        ),
        (
            #"{"not":{"data.status":"draft"}}"#, #"what it excludes is so: data.status is "draft""#, ".not", "\"draft\""
        ),
        (
            #"{"not":{"data.status":"draft","data.x":{"exists":false}}}"#,
            #"what it excludes is so: data.status is "draft", and there is no data.x"#, ".not", nil
        ),
        (
            #"{"not":{"any":[{"data.x":1},{"data.on":true}]}}"#, "what it excludes is so: data.on is true", ".not",
            "true"
        ),
        (
            #"{"not":{"not":{"data.on":false}}}"#,
            "what it excludes is so: data.on is true, and has to be false", ".not", "true"
        ),
        (
            #"{"any":[{"data.on":false},{"data.x":1}]}"#,
            "none of the 2 alternatives holds: data.on is true, and has to be false; there is no data.x", ".any", nil
        ),
        (
            #"{"any":[{"data.a":1},{"data.b":1},{"data.c":1},{"data.d":1},{"data.e":1}]}"#,
            "none of the 5 alternatives holds: there is no data.a; there is no data.b; there is no data.c; and 2 more",
            ".any", nil
        ),
        (#"{"any":[{"data.on":false}]}"#, "data.on is true, and has to be false", #".any[0]["data.on"]"#, "true"),
        (
            #"{"data.on":true,"all":[{"data.status":"draft"},{"data.amount":1}]}"#,
            "data.amount is 50, and has to be 1", #".all[1]["data.amount"]"#, "50"
        ),
    ])
    func theVeryConditionThatFailedIsToldWithTheValueFound(
        _ filter: String, _ sentence: String, _ condition: String, _ found: String?
    ) throws {
        let shortfall = try shortfall(filter)

        #expect(shortfall?.sentence == sentence)
        #expect(shortfall?.condition == condition)
        #expect(shortfall?.found == found)
    }

    @Test func aLongValueIsCutWhereACharacterEnds() throws {
        let payload = Array("{\"a\":\"\(String(repeating: "é", count: 500))\"}".utf8)[...]

        let shortfall = try PayloadFilter(["data.a": "x"]).shortfall(of: payload)

        #expect(shortfall?.found == "\"" + String(repeating: "é", count: 49) + "…")
        #expect(shortfall?.sentence.utf8.count ?? .max < 200)
    }
}
