import MartletCore
import MartletService
import Testing

@Suite struct PortalRoutesTests {
    @Test func aLinkOpensThePortalOfItsApplicationForAsLongAsItSays() async throws {
        try await TestService.with { service in
            let id = try await service.admin.makeApplication(uid: "acme")

            let usual = try await service.admin.post("/v1/applications/acme/portal", [:])
            let short = try await service.admin.post("/v1/applications/\(id)/portal", ["expires_in": "5m"])

            #expect(usual.status == 201)
            #expect(usual.members == ["id", "application", "url", "expires_at"])
            #expect(try usual.string("application") == id)
            let token = try #require(try usual.string("url").split(separator: "/portal/").last).description
            let pass = try #require(service.pass(token))
            #expect(pass.application.description == id)
            #expect(pass.principal.role == .application)
            #expect(try Timestamp(rfc3339: usual.string("expires_at")) == pass.expiresAt)
            let shortly = try #require(Timestamp(rfc3339: try short.string("expires_at")))
            #expect(shortly < pass.expiresAt)
        }
    }

    @Test(arguments: ["59s", "8d", "soon"])
    func aLinkIsGoodForAMinuteToAWeek(lifetime: String) async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeApplication(uid: "acme")

            let answer = try await service.admin.post(
                "/v1/applications/acme/portal", ["expires_in": .string(lifetime)])

            #expect(answer.status == 422)
            #expect(answer.culprits == ["expires_in"])
        }
    }

    @Test func oneLinkIsWithdrawnOrAllOfThem() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeApplication(uid: "acme")
            func link() async throws -> (id: String, token: String) {
                let made = try await service.admin.post("/v1/applications/acme/portal", [:])
                let token = try #require(try made.string("url").split(separator: "/portal/").last).description
                return (try made.string("id"), token)
            }
            let (first, second) = (try await link(), try await link())

            let one = try await service.admin.delete("/v1/applications/acme/portal?link=\(first.id)")
            #expect(one.status == 204)
            #expect(service.pass(first.token) == nil)
            #expect(service.pass(second.token) != nil)

            let all = try await service.admin.delete("/v1/applications/acme/portal")
            #expect(all.status == 204)
            #expect(service.pass(second.token) == nil)
        }
    }

    @Test func whatIsNoLinkIsNotThere() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeApplication(uid: "acme")

            let strange = try await service.admin.delete("/v1/applications/acme/portal?link=plk_1")
            let nobody = try await service.admin.post("/v1/applications/nobody/portal", [:])

            #expect(strange.status == 404)
            #expect(nobody.status == 404)
        }
    }

    @Test func aHundredLinksAreWithdrawnSinglyAndNoMore() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeApplication(uid: "acme")
            var last = 0
            for _ in 0...PortalAccess.mostWithdrawals {
                let made = try await service.admin.post("/v1/applications/acme/portal", [:])
                last = try await service.admin.delete("/v1/applications/acme/portal?link=\(made.string("id"))").status
            }

            #expect(last == 409)
            #expect(try await service.admin.delete("/v1/applications/acme/portal").status == 204)
        }
    }

    @Test func anApplicationsOwnKeyMakesNoLinks() async throws {
        try await TestService.with { service in
            _ = try await service.admin.makeApplication(uid: "acme")
            let own = try await service.newClient("application", application: "acme")

            #expect(try await own.post("/v1/applications/acme/portal", [:]).status == 403)
        }
    }
}

extension TestService {
    /// What a portal's token opens.
    fileprivate func pass(_ token: String) -> PortalPass? {
        guard case .open(let pass) = PortalService(context).present(token) else { return nil }
        return pass
    }
}
