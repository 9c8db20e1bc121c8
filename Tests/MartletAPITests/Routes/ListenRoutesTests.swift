import MartletCore
import MartletService
import Testing

/// `/v1/webhooks/{id}/listen`.
@Suite(.timeLimit(.minutes(5))) struct ListenRoutesTests {
    private func listen<Value>(
        _ service: TestService, to webhook: String, key: String? = nil, query: String = "?session=a",
        _ body: (RawConnection) async throws -> Value
    ) async throws -> Value {
        try await RawConnection.with(port: service.port) { connection in
            try await connection.send(
                "GET /v1/webhooks/\(webhook)/listen\(query) HTTP/1.1\r\nHost: localhost\r\n"
                    + "Authorization: Bearer \(key ?? service.keys.sandbox)\r\n\r\n")
            return try await body(connection)
        }
    }

    private func makeListening(_ service: TestService) async throws -> String {
        try await service.admin.makeWebhook(url: "listen:laptop")
    }

    /// The data of the first attempt that a stream told of.
    private func attempt(in text: String) throws -> JSONValue {
        let begin = try #require(text.firstRange(of: "event: attempt\ndata: "))
        return try JSONValue(parsing: Array(text[begin.upperBound...].prefix { $0 != "\n" }.utf8))
    }

    @Test func anAttemptIsHeardAnsweredAndRecorded() async throws {
        try await TestService.with { service in
            let webhook = try await makeListening(service)

            try await listen(service, to: webhook) { connection in
                try await connection.text(until: "event: listening", "\n\n")
                let stats = try await service.admin.get("/v1/webhooks/\(webhook)/stats")
                #expect(stats["listening"] == .boolean(true))
                let published = try await service.admin.publish()
                let delivery = try #require(published["deliveries"]?[0]?["id"]?.string)
                let handed = try attempt(in: try await connection.text(until: "event: attempt", "\n\n"))
                let answer = try await service.admin.post(
                    "/v1/webhooks/\(webhook)/listen/answers",
                    [
                        "delivery": .string(delivery), "number": 1, "address": "127.0.0.1",
                        "timing_ms": ["connect": 1, "first_byte": 12],
                        "response": [
                            "status": 201, "headers": [["name": "X-Answer", "value": "yes"]], "body_base64": "aGk=",
                            "truncated": true,
                        ],
                    ])
                let shown = try await service.admin.get("/v1/deliveries/\(delivery)")

                #expect(handed["delivery"]?.string == delivery)
                #expect(handed["number"]?.integer == 1)
                #expect(handed["type"]?.string == "property.created")
                #expect(handed["headers"]?.array?.contains { $0["name"]?.string == "webhook-signature" } == true)
                #expect(handed["body_base64"]?.string?.hasPrefix("eyJpZCI6") == true)
                #expect(answer.status == 200, "\(answer.text)")
                let attempt = shown["attempts"]?[0]
                #expect(shown["status"]?.string == "succeeded")
                #expect(attempt?["request"]?["url"]?.string == "listen:laptop")
                #expect(attempt?["response"]?["status"]?.integer == 201)
                #expect(attempt?["response"]?["body"]?.string == "hi")
                #expect(attempt?["response"]?["truncated"] == .boolean(true))
                #expect(attempt?["response"]?["headers"]?[0]?["name"]?.string == "X-Answer")
                #expect(attempt?["timing_ms"]?["first_byte"]?.double == 12)
                #expect(attempt?["address"]?.string == "127.0.0.1")
            }
        }
    }

    @Test func aFailureIsRecordedAsTheListenerSaysIt() async throws {
        try await TestService.with { service in
            let webhook = try await makeListening(service)

            try await listen(service, to: webhook) { connection in
                try await connection.text(until: "event: listening", "\n\n")
                let published = try await service.admin.publish()
                let delivery = try #require(published["deliveries"]?[0]?["id"]?.string)
                try await connection.text(until: "event: attempt", "\n\n")
                let answer = try await service.admin.post(
                    "/v1/webhooks/\(webhook)/listen/answers",
                    [
                        "delivery": .string(delivery), "number": 1,
                        "error": ["code": "connection_refused", "message": "Nothing listens on port 3000."],
                    ])
                let shown = try await service.admin.get("/v1/deliveries/\(delivery)")

                #expect(answer.status == 200, "\(answer.text)")
                #expect(shown["status"]?.string == "scheduled")
                #expect(shown["attempts"]?[0]?["error"]?["code"]?.string == "connection_refused")
                #expect(shown["attempts"]?[0]?["error"]?["message"]?.string == "Nothing listens on port 3000.")
            }
        }
    }

    @Test func anotherListenerReplacesTheFirst() async throws {
        try await TestService.with { service in
            let webhook = try await makeListening(service)

            let text = try await listen(service, to: webhook) { first in
                try await first.text(until: "event: listening", "\n\n")
                return try await listen(service, to: webhook, query: "?session=b") { second in
                    try await second.text(until: "event: listening", "\n\n")
                    return try await first.text(until: "event: end", "\n\n")
                }
            }

            #expect(text.contains(#"data: {"reason":"replaced"}"#))
        }
    }

    @Test func aWebhookIsShownWithItsKind() async throws {
        try await TestService.with { service in
            let listening = try await service.admin.get("/v1/webhooks/\(makeListening(service))")
            let sent = try await service.admin.get("/v1/webhooks/\(service.admin.makeWebhook())")

            #expect(listening["kind"]?.string == "listen")
            #expect(sent["kind"]?.string == "http")
        }
    }

    @Test(arguments: ["listen:", "listen:a b", "listen://example.com"])
    func aNameThatIsNoneIsRefused(url: String) async throws {
        try await TestService.with { service in
            let answer = try await service.admin.post("/v1/webhooks", ["url": .string(url), "events": ["*"]])

            #expect(answer.status == 422)
            #expect(answer.culprits == ["url"])
        }
    }

    @Test func whoeverMayNotHearsNothing() async throws {
        try await TestService.with { service in
            let webhook = try await makeListening(service)
            _ = try await service.admin.makeApplication(uid: "acme")
            let reader = try await service.newClient("reader")
            let other = try await service.newClient("application", application: "acme")

            #expect(try await reader.get("/v1/webhooks/\(webhook)/listen").status == 403)
            #expect(try await other.get("/v1/webhooks/\(webhook)/listen").status == 404)
            #expect(try await service.foreigner.get("/v1/webhooks/\(webhook)/listen").status == 404)
            let example: JSONValue = [
                "delivery": "dlv_01jz0000000000000000000000", "number": 1, "response": ["status": 200],
            ]
            #expect(try await other.post("/v1/webhooks/\(webhook)/listen/answers", example).status == 404)
        }
    }

    @Test func whatMakesNoSenseIsRefusedBeforeTheStreamBegins() async throws {
        try await TestService.with { service in
            let webhook = try await makeListening(service)
            let sent = try await service.admin.makeWebhook()

            let notListening = try await service.admin.get("/v1/webhooks/\(sent)/listen")
            let noSession = try await service.admin.get("/v1/webhooks/\(webhook)/listen?session=")
            let unknown = try await service.admin.get("/v1/webhooks/\(webhook)/listen?wait=5")

            #expect(notListening.status == 409 && notListening.code == "webhook_not_listening")
            #expect(noSession.status == 422)
            #expect(unknown.status == 422)
        }
    }

    @Test(
        arguments: [
            ("{}", ["delivery", "number", "response"]),
            (#"{"delivery":"x","number":0,"response":{"status":200}}"#, ["delivery", "number"]),
            (#"{"delivery":"DLV","number":1,"response":{"status":99}}"#, ["response.status"]),
            (#"{"delivery":"DLV","number":1,"response":{"status":200,"body_base64":"a"}}"#, ["response.body_base64"]),
            (#"{"delivery":"DLV","number":1,"response":{"status":200,"headers":[1]}}"#, ["response.headers"]),
            (#"{"delivery":"DLV","number":1,"error":{"code":"misconfigured","message":"no"}}"#, ["error.code"]),
            (#"{"delivery":"DLV","number":1,"error":{"code":"timeout","message":""}}"#, ["error.message"]),
            (
                #"{"delivery":"DLV","number":1,"response":{"status":200},"timing_ms":{"connect":-1}}"#,
                ["timing_ms.connect"]
            ),
        ] as [(String, [String])])
    func anAnswerThatIsNoneIsRefused(body: String, culprits: [String]) async throws {
        try await TestService.with { service in
            let webhook = try await makeListening(service)
            let body = body.replacing("DLV", with: "\(DeliveryID(high: 1, low: 1))")

            let answer = try await service.admin.send(
                "POST", "/v1/webhooks/\(webhook)/listen/answers", Array(body.utf8))

            #expect(answer.status == 422)
            #expect(answer.culprits == culprits)
        }
    }

    @Test func anAnswerThatNobodyWaitsForIsAConflict() async throws {
        try await TestService.with { service in
            let webhook = try await makeListening(service)

            let answer = try await service.admin.post(
                "/v1/webhooks/\(webhook)/listen/answers",
                ["delivery": .string("\(DeliveryID(high: 1, low: 1))"), "number": 1, "response": ["status": 200]])

            #expect(answer.status == 409)
            #expect(answer.code == "attempt_not_awaited")
        }
    }

    @Test func aTestEventNeedsSomebodyWhoListens() async throws {
        try await TestService.with { service in
            let webhook = try await makeListening(service)

            let answer = try await service.admin.post(
                "/v1/webhooks/\(webhook)/test", ["type": "a.b", "data": ["n": 1]])

            #expect(answer.status == 409)
            #expect(answer.code == "webhook_unattended")
        }
    }
}
