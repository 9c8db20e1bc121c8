import MartletCore
import MartletDelivery
import MartletService
import MartletTesting
import Testing
import WebhookSigning

@Suite struct InboundRoutesTests {
    private static let secret = SigningSecret(kept: "s3cret")
    private static let authorisation: WebhookSigner.Header = ("Authorization", "s3cret")

    private func sender(_ service: TestService, _ further: [JSONValue.Member] = []) async throws -> Sender {
        try await Sender(
            service, preset: "token", parameters: ["event_id": "header:X-Id", "event_type": "header:X-Type"],
            secret: Self.secret, further)
    }

    @Test func whatIsBelievedGoesToWebhooksByteForByteWithItsContentType() async throws {
        try await TestService.with { service in
            let sender = try await sender(service, [.init("forward_headers", ["X-Type"])])
            _ = try await service.admin.makeWebhook(events: ["order.paid"])
            let body = "{ \"a\" :1.0,\n\t\"b\": \"\u{FFFD}\"}"

            let answer = try await sender.post(
                body, [Self.authorisation, ("X-Type", "order/paid"), ("Content-Type", "application/x-own; v=1")])

            #expect(answer.status == 200)
            #expect(answer.body.isEmpty)
            await service.sender.hasSent(1)
            let sent = try #require(service.sender.requests.first)
            #expect(Array(sent.body) == Array(body.utf8))
            #expect(
                sent.headers.filter { $0.name.lowercased() == "content-type" }.map(\.value) == [
                    "application/x-own; v=1"
                ])
            #expect(sent.headers.contains { $0.name == "x-type" && $0.value == "order/paid" })
            #expect(sent.headers.contains { $0.name == "webhook-signature" })
            #expect(!sent.headers.contains { $0.name.lowercased() == "authorization" })
        }
    }

    @Test func bodiesOfAnyBytesAndAnyFramingAreTaken() async throws {
        try await TestService.with { service in
            let sender = try await sender(service)
            let bytes = (0...255).map { UInt8($0) }

            for isChunked in [false, true] {
                let answer = try await sender.send(
                    WebhookRequest(
                        url: sender.url, headers: [Self.authorisation, ("Content-Encoding", "gzip")], body: bytes),
                    isChunked: isChunked)

                #expect(answer.status == 200)
            }

            let id = try #require(try await sender.log().first?["id"]?.string)
            let shown = try await service.admin.get("/v1/requests/\(id)")
            #expect(shown["body_encoding"] == "base64")
            #expect(shown["size"]?.integer == 256)
        }
    }

    @Test func aSecondArrivalIsAnsweredAndNotRepeated() async throws {
        try await TestService.with { service in
            let sender = try await sender(service)

            let first = try await sender.post("{}", [Self.authorisation, ("X-Id", "one")])
            let second = try await sender.post("{\"other\":1}", [Self.authorisation, ("X-Id", "one")])
            let other = try await sender.post("{}", [Self.authorisation, ("X-Id", "two")])

            #expect([first, second, other].map(\.status) == [200, 200, 200])
            let log = try await sender.log()
            #expect(log.map { $0["verdict"]?.string } == ["accepted", "duplicate", "accepted"])
            #expect(log[1]["event"] == log[2]["event"])
            let shown = try await service.admin.get("/v1/requests/\(log[1]["id"]?.string ?? "")")
            #expect(shown["reason"]?.string?.contains("sent it before") ?? false)
        }
    }

    @Test func nobodyIsToldWhyHeIsRefusedAndTheLogSaysIt() async throws {
        try await TestService.with { service in
            let sender = try await sender(service)

            let wrong = try await sender.post("{}", [("Authorization", "guess")])
            let none = try await sender.post("{}")

            #expect([wrong.status, none.status] == [401, 401])
            #expect(wrong.body == none.body)
            #expect(wrong.header("www-authenticate") != nil)
            let log = try await sender.log()
            #expect(log.map { $0["code"]?.string } == ["header_missing", "wrong_token"])
            let names = log[1]["headers"]?.array?.filter {
                $0["name"] == "authorization" || $0["name"] == "Authorization"
            }
            #expect(names?.first?["value"] == "•••")
        }
    }

    @Test func aSourceThatIsNotThereOrSwitchedOffIsNotFound() async throws {
        try await TestService.with { service in
            let sender = try await sender(service)
            _ = try await service.admin.patch("/v1/sources/\(sender.source)", ["active": false])

            let inactive = try await sender.post("{}", [Self.authorisation])
            let unknown = try await sender.send(
                WebhookRequest(url: "/in/00000000000000000000000000", headers: [Self.authorisation]))
            let malformed = try await sender.send(WebhookRequest(url: "/in/%FF", headers: [Self.authorisation]))

            #expect([inactive, unknown, malformed].map(\.status) == [404, 404, 404])
            #expect(inactive.body == unknown.body)
            #expect(try await sender.log().first?["verdict"] == "inactive")
        }
    }

    @Test func aBodyThatIsTooLargeIsRefusedWithoutBeingReadWhateverItsFraming() async throws {
        try await TestService.with { service in
            let sender = try await sender(service, [.init("max_body_bytes", 100)])
            let large = WebhookRequest(
                url: sender.url, headers: [Self.authorisation], body: Array(repeating: 0x61, count: 101))
            var fitting = large
            fitting.body.removeLast()

            let announced = try await sender.send(large)
            let chunked = try await sender.send(large, isChunked: true)
            let taken = try await sender.send(fitting, isChunked: true)

            #expect([announced, chunked, taken].map(\.status) == [413, 413, 200])
            #expect(try await sender.log().map { $0["verdict"]?.string } == ["accepted", "too_large", "too_large"])
        }
    }

    @Test func bodiesLargerThanTheAPIsOwnAreTakenWhereTheSourceTakesThem() async throws {
        try await TestService.with { service in
            let sender = try await sender(service, [.init("max_body_bytes", 3_000_000)])

            let answer = try await sender.post(String(repeating: "a", count: 2_500_000), [Self.authorisation])

            #expect(answer.status == 200)
        }
    }

    @Test func beyondTheLimitItIs429WithWhenToComeAgainAndOtherSourcesAreUntouched() async throws {
        let clock = ManualTimeSource()
        try await TestService.with(time: clock) { service in
            let limited = try await sender(service, [.init("rate_limit", ["rate": 2, "per": "10s"])])
            let other = try await sender(service)

            var statuses: [Int] = []
            for _ in 0..<4 { statuses.append(try await limited.post("{}", [Self.authorisation]).status) }
            let refused = try await limited.post("{}", [Self.authorisation])
            let elsewhere = try await other.post("{}", [Self.authorisation])
            clock.advance(by: .seconds(5))
            let later = try await limited.post("{}", [Self.authorisation])

            #expect(statuses == [200, 200, 429, 429])
            #expect(refused.status == 429)
            #expect(refused.header("retry-after") == "5")
            #expect(elsewhere.status == 200)
            #expect(later.status == 200)
            #expect(try await limited.log().contains { $0["verdict"] == "limited" })
        }
    }

    @Test func addressesHaveLimitsOfTheirOwnAndAreTakenFromTrustedProxiesAlone() async throws {
        let proxies = TrustedProxies([AddressRange("127.0.0.0/8")].compactMap { $0 })
        try await TestService.with(time: ManualTimeSource(), proxies: proxies) { service in
            let sender = try await sender(service, [.init("rate_limit_per_address", ["rate": 1, "per": "1m"])])
            func post(_ address: String) async throws -> Int {
                try await sender.post("{}", [Self.authorisation, ("X-Forwarded-For", address)]).status
            }

            let first = try await post("192.0.2.1")
            let other = try await post("192.0.2.2")
            // What stands before the trusted proxy's own entry is anybody's word.
            let forged = try await post("198.51.100.1, 192.0.2.1")

            #expect([first, other, forged] == [200, 200, 429])
            #expect(try await sender.log().last?["address"] == "192.0.2.1")
        }
    }

    @Test func withoutATrustedProxyNobodySaysWhereHeComesFrom() async throws {
        try await TestService.with { service in
            let sender = try await sender(service)

            _ = try await sender.post("{}", [Self.authorisation, ("X-Forwarded-For", "192.0.2.1")])

            #expect(try await sender.log().first?["address"] == "127.0.0.1")
        }
    }

    // MARK: Handshakes

    @Test func slacksChallengeComesBackAsTextAndIsNoEvent() async throws {
        let clock = ManualTimeSource()
        try await TestService.with(time: clock) { service in
            let preset = try WebhookPreset.named("slack")
            let sender = try await Sender(service, preset: "slack", secret: Self.secret)
            let request = WebhookRequest(
                url: sender.url, body: Array(#"{"type":"url_verification","challenge":"3eZbrw1aB"}"#.utf8))

            let answer = try await sender.send(
                PresetSigner(preset: preset, secret: Self.secret).sign(request, now: clock.now().seconds))

            #expect(answer.status == 200)
            #expect(answer.body == Array("3eZbrw1aB".utf8))
            #expect(answer.header("content-type") == "text/plain; charset=utf-8")
            #expect(answer.header("x-content-type-options") == "nosniff")
            #expect(try await sender.log().first?["verdict"] == "answered")
        }
    }

    @Test func metasChallengeComesBackOnlyForTheVerifyTokenWhichIsMaskedInTheLog() async throws {
        try await TestService.with { service in
            let sender = try await Sender(
                service, preset: "meta", parameters: ["verify_token": "tok"], secret: Self.secret)
            func get(_ query: String) async throws -> RawAnswer {
                try await sender.send(WebhookRequest(method: "GET", url: sender.url + query))
            }

            let right = try await get("?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=tok")
            let wrong = try await get("?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=other")
            let script = try await get("?hub.mode=subscribe&hub.challenge=%3Cscript%3E&hub.verify_token=tok")

            #expect(right.status == 200)
            #expect(right.body == Array("1158201444".utf8))
            #expect([wrong.status, script.status] == [401, 401])
            let urls = try await sender.log().compactMap { $0["url"]?.string }
            #expect(urls.count == 3)
            #expect(urls.allSatisfy { !$0.contains("=tok") && !$0.contains("=other") })
            let shown = try await service.admin.get("/v1/sources/\(sender.source)")
            #expect(shown["parameters"]?["verify_token"] == "•••")
        }
    }

    @Test func cloudEventsOptionsAreAnsweredWithThePermission() async throws {
        try await TestService.with { service in
            let sender = try await Sender(service, preset: "cloudevents", secret: Self.secret)

            let answer = try await sender.send(
                WebhookRequest(
                    method: "OPTIONS", url: sender.url, headers: [("WebHook-Request-Origin", "events.example.com")]))

            #expect(answer.status == 200)
            #expect(answer.header("webhook-allowed-origin") == "events.example.com")
        }
    }

    @Test func aGetThatIsNoHandshakeBringsNoEvent() async throws {
        try await TestService.with { service in
            let sender = try await sender(service)

            let get = try await sender.send(
                WebhookRequest(method: "GET", url: sender.url, headers: [Self.authorisation]))
            let head = try await sender.send(
                WebhookRequest(method: "HEAD", url: sender.url, headers: [Self.authorisation]))

            #expect([get.status, head.status] == [401, 401])
            #expect(try await sender.log().map { $0["code"]?.string } == ["no_event", "no_event"])
        }
    }

    @Test func aSourceWithoutItsSecretAnswersHandshakesAndRefusesTheRest() async throws {
        try await TestService.with { service in
            let sender = try await Sender(service, preset: "notion")

            let handshake = try await sender.post(#"{"verification_token":"secret_abc"}"#)
            let event = try await sender.post(#"{"id":"1"}"#, [("X-Notion-Signature", "sha256=00")])

            #expect([handshake.status, event.status] == [200, 401])
            #expect(try await sender.log().map { $0["code"]?.string } == ["no_secret", "answered"])
            #expect(try await service.admin.get("/v1/sources/\(sender.source)")["lacks_secret"] == true)
        }
    }

    @Test func aFloodAtTenTimesTheLimitIsTurnedAwayAndTheLogStaysShort() async throws {
        let clock = ManualTimeSource()
        try await TestService.with(time: clock) { service in
            let sender = try await sender(service, [.init("rate_limit", ["rate": 20, "per": "1m"])])
            var statuses: [Int: Int] = [:]
            let text =
                "POST \(sender.url.dropFirst("http://localhost".count)) HTTP/1.1\r\nHost: localhost\r\n"
                + "Authorization: s3cret\r\nContent-Length: 2\r\n\r\n{}"

            for _ in 0..<200 {
                let answer = try await RawConnection.with(port: service.port) { connection in
                    try await connection.send(text)
                    return try await connection.answer()
                }
                statuses[answer?.status ?? 0, default: 0] += 1
            }

            #expect(statuses == [200: 20, 429: 180])
            let verdicts = try await sender.log().map { $0["verdict"]?.string }
            #expect(verdicts.count { $0 == "accepted" } == 20)
            // Of those turned away a sample stands in the log.
            #expect(verdicts.count { $0 == "limited" } == 10)
            let metrics = try await service.client(nil).get("/metrics").text
            #expect(metrics.contains(#"martlet_requests_received_total{verdict="limited"} 180"#))
            #expect(metrics.contains("martlet_requests_not_logged_total 170"))
        }
    }
}
