import Foundation
import Testing

/// Each guide's own code, unchanged, is the judge of what its readers are sent.
@Suite struct GuideTests {
    @Test(arguments: Guide.all)
    func everyEventIsAcceptedByTheGuidesOwnCheckAndATamperedOneIsNot(guide: Guide) async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet(template: guide.name)
            let registered = try await register(guide, with: martlet, on: stage)

            let examples = try await martlet.api.publishCatalogue()
            let published = try await examples + martlet.api.publishHardPayloads()

            let ids = Set(published.compactMap(\.["id"].string))
            #expect(!examples.isEmpty && ids.count == published.count)
            for (webhook, receiver) in registered {
                let deliveries = try await martlet.api.settledDeliveries(to: webhook)
                #expect(deliveries.count == published.count)
                #expect(deliveries.allSatisfy { $0["status"] == "succeeded" && $0["attempt_count"] == 1 })
                let seen = try await receiver.observations(published.count)
                #expect(seen.count == published.count)
                #expect(Set(seen.compactMap(\.["event_id"].string)) == ids)
                for request in seen {
                    #expect(request["verified"] == true, "\(receiver.program.name): \(request.text)")
                    #expect(request["stringify_equal"] == true, "\(receiver.program.name): \(request.text)")
                    #expect(request["webhook_id"] == request["event_id"])
                    #expect(request["error"].isNull)
                }
                try await expectRefusal(of: deliveries.prefix(20), by: receiver, martlet.api)
            }
        }
    }

    /// Has every receiver of a guide twice: with the secret that its reader chose, and with one that Martlet made.
    private func register(
        _ guide: Guide, with martlet: MartletServer, on stage: Stage
    ) async throws -> [(Webhook, GuideReceiver)] {
        var registered: [(Webhook, GuideReceiver)] = []
        for file in guide.receivers {
            let receiver = try await stage.guideReceiver(
                file, path: guide.path, secret: guide.secret, name: "\(file) with its own secret")
            let webhook = try await martlet.api.register(receiver.url, ["secret": .string(guide.secret)])
            #expect(webhook.secret == guide.secret)
            registered.append((webhook, receiver))

            // As its reader would: registers, copies the secret, deploys.
            let made = try await martlet.api.register("https://example.com\(guide.path)")
            let deployed = try await stage.guideReceiver(
                file, path: guide.path, secret: made.secret, name: "\(file) with a secret made for it")
            _ = try await martlet.api.patch(made.path, ["url": .string(deployed.url)])
            registered.append((made, deployed))
        }
        return registered
    }

    /// Sends a receiver what it was sent, once as it was, and once with one byte of the body changed.
    private func expectRefusal(
        of deliveries: some Sequence<JSON>, by receiver: GuideReceiver, _ api: API
    ) async throws {
        for delivery in deliveries {
            let sent = try await api.delivery(#require(delivery["id"].string))["attempts"][0]["request"]
            guard sent["truncated"] == false else { continue }
            let body = try Array(#require(sent["body"].string).utf8)
            var request = HTTPRequest(method: "POST", path: receiver.path, body: body)
            request.headers = sent["headers"].elements.map { ($0["name"].string ?? "", $0["value"].string ?? "") }
                .filter { !["host", "content-length"].contains($0.0.lowercased()) }

            let before = try receiver.observations().count
            _ = try await api.http.send(request, to: receiver.port)
            request.body = tampered(body)
            _ = try await api.http.send(request, to: receiver.port)

            let seen = try await receiver.observations(before + 2).suffix(2)
            #expect(seen.first?["verified"] == true)
            #expect(seen.last?["verified"] == false)
        }
    }

    /// The body with one byte changed, the first of `created`'s value: whatever its payload, it stays JSON.
    private func tampered(_ body: [UInt8]) -> [UInt8] {
        var body = body
        let index = body.firstRange(of: Array(#""created":""#.utf8))?.upperBound ?? body.startIndex
        body[index] = body[index] == UInt8(ascii: "2") ? UInt8(ascii: "1") : UInt8(ascii: "2")
        return body
    }

    @Test func sharmosToleranceCheckPassesOnTheHeaderAsSent() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet(template: "sharmo")
            let capture = try await stage.capture()
            _ = try await martlet.api.register(capture.url("/"))
            let php = try Repository.tool("php")
            let check = Repository.receivers.appending(path: "sharmo-tolerance.php").path

            _ = try await martlet.api.publish("property.created")

            let header = try #require(try await capture.requests(1)[0]["sharmo-signature"])
            let answer = try await stage.run(php, [check, header], name: "php")
            #expect(answer == "Webhook received")
            // The check itself can tell: five minutes and a second ago is too long.
            let stale = "t=\(Int(Date().timeIntervalSince1970) - 301)," + header.split(separator: ",", maxSplits: 1)[1]
            let late = try stage.start(php, [check, stale], name: "php-stale")
            #expect(try await late.ended() == .status(1))
        }
    }
}
