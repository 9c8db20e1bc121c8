public import MartletCore
import MartletStore

/// The environment that a key belongs to: how it looks after its payloads, its webhooks and what is old.
public struct EnvironmentService: Sendable {
    /// The shortest and the longest that anything may be kept for.
    public static let retention = Duration.seconds(3600)...Duration.seconds(10 * 365 * 86_400)

    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    /// What is to change; `nil` leaves a setting as it is, `.some(nil)` returns it to the service's default.
    public struct Draft: Sendable {
        public var profile: String?
        public var payloadForm: Environment.PayloadForm?
        public var payloads: Duration??
        public var history: Duration??
        public var pages = Pages()

        /// What its customers are shown. The template is not to be changed.
        public struct Pages: Sendable {
            public var name: String??
            public var colour: String??
            public var logo: String??
            public var support: String??
            public var isGuidePublic: Bool?
            public var isStatusPublic: Bool?
            public var frameAncestors: [String]?

            public init() {}
        }

        public init(
            profile: String? = nil, payloadForm: Environment.PayloadForm? = nil, payloads: Duration?? = nil,
            history: Duration?? = nil
        ) {
            self.profile = profile
            self.payloadForm = payloadForm
            self.payloads = payloads
            self.history = history
        }
    }

    public func environment(for principal: Principal) throws(ServiceError) -> Environment {
        try principal.require(.readEnvironment)
        return try context.environment(of: principal)
    }

    /// Changes the environment. Webhooks that name no profile of their own follow a new one at once.
    public func update(_ draft: Draft, by principal: Principal) async throws(ServiceError) -> Environment {
        try principal.require(.changeEnvironment)
        return try await context.directory.changes.withLock { () async throws(ServiceError) in
            var environment = try context.environment(of: principal)
            let usual = environment.profile
            if let profile = draft.profile { environment.profile = profile }
            if let form = draft.payloadForm { environment.payloadForm = form }
            if let payloads = draft.payloads { environment.retention.payloads = payloads }
            if let history = draft.history { environment.retention.history = history }
            draft.pages.apply(to: &environment.pages)
            try check(environment)
            try await context.apply([.putEnvironment(environment)])
            if environment.profile != usual {
                for endpoint in context.directory.endpoints(in: environment.id) where endpoint.profile == nil {
                    context.courier.endpointChanged(endpoint)
                }
            }
            return environment
        }
    }

    private func check(_ environment: Environment) throws(ServiceError) {
        var fields: [ServiceError.Field] = []
        if context.directory.profile(named: environment.profile, in: environment.id) == nil {
            fields.append(.init("profile", "There is no profile of this name: see /v1/profiles."))
        }
        let spans = [("payloads", environment.retention.payloads), ("history", environment.retention.history)]
        for case (let name, let span?) in spans where !Self.retention.contains(span) {
            let (least, most) = (Self.retention.lowerBound.text, Self.retention.upperBound.text)
            fields.append(.init("retention.\(name)", "Give \(least) to \(most), or null for the service's default."))
        }
        if let payloads = environment.retention.payloads, let history = environment.retention.history,
            payloads > history
        {
            fields.append(
                .init("retention.payloads", "A payload goes with its event: give no more than `history`."))
        }
        CustomerPagesRules.check(environment.pages, into: &fields)
        guard fields.isEmpty else { throw .invalid(fields) }
    }
}

extension EnvironmentService.Draft.Pages {
    fileprivate func apply(to pages: inout CustomerPages) {
        if let name { pages.name = name }
        if let colour { pages.colour = colour?.lowercased() }
        if let logo { pages.logo = logo }
        if let support { pages.support = support }
        if let isGuidePublic { pages.isGuidePublic = isGuidePublic }
        if let isStatusPublic { pages.isStatusPublic = isStatusPublic }
        if let frameAncestors { pages.frameAncestors = frameAncestors }
    }
}
