import MartletCore
import Testing

@Suite struct ApplicationRoutesTests {
    @Test func anApplicationIsMadeShownChangedAndDeleted() async throws {
        try await TestService.with { service in
            let admin = service.admin

            let made = try await admin.post(
                "/v1/applications", ["name": "Acme", "uid": "acme", "metadata": ["plan": "pro"]])
            let id = try made.string("id")
            let byUID = try await admin.get("/v1/applications/acme")
            let byID = try await admin.get("/v1/applications/\(id)")
            let changed = try await admin.patch("/v1/applications/acme", ["name": "Acme Ltd", "uid": nil])
            let deleted = try await admin.delete("/v1/applications/\(id)")

            #expect(made.status == 201)
            #expect(made.raw.header("location") == "/v1/applications/\(id)")
            #expect(made.members == ["id", "uid", "name", "metadata", "created_at", "updated_at"])
            #expect(made["metadata"] == ["plan": "pro"])
            #expect(byUID.json == made.json)
            #expect(byID.json == made.json)
            #expect(changed["name"] == "Acme Ltd")
            #expect(changed["uid"] == .null)
            #expect(changed["metadata"] == ["plan": "pro"])
            #expect(try await admin.get("/v1/applications/acme").status == 404)
            #expect(deleted.status == 204)
            #expect(try await admin.get("/v1/applications/\(id)").status == 404)
        }
    }

    @Test func aUidIsTakenOncePerEnvironment() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeApplication(uid: "acme")
            let other = try await service.admin.makeApplication(uid: "other")

            let again = try await service.admin.post("/v1/applications", ["name": "Acme", "uid": "acme"])
            let moved = try await service.admin.patch("/v1/applications/\(other)", ["uid": "acme"])
            let elsewhere = try await service.foreigner.post("/v1/applications", ["name": "Acme", "uid": "acme"])

            #expect(again.status == 409)
            #expect(moved.status == 409)
            #expect(try await service.admin.get("/v1/applications/other").status == 200)
            #expect(elsewhere.status == 201)
        }
    }

    @Test func anErasureIsTakenShownAndItsApplicationGoneAtOnce() async throws {
        try await TestService.with { service in
            let admin = service.admin
            let id = try await admin.makeApplication(uid: "acme")
            let webhook = try await admin.makeWebhook(application: "acme")

            let asked = try await admin.post("/v1/applications/acme/erase", [:])
            let again = try await admin.post("/v1/applications/\(id)/erase", [:])

            #expect(asked.status == 202)
            #expect(asked.members == ["application", "status", "requested_at", "finished_at", "erased"])
            #expect(asked["application"] == .string(id))
            #expect(asked["status"] == "erasing")
            #expect(asked["erased"] == ["events": 0, "deliveries": 0])
            #expect(again.json == asked.json)
            #expect(try await admin.get("/v1/applications/acme").status == 404)
            #expect(try await admin.get("/v1/webhooks/\(webhook)").status == 404)
        }
    }

    @Test func anErasureIsForAnAdminOfItsEnvironmentAlone() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeApplication(uid: "acme")
            let path = "/v1/applications/\(id)/erase"

            let stranger = try await service.client(nil).post(path, [:])
            let own = try await service.newClient("application", application: "acme").post(path, [:])
            let reader = try await service.newClient("reader").post(path, [:])
            let foreign = try await service.foreigner.post(path, [:])

            #expect([stranger, own, reader, foreign].map(\.status) == [401, 403, 403, 404])
            #expect(try await service.admin.get("/v1/applications/acme").status == 200)
        }
    }

    @Test func itsWebhooksAndKeysGoWithIt() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeApplication(uid: "acme")
            let webhook = try await service.admin.makeWebhook(application: "acme")
            let own = try await service.newClient("application", application: "acme")
            #expect(try await own.get("/v1/webhooks/\(webhook)").status == 200)

            _ = try await service.admin.delete("/v1/applications/\(id)")

            #expect(try await own.get("/v1/webhooks").status == 401)
            #expect(try await service.admin.get("/v1/webhooks/\(webhook)").status == 404)
            #expect(try await service.admin.publish()["delivery_count"] == 0)
        }
    }

    @Test func theDefaultApplicationStays() async throws {
        try await TestService.with { service in
            let webhook = try await service.admin.makeWebhook()
            let id = try await service.admin.get("/v1/webhooks/\(webhook)").string("application")

            let refused = try await service.admin.delete("/v1/applications/\(id)")

            #expect(refused.status == 409)
            #expect(refused.code == "default_application")
        }
    }

    @Test func aListIsWalkedToItsEndWithoutGapsOrRepeats() async throws {
        try await TestService.with { service in
            var made: [String] = []
            for _ in 0..<5 { made.append(try await service.admin.makeApplication()) }

            let walked = try await service.admin.walk("/v1/applications", limit: 2).compactMap { $0["id"]?.string }

            #expect(Array(walked.prefix(5)) == made.reversed())
            #expect(walked.count == 6)
        }
    }

    @Test(arguments: [
        ("name", #""""#), ("name", "\"\(String(repeating: "x", count: 201))\""), ("uid", #""""#), ("uid", #""a b""#),
        ("uid", #""a.b""#), ("uid", #""app_00000000000000000000000000""#),
        ("uid", "\"\(String(repeating: "x", count: 129))\""), ("metadata", #"{"a":1}"#), ("metadata", "[]"),
    ])
    func whatIsNoNameUidOrMetadataIsRefused(field: String, value: String) async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeApplication()

            let refused = try await service.admin.send(
                "PATCH", "/v1/applications/\(id)", Array("{\"\(field)\":\(value)}".utf8))

            #expect(refused.status == 422)
            #expect(refused.culprits == [field])
        }
    }
}
