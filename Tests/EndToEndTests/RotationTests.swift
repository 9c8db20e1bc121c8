import Foundation
import Testing

/// A secret is changed while events are on their way.
@Suite struct RotationTests {
    @Test func bothSecretsVerifyWhileAStandardRotationOverlaps() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let capture = try await stage.capture()
            let webhook = try await martlet.api.register(capture.url("/hook"))

            let rotated = try await martlet.api.post("\(webhook.path)/secret/rotate", ["overlap": "1h"])
            _ = try await martlet.api.publish("order.created")
            let overlapping = try await capture.requests(1)[0]

            let secret = try #require(rotated["secret"].string)
            #expect(secret != webhook.secret)
            #expect(overlapping["webhook-signature"]?.split(separator: " ").count == 2)
            for secret in [webhook.secret, secret] { try await verify(capture, secret, on: stage) }

            let ended = try await martlet.api.post("\(webhook.path)/secret/rotate", ["overlap": "0s"])
            #expect(try await martlet.api.get("\(webhook.path)/secret")["previous"].isNull)
            try FileManager.default.removeItem(at: capture.file)
            _ = try await martlet.api.publish("order.created")
            let alone = try await capture.requests(1)[0]
            #expect(alone["webhook-signature"]?.split(separator: " ").count == 1)
            try await verify(capture, #require(ended["secret"].string), on: stage)
        }
    }

    /// A guide's receiver reads one signature, so there is an instant at which the secrets change places. Whichever of
    /// the two a receiver has, it is satisfied at the second attempt at the latest.
    @Test func aSchemeWithOneSignatureCutsOverWhenItIsToldTo() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet(template: "fractio")
            let type = try #require(try await martlet.api.list("/v1/event-types").first?["name"].string)
            let (old, new) = (try await receiver("old", on: stage), try await receiver("new", on: stage))
            let webhook = try await martlet.api.register(old.url, ["secret": "the old secret of fractio"])
            let later = Date.now.addingTimeInterval(3600).formatted(.iso8601)

            let rotated = try await martlet.api.post(
                "\(webhook.path)/secret/rotate",
                ["secret": "the new secret of fractio", "cut_over_at": .string(later)])
            let notYetDeployed = try await statuses(of: type, martlet.api)
            _ = try await martlet.api.patch(webhook.path, ["url": .string(new.url)])
            let deployedEarly = try await statuses(of: type, martlet.api)

            #expect(rotated["secret"] == "the new secret of fractio")
            #expect(notYetDeployed == [200])
            #expect(deployedEarly == [403, 200])
        }
    }

    @Test func aSchemeWithOneSignatureCutsOverAtOnceUnlessToldWhen() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet(template: "fractio")
            let type = try #require(try await martlet.api.list("/v1/event-types").first?["name"].string)
            let (old, new) = (try await receiver("old", on: stage), try await receiver("new", on: stage))
            let webhook = try await martlet.api.register(old.url, ["secret": "the old secret of fractio"])

            _ = try await martlet.api.post(
                "\(webhook.path)/secret/rotate", ["secret": "the new secret of fractio"])
            let notYetDeployed = try await statuses(of: type, martlet.api)
            _ = try await martlet.api.patch(webhook.path, ["url": .string(new.url)])
            let deployed = try await statuses(of: type, martlet.api)

            #expect(notYetDeployed == [403, 200])
            #expect(deployed == [200])
        }
    }

    private func receiver(_ age: String, on stage: Stage) async throws -> GuideReceiver {
        try await stage.guideReceiver(
            "receiver-fractio.js", path: "/webhook", secret: "the \(age) secret of fractio", name: age)
    }

    /// The statuses that one event's attempts were answered with.
    private func statuses(of type: String, _ api: API) async throws -> [Int?] {
        let event = try await api.publish(type)
        let delivery = try await api.settled(#require(event["deliveries"][0]["id"].string))
        #expect(delivery["status"] == "succeeded")
        return delivery["attempts"].elements.map(\.["response"]["status"].integer)
    }

    /// Has `standardwebhooks` and `svix` verify what a capture has, with one secret.
    private func verify(_ capture: CaptureReceiver, _ secret: String, on stage: Stage) async throws {
        let endpoints: JSON = ["/hook": ["profile": "standard", "secret": .string(secret)]]
        let known = stage.directory.path("endpoints.json")
        try endpoints.text.write(toFile: known, atomically: true, encoding: .utf8)
        let script = Repository.receivers.appending(path: "verify_captures.py").path
        let verdicts = try await stage.run(
            Repository.python(), [script, "--endpoints", known, capture.file.path], name: "verify_captures")
        #expect(verdicts.hasSuffix("2 of 2 checks passed"))
    }
}
