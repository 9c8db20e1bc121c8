import Foundation

/// The cases that V8 itself made: inputs, what `JSON.stringify(JSON.parse(input))` gave, and what Martlet should do.
struct JSONCorpus: Decodable {
    struct Case: Decodable, CustomStringConvertible {
        var id: String
        var category: String
        var inputBase64: String
        var outputBase64: String?
        var flags: [String]
        var policy: Policy

        enum Policy: String, Decodable { case pass, normalise, reject, warn }

        enum CodingKeys: String, CodingKey {
            case id, category, flags, policy
            case inputBase64 = "input_b64"
            case outputBase64 = "output_b64"
        }

        var input: [UInt8] { [UInt8](Data(base64Encoded: inputBase64) ?? Data()) }
        var output: [UInt8]? { outputBase64.flatMap { Data(base64Encoded: $0) }.map { [UInt8]($0) } }
        var description: String { "\(id) \(category)" }
    }

    var cases: [Case]

    static func load() throws -> JSONCorpus {
        let url = try Corpora.url("json-stringify", "json")
        return try JSONDecoder().decode(JSONCorpus.self, from: Data(contentsOf: url))
    }

    static func cases(_ policies: Case.Policy...) -> [Case] {
        // An empty list would make every test over it pass, so the loading has a test of its own.
        ((try? load())?.cases ?? []).filter { policies.contains($0.policy) }
    }
}
