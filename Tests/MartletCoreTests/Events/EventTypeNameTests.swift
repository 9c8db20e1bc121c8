import MartletCore
import Testing

@Suite struct EventTypeNameTests {
    @Test(arguments: [
        "a", "property.created", "a.b.c.d", "Deal_Updated", "user-kyc.approved", "2fa.on", "_", "-",
        String(repeating: "a", count: 128),
    ])
    func segmentsOfLettersDigitsUnderscoresAndHyphensJoinedByDotsAreAName(name: String) {
        #expect(EventTypeName.isValid(name))
        #expect(EventTypeName.isValidPattern(name))
    }

    @Test(arguments: [
        "", ".", "a.", ".a", "a..b", "a b", "a.b ", "prop\u{e9}", "a/b", "a:b", "a*", "*.a", "a.*.b", "**", "a\n",
        "\u{0}",
        String(repeating: "a", count: 129),
    ])
    func anythingElseIsNeitherANameNorAPattern(name: String) {
        #expect(!EventTypeName.isValid(name))
        #expect(!EventTypeName.isValidPattern(name))
    }

    @Test(arguments: ["*", "transaction.*", "a.b.*"])
    func aStarStandsForEverythingOrForTheRestOfAName(pattern: String) {
        #expect(EventTypeName.isValidPattern(pattern))
        #expect(!EventTypeName.isValid(pattern))
    }

    @Test func aNameIsCoveredByItsBeginnings() {
        #expect(EventTypeName.patterns(covering: "a.b.c") == ["a.b.c", "a.b.*", "a.*", "*"])
        #expect(EventTypeName.patterns(covering: "a") == ["a", "*"])
    }

    @Test func aPatternDoesNotCoverTheNameItBeginsWith() {
        #expect(!EventTypeName.patterns(covering: "transaction").contains("transaction.*"))
    }
}
