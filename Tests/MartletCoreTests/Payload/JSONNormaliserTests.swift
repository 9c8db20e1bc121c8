import MartletCore
import Testing

@Suite struct JSONNormaliserTests {
    private func normal(_ text: String) throws -> String {
        String(decoding: try JSONNormaliser.normalise(Array(text.utf8)).bytes, as: UTF8.self)
    }

    private func rejection(_ text: String) throws -> PayloadRejection {
        try #require(throws: PayloadRejection.self) { try JSONNormaliser.normalise(Array(text.utf8)) }
    }

    private func warnings(_ text: String) throws -> [PayloadWarning] {
        try JSONNormaliser.normalise(Array(text.utf8)).warnings
    }

    // MARK: Where

    @Test(
        arguments: [
            (#"{"items":[0,1,2,{"amount":12345678901234567890}]}"#, "$.items[3].amount", .integerPrecisionLost),
            (#"{"a b":{"c":"\ud800"}}"#, #"$["a b"].c"#, .loneSurrogate),
            (#"{"a":{"b":1,"\u0062":2}}"#, "$.a.b", .duplicateKey),
            (#"{"\u00e9":{"\u0022":1e999}}"#, #"$["é"]["\""]"#, .numberOverflow),
            (#"[[],[[1,[2,nul]]]]"#, "$[1][0][1][1]", .notJSON),
            (#"{"a":1 "b":2}"#, "$", .notJSON),
            (#"{"a":[1 2]}"#, "$.a", .notJSON),
            (#"{"a":{"b":1,}}"#, "$.a", .notJSON),
            (#"{"a":{"\ud800":1}}"#, "$.a", .loneSurrogate),
            (#"{"":[1e999]}"#, #"$[""][0]"#, .numberOverflow),
            (#"{"1":-1e999}"#, #"$["1"]"#, .numberOverflow),
            (#"{"$ref_1":1e999}"#, "$.$ref_1", .numberOverflow),
            (#"[1]]"#, "$", .notJSON),
        ] as [(String, String, PayloadRejection.Code)])
    func aRejectionNamesThePathOfTheCulprit(_ text: String, _ path: String, _ code: PayloadRejection.Code) throws {
        let rejection = try rejection(text)

        #expect(rejection.path == path)
        #expect(rejection.code == code)
    }

    @Test func pathsBeginWithTheBaseTheyAreGiven() throws {
        var normaliser = JSONNormaliser()
        var output: [UInt8] = []

        let rejection = try #require(throws: PayloadRejection.self) {
            try Array(#"{"a":1e999}"#.utf8).withUnsafeBytes {
                try normaliser.normalise($0, into: &output, path: "$.data")
            }
        }

        #expect(rejection.path == "$.data.a")
    }

    @Test func longPathsAndKeysAreShortened() throws {
        let key = String(repeating: "é", count: 10_000)
        let open = String(repeating: "{\"\(key.prefix(50))\":", count: 100)

        let long = try rejection("{\"\(key)\":nul}")
        let deep = try rejection(open + "nul")

        #expect(long.path.utf8.count < 100 && long.path.contains("…") && !long.path.contains("\u{FFFD}"))
        #expect(deep.path.utf8.count < 1000 && deep.path.contains("…"))
    }

    @Test func aSyntaxErrorSaysWhatWasExpectedAndWhere() throws {
        let rejection = try rejection(#"{"a":1,}"#)

        #expect(rejection.message == "Expected a key in double quotes at byte 7, found '}'.")
        #expect(rejection.offset == 7)
    }

    @Test func theOutputIsAsItWasAfterARejection() {
        var normaliser = JSONNormaliser()
        var output = Array("before".utf8)

        #expect(throws: PayloadRejection.self) {
            try Array(#"{"a": 1, "b": [1.0, 2"#.utf8).withUnsafeBytes { try normaliser.normalise($0, into: &output) }
        }

        #expect(output == Array("before".utf8))
    }

    @Test func theOutputIsAppended() throws {
        var normaliser = JSONNormaliser()
        var output = Array(#"{"data":"#.utf8)

        _ = try Array(#" {"2":0, "1": {"\u0062":1}} "#.utf8).withUnsafeBytes {
            try normaliser.normalise($0, into: &output)
        }

        #expect(String(decoding: output, as: UTF8.self) == #"{"data":{"1":{"b":1},"2":0}"#)
    }

    /// Found by the fuzzer: a text refused at its first byte looked for its path among the last document's containers.
    @Test func aNormaliserRemembersNothingOfTheDocumentBefore() throws {
        var normaliser = JSONNormaliser()
        var output: [UInt8] = []
        func normalise(_ text: String) throws -> [PayloadWarning] {
            try Array(text.utf8).withUnsafeBytes { try normaliser.normalise($0, into: &output) }
        }
        _ = try normalise(#"{"__proto__":-0}"#)
        #expect(throws: PayloadRejection.self) { try normalise(#"{"some long key":{"another long key":[[[nul"#) }

        let rejection = try #require(throws: PayloadRejection.self) { try normalise("\u{FEFF}[]") }
        let warnings = try normalise("[1]")

        #expect(rejection.path == "$")
        #expect(rejection.code == .byteOrderMark)
        #expect(warnings == [])
    }

    // MARK: Keys

    @Test(arguments: [2, 15, 16, 17, 18, 40, 1000])
    func duplicatesAreFoundAmongAnyNumberOfKeys(count: Int) throws {
        let members = (0..<count).map { "\"key\($0)\":0" }
        let whole = "{" + members.joined(separator: ",") + "}"

        #expect(try normal(whole) == whole)
        for duplicate in [0, count / 2, count - 1] {
            let again = try rejection("{" + (members + ["\"\\u006bey\(duplicate)\":1"]).joined(separator: ",") + "}")
            #expect(again.code == .duplicateKey)
            #expect(again.path == "$.key\(duplicate)")
        }
    }

    @Test func keysThatDifferOnlyInTheMiddleAreDistinct() throws {
        let text = "{" + (10..<50).map { "\"abcdefgh\($0)abcdefgh\":0" }.joined(separator: ",") + "}"

        #expect(try normal(text) == text)
    }

    @Test func manyNumericKeysAreSorted() throws {
        let shuffled = (0..<200).map { $0 * 77 % 200 }

        let output = try normal(
            "{\"z\":0," + shuffled.map { "\"\($0)\":{\"\($0)\": 1.0}" }.joined(separator: ", ") + "}")

        #expect(output == "{" + (0..<200).map { "\"\($0)\":{\"\($0)\":1}," }.joined() + "\"z\":0}")
    }

    @Test func nestedObjectsAreEachReordered() throws {
        #expect(
            try normal(#"{"b":{"2":[{"9":1,"8":"\u0041"}],"1":0},"0":{"a":1,"0":2}}"#)
                == #"{"0":{"0":2,"a":1},"b":{"1":0,"2":[{"8":"A","9":1}]}}"#)
    }

    @Test func arrayIndicesEndWhereV8SaysTheyEnd() throws {
        #expect(
            try normal(#"{"4294967296":0,"4294967295":1,"a":2,"4294967294":3,"00":4,"0":5}"#)
                == #"{"0":5,"4294967294":3,"4294967296":0,"4294967295":1,"a":2,"00":4}"#)
    }

    // MARK: Nesting

    @Test func nestingOf512IsAcceptedAndOf513Refused() throws {
        let deepest = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)

        #expect(try normal(deepest) == deepest)
        #expect(try rejection("[" + deepest + "]").code == .nestingTooDeep)
        #expect(try rejection(String(repeating: "{\"a\":", count: 100_000)).code == .nestingTooDeep)
    }

    @Test func nestingBeyond64IsWarnedOfOnce() throws {
        let deep = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)

        #expect(try warnings("[\(deep.dropFirst().dropLast())]").map(\.code) == [.deepNesting])
        #expect(try warnings("[\(deep),\(deep)]").map(\.code) == [.deepNesting])
        #expect(try warnings(String(deep.dropFirst().dropLast())) == [])
    }

    // MARK: Warnings

    @Test(
        arguments: [
            ("[-0]", .negativeZero), ("[-0.0]", .negativeZero), ("[-0e7]", .negativeZero),
            ("[1e-400]", .numberUnderflow),
            ("[-1e-400]", .numberUnderflow), ("[0.1234567890123456789]", .numberPrecisionLost),
            ("[9.9999999999999992e+22]", .numberPrecisionLost), (#"[{"\u005f_proto__":1}]"#, .prototypeKey),
        ] as [(String, PayloadWarning.Code)])
    func whatIsLostIsWarnedOf(_ text: String, _ code: PayloadWarning.Code) throws {
        let warnings = try warnings(text)

        #expect(warnings.map(\.code) == [code])
        #expect(warnings.first?.path.hasPrefix("$[0]") == true)
    }

    @Test func warningsAreCapped() throws {
        let warnings = try warnings("[" + Array(repeating: "-0", count: 1000).joined(separator: ",") + "]")

        #expect(warnings.count == JSONNormaliser.mostWarnings)
        #expect(warnings.last?.path == "$[19]")
    }

    @Test func aBodyIsLargeBeyond100KiB() throws {
        func body(_ size: Int) -> String { "[\"" + String(repeating: "x", count: size - 4) + "\"]" }

        #expect(try warnings(body(102_400)) == [])
        #expect(try warnings(body(102_401)).map(\.code) == [.largeBody])
        #expect(try warnings(body(102_390) + String(repeating: " ", count: 20)) == [])
    }

    @Test func scalarsAtTheTopAreTakenOnRequest() throws {
        let output = try JSONNormaliser.normalise(Array(" 1.50 ".utf8), allowsScalar: true).bytes

        #expect(output == Array("1.5".utf8))
        #expect(try rejection("\"x\"").code == .topLevelNotContainer)
        #expect(try rejection("truth").code == .notJSON)
    }

    @Test(arguments: [("{", "}"), ("[", "]"), ("[1", "]"), ("[1]", ""), ("", "[1]"), ("{\"a\"", "1}")])
    func aByteThatIsNoCharacterIsTheEncodingsFaultWhereverItStands(before: String, after: String) throws {
        let text = Array(before.utf8) + [0xE9] + Array(after.utf8)

        let rejection = try #require(throws: PayloadRejection.self) { try JSONNormaliser.normalise(text) }

        #expect(rejection.code == .invalidUTF8)
        #expect(rejection.offset == before.utf8.count)
        #expect(try self.rejection(before + "é" + after).code == .notJSON)
    }

    // MARK: Verbatim

    @Test(arguments: [
        #"{"a":1,"a":2}"#, #"["\ud800"]"#, "[1e999]", "[12345678901234567890]", "[-0]", #" {"b":0,"1":0} "#,
    ])
    func validationRefusesNothingThatIsWellFormed(_ text: String) throws {
        var normaliser = JSONNormaliser()

        #expect(throws: Never.self) { try Array(text.utf8).withUnsafeBytes { try normaliser.validate($0) } }
    }

    @Test(arguments: JSONCorpus.cases(.reject).filter { $0.flags == ["not-json"] || $0.flags == ["invalid-utf8"] })
    func validationRefusesWhatIsNoJSON(_ example: JSONCorpus.Case) {
        var normaliser = JSONNormaliser()

        #expect(throws: PayloadRejection.self) { try example.input.withUnsafeBytes { try normaliser.validate($0) } }
    }

    @Test func validationNamesThePathToo() throws {
        var normaliser = JSONNormaliser()

        let rejection = try #require(throws: PayloadRejection.self) {
            try Array(#"{"a":1,"b":{"c":[0,0],"d":[0,x]}}"#.utf8).withUnsafeBytes { try normaliser.validate($0) }
        }

        #expect(rejection.path == "$.b.d[1]")
    }
}
