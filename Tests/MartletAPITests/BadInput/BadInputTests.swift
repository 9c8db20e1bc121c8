import MartletCore
import MartletService
import Testing

/// Every bad request has its right answer, and costs nobody else anything: what is published before and after is
/// delivered, and nothing else is there afterwards.
@Suite struct BadInputTests {
    @Test(arguments: BadRequestGroup.all)
    func everyBadRequestIsRefusedByNameAndNothingIsLost(group: BadRequestGroup) async throws {
        try await TestService.with(egress: EgressPolicy()) { service in
            let admin = service.admin
            let webhook = try await admin.makeWebhook()
            _ = try await admin.makeApplication(uid: "acme")
            _ = try await admin.post("/v1/event-types", ["name": "only.here"])
            let texts = try await Texts(service, webhook: webhook)
            let before = try await Self.inventory(of: admin)
            _ = try await admin.publish(type: "marker.before")

            for request in group.requests {
                let answer = try await RawConnection.with(port: service.port) { connection in
                    try await connection.send(texts.filledIn(request.bytes))
                    if request.ends { connection.finishSending() }
                    return try await connection.answer()
                }

                let raw = try #require(answer, "\(request.name): no answer")
                let refusal = APIAnswer(raw: raw)
                #expect(refusal.status == request.status, "\(request.name): \(refusal.text.prefix(500))")
                #expect(refusal.code == request.code, "\(request.name): \(refusal.text.prefix(500))")
                #expect(raw.header("content-type") == "application/problem+json", "\(request.name)")
                let names = refusal.detail + " " + refusal.culprits.joined(separator: " ")
                #expect(names.contains(request.culprit), "\(request.name): \(refusal.text.prefix(500))")
                #expect(!refusal.text.contains(service.keys.sandbox), "\(request.name)")
                let failures = service.contract.failures(
                    of: refusal.json ?? .null, service.contract.reference(refusal.schema))
                #expect(failures.isEmpty, "\(request.name): \(failures)")
            }

            _ = try await admin.publish(type: "marker.after")
            await service.sender.hasSent(2)
            #expect(service.sender.bodies.count == 2)
            #expect(service.sender.bodies[0].contains(#""type":"marker.before""#))
            #expect(service.sender.bodies[1].contains(#""type":"marker.after""#))
            #expect(
                try await admin.walk("/v1/events", limit: 250).map { $0["type"]?.string } == [
                    "marker.after", "marker.before",
                ])
            #expect(try await Self.inventory(of: admin) == before)
        }
    }

    @Test func theTableHasHundredsOfRowsEachWithANameOfItsOwn() {
        let names = BadRequestGroup.all.flatMap { group in group.requests.map { "\(group): \($0.name)" } }

        #expect(names.count >= 250)
        #expect(Set(names).count == names.count)
    }

    /// How much there is of everything but events.
    private static func inventory(of admin: APIClient) async throws -> [Int] {
        var counts: [Int] = []
        for path in ["webhooks", "applications", "keys", "event-types", "profiles"] {
            counts.append(try await admin.walk("/v1/\(path)", limit: 250).count)
        }
        return counts
    }

    /// What stands for the names in the table.
    private struct Texts {
        private static let longestHead = 16_000

        let values: [(name: String, text: String)]

        init(_ service: TestService, webhook: String) async throws {
            let expired = try await service.admin.post("/v1/keys", ["role": "admin"])
            let past = (service.now - .seconds(1)).rfc3339
            _ = try await service.admin.patch("/v1/keys/\(expired.string("id"))", ["expires_at": .string(past)])
            let reader = try await service.newClient("reader").key
            let publisher = try await service.newClient("publisher").key
            values = [
                ("Bearer KEY", "Bearer \(service.keys.sandbox)"),
                ("Bearer EXPIRED", "Bearer \(try expired.string("key"))"),
                ("Bearer READER", "Bearer \(reader ?? "")"), ("Bearer PUBLISHER", "Bearer \(publisher ?? "")"),
                ("/WEBHOOK/", "/\(webhook)/"),
            ]
        }

        func filledIn(_ bytes: [UInt8]) -> [UInt8] {
            // A body of megabytes need not be looked through, and has none of them.
            var head = bytes.prefix(Self.longestHead)
            for (name, text) in values { head.replace(Array(name.utf8), with: Array(text.utf8)) }
            return Array(head) + bytes.dropFirst(Self.longestHead)
        }
    }
}

extension APIAnswer {
    /// The schema of a refusal.
    fileprivate var schema: String { code == "batch_refused" ? "BatchRefused" : "Problem" }
}
