import MartletCore
import Testing

@Suite struct CatalogueRoutesTests {
    @Test func anEventTypeIsAddedShownChangedAndTakenOut() async throws {
        try await TestService.with { service in
            let admin = service.admin

            let made = try await admin.post(
                "/v1/event-types",
                [
                    "name": "flat.let", "description": "A flat was let.", "group": "flat",
                    "schema": ["type": "object"], "example": ["rooms": 3],
                ])
            let shown = try await admin.get("/v1/event-types/flat.let")
            let changed = try await admin.patch("/v1/event-types/flat.let", ["archived": true, "group": nil])
            let deleted = try await admin.delete("/v1/event-types/flat.let")

            #expect(made.status == 201)
            #expect(made.raw.header("location") == "/v1/event-types/flat.let")
            #expect(
                made.members == [
                    "name", "description", "group", "schema", "example", "archived", "created_at", "updated_at",
                ])
            #expect(shown.json == made.json)
            #expect(changed["archived"] == true)
            #expect(changed["group"] == .null)
            #expect(changed["description"] == "A flat was let.")
            #expect(deleted.status == 204)
            #expect(try await admin.get("/v1/event-types/flat.let").status == 404)
            #expect(try await admin.patch("/v1/event-types/flat.let", [:]).status == 404)
            #expect(try await admin.delete("/v1/event-types/flat.let").status == 404)
        }
    }

    @Test func aNameThatIsTakenIsAConflict() async throws {
        try await TestService.with { service in
            _ = try await service.admin.post("/v1/event-types", ["name": "flat.let"])

            let again = try await service.admin.post("/v1/event-types", ["name": "flat.let"])

            #expect(again.status == 409)
            #expect(again.code == "event_type_exists")
            #expect(try await service.foreigner.post("/v1/event-types", ["name": "flat.let"]).status == 201)
        }
    }

    @Test func anExampleMustBeAPayloadThatCouldBePublished() async throws {
        try await TestService.with { service in
            let scalar = try await service.admin.post("/v1/event-types", ["name": "a.b", "example": 5])
            let lossy = try await service.admin.post(
                "/v1/event-types", ["name": "a.b", "example": ["deep": [.number("9007199254740993")]]])
            let schema = try await service.admin.post("/v1/event-types", ["name": "a.b", "schema": []])

            #expect(scalar.status == 422)
            #expect(scalar.culprits == ["example"])
            #expect(lossy.status == 422)
            #expect(lossy.culprits == ["example.deep[0]"])
            #expect(schema.culprits == ["schema"])
        }
    }

    @Test func theCatalogueIsWalkedToItsEndWithoutGapsOrRepeats() async throws {
        try await TestService.with { service in
            for number in 0..<5 { _ = try await service.admin.post("/v1/event-types", ["name": .string("n\(number)")]) }
            let whole = try await service.admin.get("/v1/event-types?limit=250").items.compactMap { $0["name"]?.string }

            let walked = try await service.admin.walk("/v1/event-types", limit: 2).compactMap { $0["name"]?.string }

            #expect(walked == whole)
            #expect(Set(walked).count == walked.count)
            #expect(walked.count >= 7)
        }
    }

    @Test func aPublisherReadsTheCatalogueAndDoesNotChangeIt() async throws {
        try await TestService.with { service in
            let publisher = try await service.newClient("publisher")

            #expect(try await publisher.get("/v1/event-types").status == 200)
            #expect(try await publisher.post("/v1/event-types", ["name": "a.b"]).status == 403)
        }
    }
}
