import MartletCore
import Testing

/// That requests hold what the document says, and that everything else in them is refused.
@Suite struct FieldTests {
    @Test func anUnknownFieldIsRefusedByNameWithTheFieldsThatThereAre() async throws {
        try await TestService.with { service in
            let world = try await World(service.admin)

            for operation in service.contract.operations where operation.exampleBody != nil {
                let body = operation.path == "/v1/events/batch" ? #"[{"§":1}]"# : #"{"§":1}"#
                let answer = try await service.admin.send(
                    operation.method, world.path(of: operation), Array(body.utf8))

                guard operation.path != "/v1/events/batch" else {
                    #expect(answer["results"]?[0]?["errors"]?[0]?["field"] == "§")
                    continue
                }
                #expect(answer.status == 422, "\(operation)")
                #expect(answer.culprits.contains("§"), "\(operation)")
                let index = try #require(answer.culprits.firstIndex(of: "§"), "\(operation)")
                let message = answer["errors"]?[index]?["message"]?.string ?? ""
                let known = Set(
                    message.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) })
                // These two are known so that a change of them is refused with the way that there is instead.
                let elsewhere: Set<String> =
                    operation.description == "PATCH /v1/webhooks/{id}" ? ["secret", "application"] : []
                #expect(
                    known.subtracting(elsewhere) == Self.properties(of: operation, service.contract),
                    "\(operation): \(message)")
            }
        }
    }

    private static func properties(of operation: DocumentedOperation, _ contract: Contract) -> Set<String> {
        let schema = operation.value["requestBody"]?["content"]?["application/json"]?["schema"]?["$ref"]?.string ?? ""
        let name = schema.split(separator: "/").last.map(String.init) ?? ""
        let properties = contract.document["components"]?["schemas"]?[name]?["properties"]?.object ?? []
        return Set(properties.map(\.key))
    }

    @Test func onlyUnknownFieldsHaveACodeOfTheirOwn() async throws {
        try await TestService.with { service in
            let alone = try await service.admin.post(
                "/v1/webhooks", ["url": "https://example.com/", "events": ["*"], "evnts": ["*"]])
            let nested = try await service.admin.post(
                "/v1/webhooks",
                ["url": "https://example.com/", "events": ["*"], "retry": ["delays": ["5s"], "jiter": 1]])
            let published = try await service.admin.post("/v1/events", ["type": "a.b", "data": [:], "tpye": "a.b"])

            #expect(alone.code == "unknown_field")
            #expect(alone.culprits == ["evnts"])
            #expect(alone.detail.contains("evnts"))
            #expect(nested.code == "unknown_field")
            #expect(nested.culprits == ["retry.jiter"])
            #expect(published.code == "unknown_field")
            #expect(published.culprits == ["tpye"])
        }
    }

    @Test func anUnknownParameterIsRefusedByNameWithTheParametersThatThereAre() async throws {
        try await TestService.with { service in
            let world = try await World(service.admin)

            for operation in service.contract.operations where operation.isKeyed {
                let path = try world.path(of: operation)
                let answer = try await service.admin.send(operation.method, "\(path)?nonsense=1", operation.exampleBody)

                #expect(answer.status == 422, "\(operation)")
                #expect(answer.code == "unknown_parameter", "\(operation)")
                #expect(answer.culprits == ["nonsense"], "\(operation)")
                let message = answer["errors"]?[0]?["message"]?.string ?? ""
                let known = Set(
                    message.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) })
                #expect(known == Set(operation.query), "\(operation): \(message)")
            }
            for (_, path) in world.paths { #expect(try await service.admin.get(path).status == 200, "\(path)") }
        }
    }

    @Test(arguments: [
        "limit=0", "limit=251", "limit=-1", "limit=abc", "limit=", "limit=1.5", "limit=5&limit=6", "limit=%2B5",
        "limit=99999999999999999999", "cursor=garbage", "cursor=",
    ])
    func aPageThatCannotBeIsRefusedByEveryList(query: String) async throws {
        try await TestService.with { service in
            let name = query.prefix { $0 != "=" }

            for operation in service.contract.operations where operation.query.contains("limit") {
                let answer = try await service.admin.get("\(operation.path)?\(query)")

                #expect(answer.status == 422, "\(operation)")
                #expect(answer.culprits == [String(name)], "\(operation)")
            }
        }
    }

    @Test(arguments: ["limit=1", "limit=250"])
    func aPageWithinTheLimitIsGivenByEveryList(query: String) async throws {
        try await TestService.with { service in
            for operation in service.contract.operations where operation.query.contains("limit") {
                let answer = try await service.admin.get("\(operation.path)?\(query)")

                #expect(answer.status == 200, "\(operation)")
                #expect(answer.members == ["data", "next_cursor"], "\(operation)")
            }
        }
    }

    @Test(arguments: [
        ("/v1/events", "since=yesterday", "since"), ("/v1/events", "status=lost", "status"),
        ("/v1/deliveries", "webhook=ep_1", "webhook"), ("/v1/deliveries", "until=2023-13-01T00:00:00Z", "until"),
        ("/v1/events", "q=%zz", "q"), ("/v1/events", "q=%ff", "q"), ("/v1/events", "%ff=1", "%ff"),
    ])
    func aParameterThatCannotBeIsRefusedByName(path: String, query: String, culprit: String) async throws {
        try await TestService.with { service in
            let answer = try await service.admin.get("\(path)?\(query)")

            #expect(answer.status == 422)
            #expect(answer.culprits == [culprit])
        }
    }

    /// Every field of every body, given every kind of value that it does not take.
    @Test func aValueOfAnotherKindIsRefusedByTheFieldsName() async throws {
        try await TestService.with { service in
            let world = try await World(service.admin)
            let kinds: [(type: String, value: String)] = [
                ("null", "null"), ("boolean", "true"), ("number", "1.5"), ("string", #""nonsense §""#),
                ("array", "[[1]]"), ("object", #"{"§":[1]}"#),
            ]
            for operation in service.contract.operations where operation.exampleBody != nil {
                guard operation.path != "/v1/events/batch" else { continue }
                let schema = try #require(operation.value["requestBody"]?["content"]?["application/json"]?["schema"])
                let example = try JSONValue(parsing: operation.exampleBody ?? []).object ?? []
                for field in Self.properties(of: operation, service.contract) {
                    for kind in kinds {
                        let value = try JSONValue(parsing: kind.value)
                        let rest = example.filter { $0.key != field }
                        let body = JSONValue.object(rest + [.init(field, value)])
                        let faults = service.contract.failures(of: body, schema).filter { $0.contains(".\(field)") }
                        guard !faults.isEmpty else { continue }

                        let answer = try await service.admin.send(
                            operation.method, world.path(of: operation), body.bytes)

                        #expect(answer.status == 422, "\(operation) \(field) \(kind.value): \(answer.text)")
                        let isNamed = answer.culprits.contains { $0.hasPrefix(field) || $0.hasPrefix("$.\(field)") }
                        #expect(isNamed, "\(operation) \(field) \(kind.value): \(answer.text)")
                    }
                }
            }
        }
    }
}
