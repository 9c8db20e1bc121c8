import MartletCore
import Testing

@Suite struct JSONCorpusTests {
    @Test func theCorpusIsThere() throws {
        let corpus = try JSONCorpus.load()

        #expect(corpus.cases.count == 142)
        #expect(corpus.cases.allSatisfy { $0.policy == .reject || $0.output != nil })
    }

    @Test(arguments: JSONCorpus.cases(.pass, .normalise, .warn))
    func acceptedCasesGiveWhatV8Writes(_ example: JSONCorpus.Case) throws {
        let output = try JSONNormaliser.normalise(example.input).bytes

        #expect(String(decoding: output, as: UTF8.self) == String(decoding: example.output ?? [], as: UTF8.self))
        if example.policy == .pass { #expect(output == example.input) }
    }

    @Test(arguments: JSONCorpus.cases(.pass, .normalise))
    func casesWithoutAWarningGiveNone(_ example: JSONCorpus.Case) throws {
        let warnings = try JSONNormaliser.normalise(example.input).warnings

        // The corpus was made before nesting beyond 64 was warned of.
        #expect(warnings.filter { $0.code != .deepNesting } == [])
    }

    @Test(arguments: JSONCorpus.cases(.warn))
    func warningsSayWhatTheCorpusSays(_ example: JSONCorpus.Case) throws {
        let warnings = try JSONNormaliser.normalise(example.input).warnings

        #expect(warnings.map(\.code.rawValue) == example.flags.map { $0.replacing("-", with: "_") })
        #expect(warnings.allSatisfy { $0.path.hasPrefix("$") && $0.path.count > 1 && $0.message.hasSuffix(".") })
    }

    @Test(arguments: JSONCorpus.cases(.reject))
    func rejectionsSayWhatTheCorpusSaysAndWhere(_ example: JSONCorpus.Case) throws {
        let rejection = try #require(throws: PayloadRejection.self) {
            try JSONNormaliser.normalise(example.input)
        }

        let code =
            switch rejection.code {
            case .numberOverflow: "number-overflow-becomes-null"
            case .byteOrderMark: "not-json"
            default: rejection.code.rawValue.replacing("_", with: "-")
            }
        #expect(example.flags.contains(code))
        #expect(rejection.path.hasPrefix("$"))
        #expect(rejection.message.hasSuffix("."))
    }

    @Test(arguments: JSONCorpus.cases(.pass, .normalise, .warn))
    func whatIsNormalStaysAsItIs(_ example: JSONCorpus.Case) throws {
        let once = try JSONNormaliser.normalise(example.input).bytes

        let twice = try JSONNormaliser.normalise(once).bytes

        #expect(twice == once)
    }

    @Test(arguments: JSONCorpus.cases(.pass, .normalise, .warn))
    func everyAcceptedCaseIsWellFormed(_ example: JSONCorpus.Case) throws {
        var normaliser = JSONNormaliser()

        try example.input.withUnsafeBytes { try normaliser.validate($0) }
    }

    @Test(arguments: JSONCorpus.cases(.pass, .normalise, .warn))
    func aTreeOfAnAcceptedCaseLeadsToTheSameText(_ example: JSONCorpus.Case) throws {
        let tree = try JSONValue(parsing: example.input)

        let output = try JSONNormaliser.normalise(tree.bytes).bytes

        #expect(output == example.output)
    }
}
