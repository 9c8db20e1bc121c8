import MartletCore
import Testing

/// That the document is OpenAPI 3.1 and says what the router does. That bodies and answers are as it says, every other
/// test sees to: see ``APIClient`` and `FieldTests`.
@Suite struct OpenAPIDocumentTests {
    @Test func everyOperationOfTheDocumentIsServed() async throws {
        try await TestService.with { service in
            #expect(service.contract.operations.count > 35)
            for operation in service.contract.operations {
                let path = operation.path.split(separator: "{id}", omittingEmptySubsequences: false).joined(
                    separator: "x")

                let answer = try await service.client(nil).send(operation.method, path)

                let isSource = operation.path.hasPrefix("/in/")
                #expect(answer.status == (operation.isKeyed ? 401 : isSource ? 404 : 200), "\(operation)")
            }
        }
    }

    @Test func everyReferenceLeadsSomewhereAndEverySchemaIsUsed() async throws {
        try await TestService.with { service in
            let document = service.contract.document
            let checker = SchemaChecker(document: document)
            var references: Set<String> = []
            Self.visit(document) { object in
                if let reference = object.first(where: { $0.key == "$ref" })?.value.string {
                    references.insert(reference)
                }
            }

            for reference in references { #expect(checker.resolve(reference) != nil, "\(reference)") }
            for schema in document["components"]?["schemas"]?.object ?? [] {
                #expect(references.contains("#/components/schemas/\(schema.key)"), "\(schema.key) is not used")
            }
        }
    }

    @Test func everyOperationIsDescribedInFull() async throws {
        try await TestService.with { service in
            let operations = service.contract.operations
            let tags = Set(service.contract.document["tags"]?.array?.compactMap { $0["name"]?.string } ?? [])
            let ids = operations.compactMap { $0.value["operationId"]?.string }

            #expect(Set(ids).count == operations.count)
            for operation in operations {
                #expect(operation.value["summary"]?.string?.isEmpty == false, "\(operation)")
                #expect(operation.value["tags"]?.array?.count == 1, "\(operation)")
                #expect(operation.value["tags"]?[0]?.string.map(tags.contains) ?? false, "\(operation)")
                let named = operation.value["parameters"]?.array?.filter { $0["in"] == "path" }.count ?? 0
                #expect(named == operation.path.count { $0 == "{" }, "\(operation)")
                let responses = operation.value["responses"]?.object ?? []
                #expect(responses.contains { $0.key.hasPrefix("2") }, "\(operation)")
                for response in responses {
                    #expect(response.key.count == 3 && Int(response.key) != nil, "\(operation)")
                    #expect(response.value["description"]?.string?.isEmpty == false, "\(operation) \(response.key)")
                    let isRefusal = response.key.hasPrefix("4") || response.key.hasPrefix("5")
                    let types = response.value["content"]?.object?.map(\.key) ?? []
                    #expect(!isRefusal || types == ["application/problem+json"], "\(operation) \(response.key)")
                }
                let statuses = Set(responses.map(\.key))
                let isGet = operation.method == "GET"
                #expect(!operation.isKeyed || statuses.isSuperset(of: ["401", "422", "503"]), "\(operation)")
                #expect(
                    isGet || operation.value["requestBody"] == nil || statuses.isSuperset(of: ["413", "415"]),
                    "\(operation)")
            }
        }
    }

    @Test func everyExampleIsWhatItsSchemaTakes() async throws {
        try await TestService.with { service in
            var count = 0
            for operation in service.contract.operations {
                for content in operation.value["requestBody"]?["content"]?.object ?? [] {
                    guard let example = content.value["example"], let schema = content.value["schema"] else { continue }
                    count += 1

                    let failures = service.contract.failures(of: example, schema)

                    #expect(failures.isEmpty, "\(operation): \(failures)")
                }
            }
            Self.visit(service.contract.document) { object in
                let schema = JSONValue.object(object)
                guard schema["type"] != nil || schema["oneOf"] != nil else { return }
                for example in schema["examples"]?.array ?? [] {
                    count += 1
                    #expect(service.contract.failures(of: example, schema).isEmpty, "\(example)")
                }
            }
            #expect(count > 10)
        }
    }

    @Test func theLimitsAreTheOnesInForce() async throws {
        try await TestService.with { service in
            let text = String(decoding: service.contract.document.bytes, as: UTF8.self)

            #expect(text.contains(#""maximum":250,"default":50"#))
            #expect(text.contains(#""maxItems":1000"#))
            #expect(text.contains("1048576 bytes"))
            #expect(text.contains("16777216"))
        }
    }

    private static func visit(_ value: JSONValue, _ body: ([JSONValue.Member]) -> Void) {
        switch value {
        case .object(let members):
            body(members)
            for member in members { visit(member.value, body) }
        case .array(let elements): for element in elements { visit(element, body) }
        case .null, .boolean, .number, .string: break
        }
    }
}
