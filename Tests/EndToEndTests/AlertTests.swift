import Foundation
import Testing

/// An alert as its operator lives through it: tried, fired, quiet, over.
@Suite struct AlertTests {
    @Test func aBrokenReceiverIsToldOfOnceByMailAndByWebhookAndItsMendingOnce() async throws {
        try await withStage { stage in
            let mail = try await stage.mailServer()
            let url = stage.directory.path("smtp-url")
            try "smtp://ops:swordfish@127.0.0.1:\(mail.port)\n".write(toFile: url, atomically: true, encoding: .utf8)
            let martlet = try await stage.martlet(flags: [
                "--breaker-minimum", "1000000", "--smtp-url-file", url, "--smtp-from",
                "Martlet Größe <alerts@martlet.example>", "--smtp-ca-file", mail.authorities,
            ])
            let operations = try await stage.capture(name: "operations")
            let capture = try await stage.capture()
            _ = try await martlet.api.register(
                operations.url(), ["application": "@operations", "events": ["alert.*"]])
            let webhook = try await martlet.api.register(capture.url(), ["retry": ["delays": ["1s"]]])
            let made = try await martlet.api.post(
                "/v1/alerts",
                [
                    "name": "Bestellungen kommen nicht an — prüfen", "clears_after": "0s",
                    "rule": ["type": "consecutive_failures", "failures": 2],
                    "emails": ["team@example.com", "nobody@example.com"],
                ], expecting: 201)
            let path = "/v1/alerts/\(try #require(made["id"].string))"
            func state() async throws -> String? { try await martlet.api.get(path)["state"].string }
            /// Until everything has been looked at once more.
            func lookAgain() async throws {
                let before = try await martlet.api.get(path)["looked_at"]
                try await waitUntil("the alert is looked at") { try await martlet.api.get(path)["looked_at"] != before }
            }

            let trial = try await martlet.api.post("\(path)/test")
            try capture.answer(500)
            for _ in 0..<3 { _ = try await martlet.api.publish("order.created") }
            try await waitUntil("the alert fires") { try await state() == "firing" }
            let firing = try await martlet.api.get(path)
            _ = try await mail.messages(2)
            // It goes on failing, and says no more of it.
            _ = try await martlet.api.publish("order.created")
            _ = try await martlet.api.settledDeliveries(to: webhook)
            try await lookAgain()
            let quiet = try await state()
            let told = try mail.messages().count
            try capture.answer(200)
            _ = try await martlet.api.publish("order.created")
            try await waitUntil("the alert is over") { try await state() == "ok" }
            let messages = try await mail.messages(3)
            let heard = try await operations.requests(3)
            let incidents = try await martlet.api.get("/v1/incidents")["data"].elements
            #expect(try await martlet.terminate() == .status(0))

            #expect(trial["webhooks"] == 1)
            #expect(trial["emails"][0]["failure"].isNull)
            #expect(trial["emails"][1]["failure"].string?.contains("550 5.1.1 no such user") == true)
            #expect(firing["culprits"][0].string == webhook.id)
            #expect(quiet == "firing" && told == 2)
            let name = "Bestellungen kommen nicht an — prüfen"
            #expect(
                messages.map { $0["subject"].string } == [
                    "[Martlet sandbox] Test: \(name)", "[Martlet sandbox] Firing: \(name)",
                    "[Martlet sandbox] Cleared: \(name)",
                ])
            for message in messages {
                #expect(message["safe"] == true && message["login"] == "ops")
                #expect(message["recipients"][0] == "team@example.com")
                #expect(message["origin"].string == "Martlet Größe <alerts@martlet.example>")
                #expect(message["defects"].elements.isEmpty)
            }
            #expect(messages[1]["text"].string?.contains("\(webhook.id)  \(capture.url())") == true)
            let types = try heard.map { try JSON(parsing: String(decoding: $0.body, as: UTF8.self))["type"].string }
            #expect(Set(types) == ["alert.test", "alert.firing", "alert.cleared"])
            #expect(heard.count == 3)
            #expect(incidents.count == 1 && incidents[0]["until"].string != nil)
            let log = martlet.program.errors
            #expect(log.contains("an alert fires"))
            #expect(!log.contains("swordfish") && !log.contains("c3dvcmRmaXNo"))
        }
    }
}
