import MartletCore
import Testing

@Suite struct MethodTests {
    @Test func aMethodThatAPathDoesNotTakeIsAnsweredWithThoseThatItTakes() async throws {
        try await TestService.with { service in
            let world = try await World(service.admin)
            for path in Set(service.contract.operations.map(\.path)) {
                let there = service.contract.operations.filter { $0.path == path }
                let target = try world.path(of: there[0])
                let methods = there.map(\.method)
                let allow = Set(methods + ["OPTIONS"] + (methods.contains("GET") ? ["HEAD"] : []))
                for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"]
                where !methods.contains(method) {
                    let answer = try await service.admin.send(method, target)

                    #expect(answer.status == 405, "\(method) \(path)")
                    #expect(answer.code == "method_not_allowed", "\(method) \(path)")
                    let told = answer.raw.header("allow")?.split(separator: ", ").map(String.init) ?? []
                    #expect(Set(told) == allow, "\(method) \(path)")
                }
                guard !methods.contains("OPTIONS") else { continue }
                let options = try await service.client(nil).send("OPTIONS", target)
                #expect(options.status == 204, "\(path)")
                #expect(
                    Set(options.raw.header("allow")?.split(separator: ", ").map(String.init) ?? []) == allow, "\(path)")
            }
        }
    }

    @Test func headIsGetWithoutTheBody() async throws {
        try await TestService.with { service in
            let world = try await World(service.admin)
            for operation in service.contract.operations
            where operation.method == "GET" && operation.path != "/v1/stream" {
                let path = try world.path(of: operation)
                // The figures move on from one request to the next.
                let isSteady = path != "/metrics" && !path.hasSuffix("/stats")
                var get: APIAnswer
                var head: APIAnswer
                var after: APIAnswer
                repeat {
                    get = try await service.admin.get(path)
                    head = try await service.admin.send("HEAD", path)
                    after = try await service.admin.get(path)
                    // A delivery may have been attempted between two of them.
                } while isSteady && get.raw.body != after.raw.body

                #expect(head.status == get.status, "\(path)")
                #expect(head.raw.header("content-type") == get.raw.header("content-type"), "\(path)")
                guard isSteady else { continue }
                #expect(head.raw.header("content-length") == get.raw.header("content-length"), "\(path)")
            }
        }
    }

    /// A body where none is allowed would be read as the beginning of the next answer.
    @Test(arguments: ["/nowhere", "/v1/webhooks", "/v1/webhooks/ep_1", "/v1/events/batch"])
    func aRefusedHeadLeavesTheConnectionInOrder(path: String) async throws {
        try await TestService.with { service in
            let answers = try await RawConnection.with(port: service.port) { connection in
                try await connection.send(
                    "HEAD \(path) HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                return [try await connection.answer(isForHead: true), try await connection.answer()]
            }

            #expect(answers[0].map { $0.status >= 400 } ?? false)
            #expect(answers[1]?.status == 200)
            #expect(answers[1]?.body == Array("ok\n".utf8))
        }
    }

    @Test(arguments: [
        "/", "/v1", "/v2/events", "/v1/nothing", "/v1/webhooks/a/b/c/d", "/v1/webhooks/../keys", "/V1/webhooks",
        "/.git/config",
        "/v1/webhooks/%2e%2e/keys/more", "*",
    ])
    func whereThereIsNothingTheAnswerSaysSo(path: String) async throws {
        try await TestService.with { service in
            let answer = try await service.admin.get(path)

            #expect(answer.status == 404)
            #expect(answer.code == "no_such_route")
            #expect(answer.raw.header("content-type") == "application/problem+json")
        }
    }

    @Test func aSlashAtTheEndAndEscapesChangeNothing() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeWebhook()
            let escaped = id.utf8.map { "%" + String($0, radix: 16) }.joined()

            #expect(try await service.admin.get("/v1/webhooks/").items.count == 1)
            #expect(try await service.admin.get("/v1/webhooks/\(id)/").string("id") == id)
            #expect(try await service.admin.get("/v1/webhooks/\(escaped)").string("id") == id)
            #expect(try await service.admin.get("/v1/webhooks/\(escaped.uppercased())/stats").status == 200)
            #expect(try await service.admin.get("http://localhost/v1/webhooks/\(id)").string("id") == id)
        }
    }
}
