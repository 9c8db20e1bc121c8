import MartletCore
import Testing

/// What `/openapi.json` promises, to hold answers against.
struct Contract: Sendable {
    let document: JSONValue
    private let checker: SchemaChecker

    init(_ bytes: [UInt8]) throws {
        document = try JSONValue(parsing: bytes)
        checker = SchemaChecker(document: document)
    }

    /// Records an issue where an answer is not one that the operation is said to have.
    func check(_ answer: APIAnswer, to method: String, _ target: String, sourceLocation: SourceLocation) {
        if method == "HEAD" {
            #expect(answer.raw.body.isEmpty, sourceLocation: sourceLocation)
        } else if answer.raw.header("content-type") == "application/problem+json" {
            for failure in checker.failures(of: answer.json ?? .null, reference("Problem"), isOpen: true) {
                Issue.record("\(method) \(target): \(failure)", sourceLocation: sourceLocation)
            }
            #expect(answer.json?["status"]?.integer == answer.status, sourceLocation: sourceLocation)
        } else if answer.status >= 400 {
            Issue.record(
                "\(method) \(target) answered \(answer.status) without a problem.", sourceLocation: sourceLocation)
        }
        guard let operation = operation(method, target) else { return }
        guard let response = operation["responses"]?["\(answer.status)"] else {
            Issue.record(
                "\(method) \(target) is not said to answer \(answer.status): \(answer.text.prefix(500))",
                sourceLocation: sourceLocation)
            return
        }
        guard let content = response["content"] else {
            #expect(answer.raw.body.isEmpty, sourceLocation: sourceLocation)
            return
        }
        let type = answer.raw.header("content-type").map { String($0.prefix { $0 != ";" }) } ?? ""
        guard let schema = content[type]?["schema"] else {
            Issue.record(
                "\(method) \(target) is not said to answer \(answer.status) with \(type).",
                sourceLocation: sourceLocation)
            return
        }
        guard type.hasSuffix("json") else { return }
        for failure in checker.failures(of: answer.json ?? .null, schema, isOpen: false) {
            Issue.record("\(method) \(target) answered \(answer.status): \(failure)", sourceLocation: sourceLocation)
        }
    }

    /// What is wrong with a value, going by a schema of the document.
    func failures(of value: JSONValue, _ schema: JSONValue) -> [String] {
        checker.failures(of: value, schema, isOpen: false)
    }

    func reference(_ schema: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(schema)")] }

    private func operation(_ method: String, _ target: String) -> JSONValue? {
        let segments = target.prefix { $0 != "?" }.split(separator: "/")
        let paths = document["paths"]?.object ?? []
        let fits = paths.filter { path in
            let names = path.key.split(separator: "/")
            return names.count == segments.count && zip(names, segments).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        let best = fits.min { $0.key.count { $0 == "{" } < $1.key.count { $0 == "{" } }
        return best?.value[method.lowercased()]
    }
}
