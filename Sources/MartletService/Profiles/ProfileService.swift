public import MartletCore
import MartletStore
import WebhookSigning

/// The profiles of an environment: the built-in ones, and its own.
public struct ProfileService: Sendable {
    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    /// A profile with when it was made and changed; a built-in one has neither.
    public struct Listed: Sendable {
        public var profile: Profile
        public var createdAt: Timestamp?
        public var updatedAt: Timestamp?

        public var isBuiltIn: Bool { createdAt == nil }
    }

    public func create(_ profile: Profile, by principal: Principal) async throws(ServiceError) -> Listed {
        try principal.require(.changeProfiles)
        guard context.directory.profile(named: profile.name, in: principal.environment) == nil else {
            throw ServiceError(
                .conflict, "profile_exists", "There is a profile \(profile.name) already. Choose another name.")
        }
        let now = context.time.now()
        return try await put(
            CustomProfile(environment: principal.environment, profile: profile, createdAt: now, updatedAt: now))
    }

    /// Replaces one of the environment's own profiles. Its webhooks follow at once.
    public func update(_ profile: Profile, by principal: Principal) async throws(ServiceError) -> Listed {
        try principal.require(.changeProfiles)
        return try await context.directory.changes.withLock { () async throws(ServiceError) in
            let before = try custom(profile.name, principal)
            let listed = try await put(
                CustomProfile(
                    environment: principal.environment, profile: profile, createdAt: before.createdAt,
                    updatedAt: context.time.now()))
            context.directory.tellFollowers(of: profile.name, in: principal.environment, context.courier)
            return listed
        }
    }

    public func delete(_ name: String, by principal: Principal) async throws(ServiceError) {
        try principal.require(.changeProfiles)
        try await context.directory.changes.withLock { () async throws(ServiceError) in
            _ = try custom(name, principal)
            let isUsed =
                try context.environment(of: principal).profile == name
                || context.directory.endpoints(in: principal.environment).contains { $0.profile == name }
            guard !isUsed else {
                throw ServiceError(
                    .conflict, "profile_in_use", "Webhooks, or the environment itself, follow \(name). Move them first."
                )
            }
            try await context.apply([.deleteProfile(environment: principal.environment, name: name)])
        }
    }

    public func profile(_ name: String, for principal: Principal) throws(ServiceError) -> Listed {
        try principal.require(.readProfiles)
        guard let listed = all(in: principal.environment).first(where: { $0.profile.name == name }) else {
            throw .notFound("profile")
        }
        return listed
    }

    /// Lists the profiles: the environment's own, newest first, then the built-in ones.
    public func profiles(page: PageRequest, for principal: Principal) throws(ServiceError) -> ListPage<Listed> {
        try principal.require(.readProfiles)
        var rest = all(in: principal.environment)[...]
        if let cursor = page.cursor {
            guard let index = rest.firstIndex(where: { $0.profile.name == cursor }) else { throw PageRequest.unknown }
            rest = rest[(index + 1)...]
        }
        return ListPage(Array(rest.prefix(page.limit + 1)), limit: page.limit) { $0.profile.name }
    }

    private func all(in environment: EnvironmentID) -> [Listed] {
        context.directory.customProfiles(in: environment).sorted { $0.createdAt > $1.createdAt }
            .map { Listed(profile: $0.profile, createdAt: $0.createdAt, updatedAt: $0.updatedAt) }
            + Profile.builtIn.map { Listed(profile: $0) }
    }

    private func custom(_ name: String, _ principal: Principal) throws(ServiceError) -> CustomProfile {
        let custom = context.directory.customProfiles(in: principal.environment).first { $0.profile.name == name }
        if let custom { return custom }
        if Profile.builtIn.contains(where: { $0.name == name }) {
            throw ServiceError(
                .conflict, "profile_built_in", "\(name) is built in and stays as it is. Make one of your own instead.")
        }
        throw .notFound("profile")
    }

    private func put(_ custom: CustomProfile) async throws(ServiceError) -> Listed {
        var fields: [ServiceError.Field] = []
        let profile = custom.profile
        if !ProfileRules.isName(profile.name) {
            fields.append(.init("name", "Give 1 to 64 lower-case letters, digits and -."))
        }
        do throws(SignatureProfileError) {
            try profile.signature.validate()
        } catch {
            fields.append(.init("signature.\(error.field)", "\(error.problem). \(error.remedy)"))
        }
        WebhookRules.check(profile.retry, field: "retry", into: &fields)
        WebhookRules.check(profile.success, field: "success", into: &fields)
        WebhookRules.check(timeout: profile.timeout, field: "timeout", into: &fields)
        guard fields.isEmpty else { throw .invalid(fields) }
        try await context.apply([.putProfile(custom)])
        return Listed(profile: profile, createdAt: custom.createdAt, updatedAt: custom.updatedAt)
    }
}

enum ProfileRules {
    static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
            }
    }
}
