import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// `/v1/profiles`: docs/api.md. A new profile says what differs from `base`, `standard` unless it names another.
struct ProfileRoutes: RouteGroup {
    let kit: RouteKit
    let profiles: ProfileService

    init(_ kit: RouteKit) {
        self.kit = kit
        profiles = ProfileService(kit.services)
    }

    var operations: [Operation] {
        [
            Operation(
                .post, "/v1/profiles", "createProfile", "Make a profile",
                detail: "What is left out is as in `base`, which is `standard` unless given.", .changeProfiles,
                body: .json(
                    "NewProfile",
                    example: #"{"name":"acme","base":"sharmo","timeout":"10s","#
                        + #""signature":{"signature_header":"Acme-Signature"}}"#),
                answer: .made("Profile"), conflicts: ["profile_exists"], create),
            Operation(
                .get, "/v1/profiles", "listProfiles", "List profiles",
                detail: "The environment's own, newest first, then the built-in ones.", .readProfiles,
                query: QueryParameter.page(kit.limits), answer: .page("Profile"), list),
            Operation(
                .get, "/v1/profiles/{id}", "getProfile", "Look at a profile", .readProfiles,
                answer: .one("Profile", "The profile."), show),
            Operation(
                .patch, "/v1/profiles/{id}", "updateProfile", "Change a profile",
                detail: "Webhooks that follow it change at once. A built-in profile stays as it is.", .changeProfiles,
                body: .json("ProfileChange", example: #"{"timeout":"5s"}"#),
                answer: .one("Profile", "The profile as it is now."), conflicts: ["profile_built_in"], update),
            Operation(
                .delete, "/v1/profiles/{id}", "deleteProfile", "Delete a profile", .changeProfiles, answer: .deleted,
                conflicts: ["profile_built_in", "profile_in_use"], delete),
        ]
    }

    private func create(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try await kit.post(request, principal) { reader in
            let name = reader.string("name")
            if name == nil { reader.note("name", "Give the profile a name.") }
            var base = Profile.standard
            if let baseName = reader.string("base") {
                if let found = kit.services.directory.profile(named: baseName, in: principal.environment) {
                    base = found
                } else {
                    reader.note("base", "There is no profile of this name.")
                }
            }
            let profile = Profile(&reader, name: name, base: base)
            try reader.finish()
            let made = try await profiles.create(profile, by: principal)
            return .json(.created, location: "/v1/profiles/\(made.profile.name)", of: made)
        }
    }

    private func list(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let page = try kit.query(request) { $0.page(kit.limits) }
        return .page(try profiles.profiles(page: page, for: principal)) { $0.write(to: &$1) }
    }

    private func show(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
        return .json(of: try profiles.profile(context.name, for: principal))
    }

    private func update(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        let before = try profiles.profile(context.name, for: principal).profile
        var reader = try await kit.object(request)
        let profile = Profile(&reader, name: nil, base: before)
        try reader.finish()
        return .json(of: try await profiles.update(profile, by: principal))
    }

    private func delete(_ request: Request, _ context: APIContext, _ principal: Principal) async throws -> Response {
        try kit.noQuery(request)
        try await profiles.delete(context.name, by: principal)
        return .noContent
    }
}
