import MartletCore
import Testing

@Suite struct JSONWriterTests {
    @Test func commasStandWhereTheyBelong() {
        var writer = JSONWriter()

        writer.object { writer in
            writer.field("id", "evt_1")
            writer.field("count", 3)
            writer.array("items") { writer in
                writer.object { $0.field("ok", true) }
                writer.object { _ in }
                writer.array { $0.integer(-7) }
                writer.null()
            }
            writer.object("empty") { _ in }
            writer.field("none", nil as String?)
            writer.field("tags", ["a", "b"])
            writer.field("raw", raw: Array("[1, 2]".utf8))
            writer.key(escaping: "quo\"te")
            writer.number(0.5)
        }

        #expect(
            writer.text
                == #"{"id":"evt_1","count":3,"items":[{"ok":true},{},[-7],null],"empty":{},"none":null,"#
                + #""tags":["a","b"],"raw":[1, 2],"quo\"te":0.5}"#)
    }

    @Test func stringsAreEscapedAsV8Does() {
        var writer = JSONWriter()

        writer.string("a\"b\\c/\u{8}\u{9}\u{A}\u{B}\u{C}\u{D}\u{0}\u{1F}\u{7F}é日本😀\u{2028}")

        #expect(writer.text == #""a\"b\\c/\b\t\n\u000b\f\r\u0000\u001f"# + "\u{7F}é日本😀\u{2028}\"")
    }

    @Test(arguments: 0...24)
    func anEscapeIsFoundAtEveryOffset(offset: Int) throws {
        for special in ["\"", "\\", "\u{1}", "\u{1F}", "é", " ", "!", "#", "["] {
            let text = String(repeating: "x", count: offset) + special + String(repeating: "é", count: 24 - offset)
            var writer = JSONWriter()

            writer.array { $0.string(text) }

            #expect(try JSONValue(parsing: writer.bytes)[0]?.string == text)
            #expect(try JSONNormaliser.normalise(writer.bytes).bytes == writer.bytes)
        }
    }

    @Test(arguments: [0, 1, -1, 9, 10, -10, 12345, Int.max, Int.min])
    func integersAreWrittenWhole(_ integer: Int) {
        var writer = JSONWriter()

        writer.integer(integer)

        #expect(writer.text == String(integer))
    }

    @Test func largeUnsignedIntegersAreWrittenWhole() {
        var writer = JSONWriter()

        writer.integer(UInt64.max)

        #expect(writer.text == "18446744073709551615")
    }

    @Test func numbersThatAreNotFiniteBecomeNull() {
        var writer = JSONWriter()

        writer.array { writer in
            writer.number(.nan)
            writer.number(-.infinity)
            writer.number(-0.0)
        }

        #expect(writer.text == "[null,null,0]")
    }

    @Test func linesAreDocumentsOfTheirOwn() {
        var writer = JSONWriter()

        for number in 1...2 {
            writer.object { $0.field("n", number) }
            writer.endLine()
        }

        #expect(writer.text == "{\"n\":1}\n{\"n\":2}\n")
    }
}
