import Foundation
import MartletCore
import Testing

@Suite struct JSONNumberTests {
    private func normal(_ number: String) throws -> String {
        String(decoding: try JSONNormaliser.normalise(Array(number.utf8), allowsScalar: true).bytes, as: UTF8.self)
    }

    /// Made by V8: `JSON.stringify(JSON.parse(text))`.
    @Test(arguments: [
        ("0", "0"), ("-0", "0"), ("1", "1"), ("-1", "-1"), ("5e-324", "5e-324"), ("4.9e-324", "5e-324"),
        ("2.4703282292062328e-324", "5e-324"), ("2.2250738585072014e-308", "2.2250738585072014e-308"),
        ("2.2250738585072011e-308", "2.225073858507201e-308"), ("1.7976931348623157e308", "1.7976931348623157e+308"),
        ("1.7976931348623158e308", "1.7976931348623157e+308"), ("123456789012345680000", "123456789012345680000"),
        ("1e20", "100000000000000000000"), ("999999999999999900000", "999999999999999900000"), ("1e21", "1e+21"),
        ("1e22", "1e+22"), ("1e23", "1e+23"), ("12e20", "1.2e+21"), ("1000000000000000000000", "1e+21"),
        ("1e-6", "0.000001"), ("0.000001", "0.000001"), ("0.0000001", "1e-7"), ("1e-7", "1e-7"),
        ("0.00000123", "0.00000123"), ("0.000000123", "1.23e-7"), ("123e-9", "1.23e-7"), ("1.5e-10", "1.5e-10"),
        ("9007199254740991", "9007199254740991"), ("9007199254740992", "9007199254740992"),
        ("9007199254740994", "9007199254740994"), ("-9007199254740992", "-9007199254740992"), ("0.1", "0.1"),
        ("0.30000000000000004", "0.30000000000000004"), ("100.0", "100"), ("1E5", "100000"), ("1.0E+2", "100"),
        ("123.456e3", "123456"), ("123.456e1", "1234.56"), ("123456789012345e-15", "0.123456789012345"),
        ("4.35", "4.35"), ("0.5", "0.5"), ("1e15", "1000000000000000"), ("1e16", "10000000000000000"),
        ("1752710400123456", "1752710400123456"), ("1e0000000000000000000000000000005", "100000"),
        ("0.00000000000000000000000000000000000000000000000001e50", "1"),
    ])
    func numbersAreWrittenAsV8Does(_ text: String, _ expected: String) throws {
        #expect(try normal(text) == expected)
    }

    @Test(arguments: [
        "9007199254740993", "-9007199254740993", "9007199254740993.0", "12345678901234567890", "9223372036854775807",
        "9223372036854775808", "18446744073709551615", "100000000000000000000001", "123456789012345678",
    ])
    func integersWhoseDigitsWouldChangeAreRefused(_ text: String) throws {
        let rejection = try #require(throws: PayloadRejection.self) { try normal(text) }

        #expect(rejection.code == .integerPrecisionLost)
        #expect(rejection.message.contains(text) && rejection.message.contains("string"))
    }

    @Test(arguments: [
        "1e309", "-1e309", "1e400", "1.7976931348623159e308", "1e99999999999999999999999",
        "17976931348623159" + String(repeating: "0", count: 292),
    ])
    func numbersBeyondTheLargestDoubleAreRefused(_ text: String) throws {
        let rejection = try #require(throws: PayloadRejection.self) { try normal(text) }

        #expect(rejection.code == .numberOverflow)
    }

    @Test func aSpellingOfAnyLengthIsRoundedRightly() throws {
        let halfway = "0.500000000000000055511151231257827021181583404541015625"
        let zeros = String(repeating: "0", count: 5_000)

        // Half-way between 0.5 and the next double: ties go to the even one, anything more goes up.
        #expect(try normal(halfway) == "0.5")
        #expect(try normal(halfway + zeros) == "0.5")
        #expect(try normal(halfway + zeros + "1") == "0.5000000000000001")
        #expect(try normal("1" + zeros + "e-5000") == "1")
        #expect(try normal("0." + zeros + "1e5001") == "1")
    }

    @Test(arguments: UInt64(1)...8)
    func everyDoubleIsReadBackFromWhatIsWritten(seed: UInt64) throws {
        var random = SeededRandom(seed)
        for _ in 0..<1_000 {
            let double = Double(bitPattern: random.next())
            guard double.isFinite, double != 0 else { continue }
            var writer = JSONWriter()

            writer.number(double)

            #expect(Double(writer.text) == double, "seed \(seed)")
            #expect(try normal(double.description) == writer.text, "seed \(seed)")
            #expect(try normal(writer.text) == writer.text, "seed \(seed)")
        }
    }

    @Test(arguments: UInt64(1)...8)
    func shortDecimalsNeedNoConversionToBeRight(seed: UInt64) throws {
        var random = SeededRandom(seed)
        for _ in 0..<1_000 {
            let digits = Int.random(in: 1...999_999_999_999_999, using: &random)
            let text = "\(digits)e\(Int.random(in: -300...280, using: &random))"
            var writer = JSONWriter()

            writer.number(try #require(Double(text)))

            #expect(try normal(text) == writer.text, "seed \(seed): \(text)")
        }
    }
}
