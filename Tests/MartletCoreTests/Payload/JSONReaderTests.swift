import MartletCore
import Testing

@Suite struct JSONReaderTests {
    private func read<Value>(_ text: String, _ body: (inout JSONReader) throws -> Value) throws -> Value {
        try Array(text.utf8).withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            return try body(&reader)
        }
    }

    private func rejection(_ text: String, _ body: (inout JSONReader) throws -> Void) throws -> PayloadRejection {
        try #require(throws: PayloadRejection.self) { try read(text, body) }
    }

    @Test func aPublishedEventIsReadInOneWalk() throws {
        let text =
            #" {"type" : "\u0061.b", "data":{"2":1.0,"1":"\/"}, "application":null, "ok":true, "n":-12, "#
            + #""tags":["x","y"]} "#
        var body = Array(#"{"data":"#.utf8)
        var seen: [String] = []

        try read(text) { reader in
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "type": seen.append(try reader.readString())
                case "data": try reader.normaliseValue(into: &body)
                case "application": seen.append("\(try reader.readNull())")
                case "ok": seen.append("\(try reader.readBoolean())")
                case "n": seen.append("\(try reader.readInteger())")
                default:
                    try reader.beginArray()
                    while try reader.nextElement() { seen.append(try reader.readString()) }
                }
            }
            try reader.endDocument()
        }

        #expect(String(decoding: body, as: UTF8.self) == #"{"data":{"1":"/","2":1}"#)
        #expect(seen == ["a.b", "true", "true", "-12", "x", "y"])
    }

    @Test func pathsRunThroughTheWalkIntoTheValue() throws {
        var body: [UInt8] = []

        let rejection = try rejection(#"[0,{"data":{"a":[1e999]}}]"#) { reader in
            try reader.beginArray()
            _ = try reader.nextElement()
            try reader.skipValue()
            _ = try reader.nextElement()
            try reader.beginObject()
            _ = try reader.nextKey()
            try reader.normaliseValue(into: &body)
        }

        #expect(rejection.path == "$[1].data.a[0]")
        #expect(body == [])
    }

    @Test func warningsHaveTheWholePath() throws {
        var body: [UInt8] = []

        let warnings = try read(#"{"data":{"a":-0}}"#) { reader in
            try reader.beginObject()
            _ = try reader.nextKey()
            try reader.normaliseValue(into: &body)
            return reader.warnings
        }

        #expect(warnings.map(\.path) == ["$.data.a"])
    }

    @Test(arguments: [
        (#"{"type":5}"#, "Expected a string, found a number."), (#"{"type":null}"#, "Expected a string, found null."),
        (#"{"type":[]}"#, "Expected a string, found an array."),
    ])
    func anotherTypeIsRefusedByName(_ text: String, _ message: String) throws {
        let rejection = try rejection(text) { reader in
            try reader.beginObject()
            _ = try reader.nextKey()
            _ = try reader.readString()
        }

        #expect(rejection.code == .unexpectedType)
        #expect(rejection.path == "$.type")
        #expect(rejection.message == message)
    }

    @Test(arguments: ["1.0", "1e3", "9223372036854775808", "-9223372036854775809"])
    func anIntegerIsPlainAndFits(_ text: String) throws {
        #expect(try rejection(text) { _ = try $0.readInteger() }.code == .unexpectedType)
    }

    @Test(arguments: [3, 30])
    func duplicateKeysAreRefused(count: Int) throws {
        let text = "{" + (0..<count).map { "\"k\($0)\":0," }.joined() + "\"\\u006b1\":0}"

        let rejection = try rejection(text) { reader in
            try reader.beginObject()
            while try reader.nextKey() != nil { try reader.skipValue() }
        }

        #expect(rejection.code == .duplicateKey)
        #expect(rejection.path == "$.k1")
    }

    @Test func aSkippedValueIsAnsweredAsItStands() throws {
        let text = try read(#"[ {"a" : 1, "a":"\ud800"} , 2]"#) { reader in
            try reader.beginArray()
            _ = try reader.nextElement()
            let range = try reader.skipValue()
            return String(decoding: reader.bytes(range), as: UTF8.self)
        }

        #expect(text == #"{"a" : 1, "a":"\ud800"}"#)
    }

    @Test func aValueIsCopiedVerbatim() throws {
        var body: [UInt8] = []

        try read(#"{"data": {"b": 1.0,"1":2} }"#) { reader in
            try reader.beginObject()
            _ = try reader.nextKey()
            try reader.copyValue(into: &body)
            #expect(try reader.nextKey() == nil)
        }

        #expect(String(decoding: body, as: UTF8.self) == #"{"b": 1.0,"1":2}"#)
    }

    @Test func scalarsAreRefusedWhereTheCallerSaysSo() throws {
        var body: [UInt8] = []

        let rejection = try rejection(#"{"data":5}"#) { reader in
            try reader.beginObject()
            _ = try reader.nextKey()
            try reader.normaliseValue(into: &body, allowsScalar: false)
        }

        #expect(rejection.code == .topLevelNotContainer)
        #expect(rejection.path == "$.data")
    }

    @Test(arguments: [
        "", "{", "{]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{\"a\" 1}", "{}x",
        "\u{FEFF}{}", "[", "[1 2]",
    ])
    func brokenTextsAreRefused(_ text: String) throws {
        let rejection = try rejection(text) { reader in
            _ = try reader.readValue()
            try reader.endDocument()
        }

        #expect(rejection.code == .notJSON || rejection.code == .byteOrderMark)
    }
}
