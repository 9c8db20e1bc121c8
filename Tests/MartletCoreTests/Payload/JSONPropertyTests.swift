import Foundation
import MartletCore
import Testing

/// Properties over generated and broken documents. A failure prints its seed.
@Suite struct JSONPropertyTests {
    @Test(arguments: UInt64(1)...24)
    func whatIsNormalStaysNormal(seed: UInt64) throws {
        var generator = JSONGenerator(seed: seed)
        for _ in 0..<40 {
            let document = generator.document()

            let once = try JSONNormaliser.normalise(document).bytes

            #expect(try JSONNormaliser.normalise(once).bytes == once, "seed \(seed)")
            #expect(try JSONValue(parsing: once).bytes == once, "seed \(seed)")
        }
    }

    @Test(arguments: UInt64(1)...24)
    func theNormalFormMeansTheSame(seed: UInt64) throws {
        var generator = JSONGenerator(seed: seed)
        for _ in 0..<40 {
            let document = generator.document()

            let normal = try JSONNormaliser.normalise(document).bytes

            let before = try JSONSerialization.jsonObject(with: Data(document))
            let after = try JSONSerialization.jsonObject(with: Data(normal))
            #expect((before as? NSObject) == (after as? NSObject), "seed \(seed)")
        }
    }

    @Test(arguments: UInt64(1)...24)
    func spacesBetweenTokensChangeNothing(seed: UInt64) throws {
        var generator = JSONGenerator(seed: seed)
        for _ in 0..<40 {
            let (compact, spaced) = generator.documentTwice()

            #expect(
                try JSONNormaliser.normalise(compact).bytes == JSONNormaliser.normalise(spaced).bytes, "seed \(seed)")
        }
    }

    @Test(arguments: UInt64(1)...6)
    func noPrefixOfADocumentIsADocument(seed: UInt64) throws {
        var generator = JSONGenerator(seed: seed)
        for _ in 0..<4 {
            var document = generator.document()
            while let last = document.last, last <= 0x20 { document.removeLast() }
            for end in 0..<document.count {
                let prefix = Array(document[..<end])
                let rejection = #expect(throws: PayloadRejection.self, "seed \(seed), \(end)") {
                    try JSONNormaliser.normalise(prefix)
                }
                #expect(throws: PayloadRejection.self, "seed \(seed), \(end)") { try JSONValue(parsing: prefix) }
                #expect((rejection?.offset ?? .max) <= end, "seed \(seed), \(end)")
            }
        }
    }

    @Test(arguments: UInt64(1)...24)
    func brokenDocumentsAreRefusedOrStable(seed: UInt64) throws {
        var generator = JSONGenerator(seed: seed)
        var normaliser = JSONNormaliser()
        for _ in 0..<300 {
            let document = generator.mutated(generator.document())
            var output: [UInt8] = []
            do {
                _ = try document.withUnsafeBytes { try normaliser.normalise($0, into: &output) }
            } catch {
                #expect(output == [], "seed \(seed)")
                continue
            }

            #expect(try JSONNormaliser.normalise(output).bytes == output, "seed \(seed)")
            #expect(throws: Never.self, "seed \(seed)") { try document.withUnsafeBytes { try normaliser.validate($0) } }
        }
    }

    @Test(arguments: UInt64(1)...12)
    func theReaderAndTheNormaliserRefuseTheSameTexts(seed: UInt64) {
        var generator = JSONGenerator(seed: seed)
        for _ in 0..<300 {
            let document = generator.mutated(generator.document())

            let tree = Result { try JSONValue(parsing: document) }
            let normal = Result { try JSONNormaliser.normalise(document, allowsScalar: true) }

            // What only the normaliser refuses is numbers, which a tree keeps as they are spelled.
            switch (tree, normal) {
            case (.success, .failure(let error)):
                let code = (error as? PayloadRejection)?.code
                #expect(code == .integerPrecisionLost || code == .numberOverflow, "seed \(seed): \(error)")
            case (.failure(let error), .success):
                Issue.record("seed \(seed): only the tree refuses: \(error)")
            case (.success, .success), (.failure, .failure):
                break
            }
        }
    }
}
