import MartletCore
import Testing

@Suite struct EgressCorpusTests {
    /// The corpus's own profile: http allowed, address literals allowed, nothing private.
    private let policy = EgressPolicy(requiresHTTPS: false)

    @Test func theCorpusIsThere() throws {
        let corpus = try EgressCorpus.load()

        #expect(corpus.lines.count == 177)
        #expect(Set(corpus.lines.map(\.stage)) == Self.stages)
        #expect(corpus.lines.filter { ["resolve", "connect"].contains($0.stage) }.allSatisfy { !$0.answers.isEmpty })
    }

    private static let stages: Set = ["ok", "parse", "address", "name", "port", "resolve", "connect", "redirect"]

    @Test(arguments: EgressCorpus.lines("ok"))
    func ordinaryURLsAreAllowed(_ line: EgressCorpus.Line) throws {
        guard line.url.utf8.allSatisfy({ $0 < 0x80 }) else {
            // The corpus leaves it open whether international names are refused. Ours says how to write them.
            let refusal = try #require(throws: EgressRefusal.self) { try policy.vet(line.url) }
            #expect(refusal.message.contains("xn--"))
            return
        }

        let url = try policy.vet(line.url)

        #expect(try EndpointURL(parsing: url.description) == url)
    }

    @Test(arguments: EgressCorpus.lines("parse", "address", "name", "port"))
    func badURLsAreRefusedWhenTheyAreSaved(_ line: EgressCorpus.Line) throws {
        let refusal = try #require(throws: EgressRefusal.self) { try policy.vet(line.url) }

        let stage =
            switch refusal.reason {
            case .url: "parse"
            case .address: "address"
            case .name: "name"
            case .port: "port"
            case .plainHTTP, .noAddress: "none"
            }
        #expect(stage == line.stage, "\(refusal)")
        #expect(refusal.message.hasSuffix("."))
    }

    @Test(arguments: EgressCorpus.lines("resolve"))
    func everyAddressOfANameIsJudged(_ line: EgressCorpus.Line) throws {
        let url = try policy.vet(line.url)

        let verdict = Result { try policy.vet(addresses: line.answers[0], of: url.host.description) }

        switch verdict {
        case .success: #expect(line.isAllowed)
        case .failure(let error): #expect(!line.isAllowed, "\(error)")
        }
    }

    @Test(arguments: EgressCorpus.lines("connect"))
    func aNameThatTurnsPrivateIsRefusedAtTheNextDial(_ line: EgressCorpus.Line) throws {
        let url = try policy.vet(line.url)

        try policy.vet(addresses: line.answers[0], of: url.host.description)

        #expect(throws: EgressRefusal.self) {
            try policy.vet(addresses: line.answers[1], of: url.host.description)
        }
    }

    @Test(arguments: EgressCorpus.lines("redirect"))
    func theFirstHopOfARedirectIsAllAPolicyIsAskedFor(_ line: EgressCorpus.Line) throws {
        let url = try policy.vet(line.url)

        // That redirects are not followed is the sender's to keep and to test.
        try policy.vet(addresses: line.answers[0], of: url.host.description)
    }
}
