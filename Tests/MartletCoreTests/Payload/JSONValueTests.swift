import MartletCore
import Testing

@Suite struct JSONValueTests {
    @Test func aTreeKeepsOrderAndSpelling() throws {
        let value = try JSONValue(parsing: #" {"b":[1.50,-0,1e400,{"1":null}],"a":"\u0041\n","t":true} "#)

        #expect(String(decoding: value.bytes, as: UTF8.self) == #"{"b":[1.50,-0,1e400,{"1":null}],"a":"A\n","t":true}"#)
        #expect(value["a"]?.string == "A\n")
        #expect(value["b"]?[0]?.double == 1.5)
        #expect(value["b"]?[3]?["1"]?.isNull == true)
        #expect(value["t"]?.boolean == true)
        #expect(value["missing"] == nil)
    }

    @Test func literalsMakeTrees() throws {
        let value: JSONValue = ["a": [1, true, nil, "x"], "b": [:]]

        #expect(try JSONValue(parsing: #"{"a":[1,true,null,"x"],"b":{}}"#) == value)
    }

    @Test func duplicateKeysLoneSurrogatesAndDepthAreRefused() throws {
        let deep = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)

        #expect(throws: Never.self) { try JSONValue(parsing: deep) }
        #expect(throws: PayloadRejection.self) { try JSONValue(parsing: "[" + deep + "]") }
        #expect(throws: PayloadRejection.self) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
        #expect(throws: PayloadRejection.self) { try JSONValue(parsing: #"{"a":1,"\u0061":1}"#) }
        #expect(throws: PayloadRejection.self) { try JSONValue(parsing: #"["\udc00"]"#) }
    }

    @Test func aRejectionNamesThePath() throws {
        let rejection = try #require(throws: PayloadRejection.self) {
            try JSONValue(parsing: #"{"a":[{},{"b":tru}]}"#, path: "$.filter")
        }

        #expect(rejection.path == "$.filter.a[1].b")
    }
}
