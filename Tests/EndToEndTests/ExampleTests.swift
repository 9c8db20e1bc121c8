import Foundation
import Testing

/// What stands in `Examples/`, against the real server.
@Suite struct ExampleTests {
    private func receiver(_ secret: String, port: Int, _ stage: Stage) async throws -> ChildProgram {
        let program = try stage.start(
            try Repository.built("receiver-example"), name: "receiver",
            environment: ["WEBHOOK_SECRET": secret, "PORT": "\(port)"])
        try await waitUntil("the receiver listens") {
            if let exit = program.exit {
                throw ChildProgram.EndedEarly(name: "receiver", exit: exit, errors: program.errors)
            }
            return (try? await stage.http.send(HTTPRequest(method: "GET", path: "/"), to: port)) != nil
        }
        return program
    }

    @Test func theReceiverTakesWhatIsSigned() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let port = try stage.freePort()
            let webhook = try await martlet.api.register("http://127.0.0.1:\(port)/webhook")
            _ = try await receiver(webhook.secret, port: port, stage)

            let event = try await martlet.api.publish("order.created")
            let id = try #require(event["id"].string)
            let delivery = try await martlet.api.settled(try #require(event["deliveries"][0]["id"].string))
            let replay = try await martlet.api.post("/v1/events/\(id)/replay", expecting: 202)
            let replayed = try await martlet.api.settled(try #require(replay["deliveries"][0]["id"].string))

            #expect(delivery["status"] == "succeeded")
            #expect(replayed["status"] == "succeeded")
        }
    }

    @Test func theReceiverRefusesWhatItCannotVerify() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let port = try stage.freePort()
            _ = try await martlet.api.register(
                "http://127.0.0.1:\(port)/webhook", ["retry": ["delays": ["1h"]]])
            _ = try await receiver("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", port: port, stage)

            let event = try await martlet.api.publish("order.created")
            let delivery = try await martlet.api.delivery(
                try #require(event["deliveries"][0]["id"].string), "has an attempt"
            ) { !$0["attempts"].elements.isEmpty }

            #expect(delivery["attempts"][0]["response"]["status"] == 401)
            #expect(delivery["attempts"][0]["response"]["body"] == "")
        }
    }
}
