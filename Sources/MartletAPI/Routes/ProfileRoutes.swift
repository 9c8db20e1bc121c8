import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// `/v1/profiles`: SPEC section 3. A new profile says what differs from `base`, `standard` unless it names another.
struct ProfileRoutes {
    let kit: RouteKit
    let profiles: ProfileService

    init(_ kit: RouteKit) {
        self.kit = kit
        profiles = ProfileService(kit.services)
    }

    func add(to router: APIRouter) {
        router.post("/v1/profiles") { request, _ -> Response in
            try await kit.post(request) { reader, principal in
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
                guard let profile else { throw ServiceError.invalid("name", "Give the profile a name.") }
                let made = try await profiles.create(profile, by: principal)
                return .json(.created, location: "/v1/profiles/\(made.profile.name)", of: made)
            }
        }
        router.get("/v1/profiles") { request, _ -> Response in
            let principal = try kit.caller.principal(of: request)
            let page = try kit.query(request) { $0.page(kit.limits) }
            return .page(try profiles.profiles(page: page, for: principal)) { $0.write(to: &$1) }
        }
        router.get("/v1/profiles/:id") { request, context -> Response in
            let principal = try kit.plain(request)
            return .json(of: try profiles.profile(context.name, for: principal))
        }
        router.patch("/v1/profiles/:id") { request, context -> Response in
            let principal = try kit.plain(request)
            let before = try profiles.profile(context.name, for: principal).profile
            var reader = try await request.object(upTo: kit.limits.requestBytes)
            let profile = Profile(&reader, name: nil, base: before)
            try reader.finish()
            return .json(of: try await profiles.update(profile ?? before, by: principal))
        }
        router.delete("/v1/profiles/:id") { request, context -> Response in
            let principal = try kit.plain(request)
            try await profiles.delete(context.name, by: principal)
            return .noContent
        }
    }
}
