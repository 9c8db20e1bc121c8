import MartletCore
import MartletService
import Testing

/// `/v1/stream`: server-sent events.
@Suite(.timeLimit(.minutes(5))) struct StreamRoutesTests {
    private func listen<Value>(
        _ service: TestService, key: String, query: String = "", _ body: (RawConnection) async throws -> Value
    ) async throws -> Value {
        try await RawConnection.with(port: service.port) { connection in
            try await connection.send(
                "GET /v1/stream\(query) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(key)\r\n\r\n")
            return try await body(connection)
        }
    }

    @Test func eventsAndAttemptsAreToldAsTheyHappen() async throws {
        try await TestService.with { service in
            let webhook = try await service.admin.makeWebhook()

            let text = try await listen(service, key: service.keys.sandbox) { connection in
                try await connection.text(until: ": listening")
                _ = try await service.admin.publish()
                return try await connection.text(until: "event: attempt.finished", "\n\n")
            }

            #expect(text.contains("HTTP/1.1 200"))
            #expect(text.contains("text/event-stream"))
            #expect(text.contains("event: event.accepted\nid: evt_"))
            #expect(text.contains("\"webhook\":\"\(webhook)\""))
        }
    }

    @Test func whatAnotherEnvironmentPublishesIsNotTold() async throws {
        try await TestService.with { service in
            let text = try await listen(service, key: service.keys.live) { connection in
                try await connection.text(until: ": listening")
                _ = try await service.admin.publish()
                _ = try await service.foreigner.post("/v1/events", ["type": "only.live", "data": [:]])
                return try await connection.text(until: "only.live")
            }

            #expect(text.split(separator: "event: ").count == 2)
        }
    }

    @Test(arguments: ["?type=no%20type", "?webhook=ep_1", "?application=nobody", "?limit=5"])
    func whatMakesNoSenseIsRefusedBeforeTheStreamBegins(query: String) async throws {
        try await TestService.with { service in
            let answer = try await service.admin.get("/v1/stream\(query)")

            #expect(answer.status == 422)
        }
    }

    @Test func aStreamEndsWithTheService() async throws {
        try await TestService.with { service in
            // Were it to go on, the service would not stop, and this test would not end.
            let text = try await listen(service, key: service.keys.sandbox) { connection in
                try await connection.text(until: ": listening")
            }
            #expect(text.contains("text/event-stream"))
        }
    }
}
