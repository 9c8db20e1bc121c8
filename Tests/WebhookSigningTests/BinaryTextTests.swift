import Testing

@testable import WebhookSigning

@Suite struct BinaryTextTests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func theBase64VectorsOfRFC4648AreWrittenAndRead(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded.utf8) == Array(text.utf8))
        #expect(Base64.decode(encoded.filter { $0 != "=" }.utf8, .anyVariant) == Array(text.utf8))
    }

    @Test func base64UsesTheWholeAlphabet() {
        let bytes: [UInt8] = [0xFB, 0xEF, 0xFF]

        #expect(Base64.encode(bytes) == "++//")
        #expect(Base64.decode("++//".utf8) == bytes)
        #expect(Base64.decode("--__".utf8, .anyVariant) == bytes)
        #expect(Base64.decode("--__".utf8) == nil)
    }

    @Test(arguments: [
        "A", "AA", "AAA", "AA=", "A===", "AAAA=", "AA=A", "=AAA", "AAAAA", "AA A", "AAé", "AA\n=", "====",
    ])
    func whatIsNoPaddedBase64IsNotRead(text: String) {
        #expect(Base64.decode(text.utf8) == nil)
    }

    @Test(arguments: ["A", "AAAAA", "AA=", "A===", "AA=A", "AA A"])
    func evenTheLenientReadingRefusesWhatNoVariantWrites(text: String) {
        #expect(Base64.decode(text.utf8, .anyVariant) == nil)
    }

    @Test func everyByteIsWrittenInHexAndReadInEitherCase() {
        let bytes = Array(UInt8.min ... .max)
        let profile = SignatureEncoding.hex

        let text = String(unsafeUninitializedCapacity: profile.characterCount(forByteCount: bytes.count)) { buffer in
            var writer = ASCIIWriter(buffer)
            bytes.withUnsafeBytes { writer.append($0, as: .hex) }
            return writer.count
        }

        #expect(text == bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
        #expect(Hex.decode(text.utf8) == bytes)
        #expect(Hex.decode(text.uppercased().utf8) == bytes)
    }

    @Test(arguments: ["0", "0g", "g0", "0 ", "é", "0x00"])
    func whatIsNoHexIsNotRead(text: String) {
        #expect(Hex.decode(text.utf8) == nil)
    }

    @Test func bytesAreEqualOnlyWhereAllAre() {
        func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
            left.withUnsafeBytes { left in right.withUnsafeBytes { constantTimeEquals(left, $0) } }
        }

        #expect(areEqual([], []))
        #expect(areEqual([1, 2, 3], [1, 2, 3]))
        for index in 0..<32 {
            var other = [UInt8](repeating: 7, count: 32)
            other[index] = 8
            #expect(!areEqual([UInt8](repeating: 7, count: 32), other))
        }
        #expect(!areEqual([1, 2], [1, 2, 3]))
        #expect(!areEqual([], [0]))
    }
}
