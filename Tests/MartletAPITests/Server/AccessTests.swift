import MartletCore
import Testing

/// What holds of every operation, so of those too that are yet to come.
@Suite struct AccessTests {
    @Test(
        arguments: [
            (nil, "missing_key"), ("Bearer ", "wrong_scheme"), ("Bearer garbage", "invalid_key"),
            ("Bearer mk_test_0000000000000000000000000000000000000000000000000000000000000000", "invalid_key"),
            ("Basic YWRtaW46YWRtaW4=", "wrong_scheme"), ("Bearer", "wrong_scheme"), ("", "wrong_scheme"),
            ("Bearer \u{00E9}", "invalid_key"),
        ] as [(String?, String)])
    func withoutAKeyThatCountsNothingIsDone(authorization: String?, code: String) async throws {
        try await TestService.with { service in
            let world = try await World(service.admin)
            let headers = authorization.map { [("Authorization", $0)] } ?? []

            for operation in service.contract.operations where operation.isKeyed {
                let answer = try await service.client(nil).send(
                    operation.method, world.path(of: operation), operation.exampleBody, headers: headers)

                #expect(answer.status == 401, "\(operation)")
                #expect(answer.code == code, "\(operation)")
                #expect(answer.raw.header("www-authenticate") == "Bearer", "\(operation)")
            }
        }
    }

    @Test func anExpiredKeyDoesNothing() async throws {
        try await TestService.with { service in
            let world = try await World(service.admin)
            let made = try await service.admin.post("/v1/keys", ["role": "admin"])
            let past = (service.now - .seconds(1)).rfc3339
            _ = try await service.admin.patch("/v1/keys/\(made.string("id"))", ["expires_at": .string(past)])
            let late = service.client(try made.string("key"))

            for operation in service.contract.operations where operation.isKeyed {
                let answer = try await late.send(operation.method, world.path(of: operation), operation.exampleBody)

                #expect(answer.status == 401, "\(operation)")
                #expect(answer.code == "expired_key", "\(operation)")
            }
        }
    }

    @Test(arguments: ["publisher", "application", "reader"])
    func aRoleDoesWhatTheDocumentSaysAndNothingElse(role: String) async throws {
        try await TestService.with { service in
            let world = try await World(service.admin)
            let client = try await service.newClient(role, application: role == "application" ? "acme" : nil)
            // What deletes comes last, so that the others find what they look for.
            // A stream does not end, so it has tests of its own.
            let operations = service.contract.operations.filter { $0.isKeyed && $0.path != "/v1/stream" }.sorted {
                $1.method == "DELETE" && $0.method != "DELETE"
            }

            for operation in operations {
                let answer = try await client.send(operation.method, world.path(of: operation), operation.exampleBody)

                if operation.roles.contains(role) {
                    #expect((200..<300).contains(answer.status) || answer.status == 409, "\(operation): \(answer.text)")
                } else {
                    #expect(answer.status == 403, "\(operation)")
                    #expect(answer.code == "forbidden", "\(operation)")
                    #expect(answer.detail.contains(role), "\(operation)")
                }
            }
        }
    }

    @Test func theRolesAreTheOnesOfTheSpecification() async throws {
        try await TestService.with { service in
            let operations = service.contract.operations.filter(\.isKeyed)
            func names(_ role: String) -> Set<String> {
                Set(operations.filter { $0.roles.contains(role) }.compactMap { $0.value["operationId"]?.string })
            }

            #expect(names("admin").count == operations.count)
            #expect(names("publisher") == ["publishEvent", "publishEvents", "listEventTypes", "getEventType"])
            let reads = operations.filter { $0.method == "GET" }.compactMap { $0.value["operationId"]?.string }
            #expect(
                names("reader")
                    == Set(reads).subtracting(["getWebhookSecret", "getSourceSecret", "listenToWebhook"]))
            let groups = Set(
                operations.filter { $0.roles.contains("application") && $0.method != "GET" }.map {
                    String($0.path.split(separator: "/")[1])
                })
            #expect(groups == ["webhooks", "deliveries", "events", "jobs"])
            #expect(!names("application").contains("publishEvent"))
        }
    }

    @Test func anotherEnvironmentsThingsDoNotExist() async throws {
        try await TestService.with { service in
            let world = try await World(service.admin)

            for operation in service.contract.operations where operation.path.contains("{id}") {
                let answer = try await service.foreigner.send(
                    operation.method, world.path(of: operation), operation.exampleBody)

                #expect(answer.status == 404, "\(operation): \(answer.text)")
                #expect(answer.code == "not_found", "\(operation)")
            }
            for (_, path) in world.paths { #expect(try await service.admin.get(path).status == 200, "\(path)") }
        }
    }

    @Test func anotherApplicationsThingsDoNotExist() async throws {
        try await TestService.with { service in
            let world = try await World(service.admin)
            _ = try await service.admin.makeApplication(uid: "other")
            let other = try await service.newClient("application", application: "other")
            let shared = ["/v1/event-types", "/v1/profiles"]

            for operation in service.contract.operations
            where operation.path.contains("{id}") && operation.roles.contains("application")
                && !shared.contains(where: operation.path.hasPrefix)
            {
                let answer = try await other.send(operation.method, world.path(of: operation), operation.exampleBody)

                #expect(answer.status == 404, "\(operation): \(answer.text)")
                #expect(answer.code == "not_found", "\(operation)")
            }
            for (_, path) in world.paths { #expect(try await service.admin.get(path).status == 200, "\(path)") }
        }
    }

    @Test func listsShowNothingOfOthers() async throws {
        try await TestService.with { service in
            _ = try await World(service.admin)
            _ = try await service.admin.makeApplication(uid: "other")
            let other = try await service.newClient("application", application: "other")

            for path in ["/v1/webhooks", "/v1/events", "/v1/deliveries"] {
                #expect(try await service.foreigner.get(path).items.isEmpty, "\(path)")
                #expect(try await other.get(path).items.isEmpty, "\(path)")
                let named = try await other.get("\(path)?application=acme")
                #expect(named.status == 422, "\(path)")
                #expect(named.code == "unknown_application", "\(path)")
            }
            #expect(!(try await service.foreigner.get("/v1/event-types").text.contains("only.here")))
            #expect(!(try await service.foreigner.get("/v1/profiles").text.contains("only-here")))
            #expect(try await service.foreigner.get("/v1/keys").items.count == 1)
            #expect(try await service.foreigner.get("/v1/applications").items.count == 1)
        }
    }

    @Test func aKeyOfAnApplicationRegistersForThatApplicationAlone() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeApplication(uid: "acme")
            _ = try await service.admin.makeApplication(uid: "other")
            let own = try await service.newClient("application", application: "acme")

            let made = try await own.makeWebhook()
            let foreign = try await own.post(
                "/v1/webhooks", ["url": "https://example.com/", "events": ["*"], "application": "other"])

            #expect(try await own.get("/v1/webhooks/\(made)").string("application") == id)
            #expect(foreign.status == 422)
            #expect(foreign.culprits == ["application"])
        }
    }
}
