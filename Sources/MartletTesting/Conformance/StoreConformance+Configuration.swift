import MartletCore
import MartletStore
import WebhookSigning

extension StoreConformance {
    static let configuration: [StoreConformance] = [
        StoreConformance("every field of the configuration comes back as it went in") { world in
            let full = FullConfiguration(world)
            try await world.store.apply(full.changes)

            let found = try await world.store.configuration()

            try expectEqual(found.environments.sorted { $0.id < $1.id }, full.environments)
            try expectEqual(found.profiles.sorted { $0.profile.name < $1.profile.name }, full.profiles)
            try expectEqual(found.applications.sorted { $0.id < $1.id }, full.applications)
            try expectEqual(found.endpoints.sorted { $0.id < $1.id }, full.endpoints)
            try expectEqual(found.keys.sorted { $0.id < $1.id }, full.keys)
            try expectEqual(
                found.eventTypes.sorted { $0.name < $1.name },
                full.eventTypes.map { EventTypeReference(environment: $0.environment, name: $0.name) })
            for type in full.eventTypes {
                try expectEqual(try await world.store.eventType(type.name, in: type.environment), type)
            }
        },
        StoreConformance("what is put again replaces what was there, field by field") { world in
            let full = FullConfiguration(world)
            try await world.store.apply(full.changes)
            var environment = world.live
            environment.name = "production"
            environment.profile = "sharmo"
            environment.payloadForm = .verbatim
            environment.requiresHTTPS = false
            environment.defaultApplication = world.otherApplication.id
            var profile = full.profiles[0]
            profile.profile.timeout = .seconds(1)
            profile.updatedAt = world.now + .seconds(3)
            var application = world.application
            application.uid = "renamed"
            application.name = "Renamed"
            application.updatedAt = world.now + .seconds(3)
            var endpoint = full.endpoints[full.endpoints.count - 1]
            endpoint.url = "https://example.org/"
            endpoint.activate(at: world.now + .seconds(2))
            endpoint.deactivate(.failing, at: world.now + .seconds(3))
            endpoint.source = nil
            endpoint.filter = nil
            endpoint.rateLimit = nil
            endpoint.isOrdered = false
            endpoint.retry = nil
            endpoint.secrets = SealedSecrets(current: [9])
            endpoint.updatedAt = world.now + .seconds(3)
            var type = full.eventTypes[0]
            type.isArchived = true
            type.schema = nil
            type.updatedAt = world.now + .seconds(3)
            var key = full.keys[0]
            key.name = "renamed"
            key.expiresAt = world.now + .seconds(9)

            try await world.store.apply([
                .putEnvironment(environment), .putProfile(profile), .putApplication(application),
                .putEndpoint(endpoint), .putEventType(type), .putKey(key),
            ])

            let found = try await world.store.configuration()
            try expectEqual(found.environments.first { $0.id == environment.id }, environment)
            try expectEqual(found.environments.count, full.environments.count)
            try expectEqual(found.profiles.first { $0.profile.name == profile.profile.name }, profile)
            try expectEqual(found.profiles.count, full.profiles.count)
            try expectEqual(found.applications.first { $0.id == application.id }, application)
            try expectEqual(found.applications.count, full.applications.count)
            try expectEqual(found.endpoints.first { $0.id == endpoint.id }, endpoint)
            try expectEqual(found.endpoints.count, full.endpoints.count)
            try expectEqual(found.keys.first { $0.id == key.id }, key)
            try expectEqual(found.keys.count, full.keys.count)
            try expectEqual(try await world.store.eventType(type.name, in: type.environment), type)
        },
        StoreConformance("an endpoint that is put again keeps its deliveries") { world in
            let delivery = try await world.acceptDelivery()
            var endpoint = world.endpoint
            endpoint.url = "https://example.org/"

            try await world.store.apply([.putEndpoint(endpoint)])

            try expectEqual(try await world.stored(delivery), delivery)
            try expectEqual(try await world.store.backlog(of: endpoint.id), 1)
        },
        StoreConformance("what is deleted is gone from every listing, and deleting it again changes nothing") { world in
            let full = FullConfiguration(world)
            try await world.store.apply(full.changes)
            let live = world.live.id
            let type = full.eventTypes[0]
            let deletions: [ConfigurationChange] = [
                .deleteProfile(environment: live, name: full.profiles[0].profile.name),
                .deleteEndpoint(environment: live, id: world.endpoint.id, at: world.now),
                .deleteEventType(environment: live, name: type.name),
                .deleteKey(environment: live, id: full.keys[0].id),
            ]

            try await world.store.apply(deletions)
            try await world.store.apply(deletions)
            try await world.store.apply([.deleteProfile(environment: world.id(), name: "x")])

            let found = try await world.store.configuration()
            try expectEqual(found.profiles.count, full.profiles.count - 1)
            try expect(!found.endpoints.contains { $0.id == world.endpoint.id }, "The endpoint is there still.")
            try expectEqual(found.endpoints.count, full.endpoints.count - 1)
            try expect(!found.keys.contains { $0.id == full.keys[0].id }, "The key is there still.")
            try expect(!found.eventTypes.contains { $0.name == type.name }, "The event type is there still.")
            try expectEqual(try await world.store.eventType(type.name, in: live), nil)
            let endpoints = try await world.store.endpoints(in: live, application: nil, before: nil, limit: 99)
            let ofApplication = try await world.store.endpoints(
                in: live, application: world.application.id, before: nil, limit: 99)
            try expect(!(endpoints + ofApplication).contains { $0.id == world.endpoint.id }, "It is listed still.")
            try await world.store.apply([.createEventType(type)])
        },
        StoreConformance("a deleted application takes its endpoints and keys along, and frees its uid") { world in
            var application = world.otherApplication
            application.uid = "acme"
            let key = APIKey(
                id: world.id(), environment: world.live.id, name: "k", role: .application, application: application.id,
                hash: Array(repeating: 1, count: 32), hint: "mk", createdAt: world.now, expiresAt: nil)
            let admin = APIKey(
                id: world.id(), environment: world.live.id, name: "a", role: .admin, application: nil,
                hash: Array(repeating: 2, count: 32), hint: "mk", createdAt: world.now, expiresAt: nil)
            try await world.store.apply([.putApplication(application), .putKey(key), .putKey(admin)])

            try await world.store.apply([
                .deleteApplication(environment: world.live.id, id: application.id, at: world.now)
            ])

            let found = try await world.store.configuration()
            try expect(!found.applications.contains { $0.id == application.id }, "The application is there still.")
            try expect(!found.endpoints.contains { $0.application == application.id }, "Its endpoint is there still.")
            try expect(found.endpoints.contains { $0.id == world.endpoint.id }, "Another's endpoint is gone.")
            try expectEqual(found.keys, [admin])
            let listed = try await world.store.applications(in: world.live.id, before: nil, limit: 9)
            try expectEqual(listed, [world.application])
            var successor = ConformanceWorld.application(world.id(), in: world.live.id, at: world.now)
            successor.uid = "acme"
            try await world.store.apply([.putApplication(successor)])
        },
    ]

    static let conflicts: [StoreConformance] = [
        StoreConformance("what is in the way of a change is a conflict") { world in
            var named = world.sandbox
            named.name = "live"
            var first = world.application
            first.uid = "acme"
            var second = world.otherApplication
            second.uid = "acme"
            var elsewhere = world.sandboxApplication
            elsewhere.uid = "acme"
            let type = EventType(
                environment: world.live.id, name: "a", description: "", createdAt: world.now, updatedAt: world.now)
            let unknown = EventType(
                environment: world.live.id, name: "b", description: "", createdAt: world.now, updatedAt: world.now)
            let nowhere = ConformanceWorld.application(world.id(), in: world.id(), at: world.now)
            try await world.store.apply([
                .putApplication(first), .putApplication(first), .putApplication(elsewhere), .createEventType(type),
            ])

            try await world.expectConflict("A name twice") { try await world.store.apply([.putEnvironment(named)]) }
            try await world.expectConflict("A uid twice") { try await world.store.apply([.putApplication(second)]) }
            try await world.expectConflict("A type twice") { try await world.store.apply([.createEventType(type)]) }
            try await world.expectConflict("A type that is not there") {
                try await world.store.apply([.putEventType(unknown)])
            }
            try await world.expectConflict("An environment that is not there") {
                try await world.store.apply([.putApplication(nowhere)])
            }
        },
        StoreConformance("what was deleted does not come back by being put") { world in
            try await world.store.apply([
                .deleteEndpoint(environment: world.live.id, id: world.endpoint.id, at: world.now),
                .deleteApplication(environment: world.live.id, id: world.otherApplication.id, at: world.now),
            ])

            try await world.expectConflict("A deleted endpoint") {
                try await world.store.apply([.putEndpoint(world.endpoint)])
            }
            try await world.expectConflict("A deleted application") {
                try await world.store.apply([.putApplication(world.otherApplication)])
            }

            let found = try await world.store.configuration()
            try expect(!found.endpoints.contains { $0.id == world.endpoint.id }, "The endpoint came back.")
            try expect(
                !found.applications.contains { $0.id == world.otherApplication.id }, "The application came back.")
        },
        StoreConformance("changes are made all or none, in order") { world in
            let created = ConformanceWorld.application(world.id(), in: world.live.id, at: world.now)
            let unknown = EventType(
                environment: world.live.id, name: "b", description: "", createdAt: world.now, updatedAt: world.now)
            var renamed = unknown
            renamed.description = "second"

            try await world.expectConflict("The second change") {
                try await world.store.apply([.putApplication(created), .putEventType(unknown)])
            }
            try await world.store.apply([.createEventType(unknown), .putEventType(renamed)])

            let found = try await world.store.configuration()
            try expect(!found.applications.contains { $0.id == created.id }, "The first change was kept.")
            try expectEqual(try await world.store.eventType("b", in: world.live.id), renamed)
        },
    ]
}

/// Configuration that has every field set to something of its own, and beside it the barest there is.
private struct FullConfiguration {
    let environments: [Environment]
    let profiles: [CustomProfile]
    let applications: [Application]
    let endpoints: [Endpoint]
    let eventTypes: [EventType]
    let keys: [APIKey]

    /// What is to be applied to a store in which `world` was set up.
    var changes: [ConfigurationChange] {
        environments.map(ConfigurationChange.putEnvironment) + profiles.map(ConfigurationChange.putProfile)
            + applications.map(ConfigurationChange.putApplication) + endpoints.map(ConfigurationChange.putEndpoint)
            + eventTypes.map(ConfigurationChange.createEventType) + keys.map(ConfigurationChange.putKey)
    }

    init(_ world: ConformanceWorld) {
        let now = world.now
        let live = world.live.id
        let text = "“quotes” \"\\\u{0}\n\u{1F426} é"
        let unlike = Environment(
            id: world.id(), name: "a-third", profile: text, payloadForm: .verbatim, requiresHTTPS: false,
            defaultApplication: world.id(),
            pages: CustomerPages(
                template: "sharmo", name: text, colour: "#0a0b0c", logo: "data:image/png;base64,AA==", support: text,
                isGuidePublic: true, isStatusPublic: true,
                frameAncestors: ["https://app.example.com", "https://*.example.org"]))
        environments = [world.live, world.sandbox, unlike].sorted { $0.id < $1.id }

        let custom = Profile(
            name: "own", envelope: .data,
            signature: SignatureProfile(
                scheme: .timestampBody, signatureHeader: "X-Sig", timestampHeader: "X-Time", idHeader: "X-ID",
                prefix: "sha512=", hash: .sha512, encoding: .base64, keyDerivation: .base64AfterPrefix("sk:"),
                tolerance: .seconds(77)),
            success: .statuses([200, 204, 299]), timeout: .milliseconds(1500),
            retry: RetryPolicy(
                schedule: .exponential(first: .milliseconds(250), factor: 1.7, longest: .seconds(3600)),
                window: .seconds(86_400), jitter: 0.125))
        profiles = ([custom] + Profile.builtIn)
            .map { CustomProfile(environment: live, profile: $0, createdAt: now, updatedAt: now + .seconds(1)) }
            .sorted { $0.profile.name < $1.profile.name }

        let application = Application(
            id: world.id(), environment: live, uid: text, name: text,
            metadata: [
                Metadata(name: "b", value: text), Metadata(name: "a", value: ""), Metadata(name: "b", value: "again"),
            ],
            portal: PortalAccess(
                withdrawnUpTo: now - .seconds(5),
                withdrawals: [
                    .init(link: world.id(), expiresAt: now + .seconds(60)), .init(link: world.id(), expiresAt: now),
                ]), createdAt: now - .seconds(1), updatedAt: now)
        applications = [world.application, world.otherApplication, world.sandboxApplication, application]
            .sorted { $0.id < $1.id }

        var endpoints = [world.endpoint, world.otherEndpoint, world.sandboxEndpoint]
        let retries: [RetryPolicy] = [
            RetryPolicy(delays: []), RetryPolicy(delays: [.seconds(5), .milliseconds(1)], window: .seconds(9)),
            .standard,
        ]
        let inactivities: [Endpoint.Inactivity] = [.paused, .gone, .failing]
        for (retry, inactivity) in zip(retries, inactivities) {
            endpoints.append(
                Endpoint(
                    id: world.id(), environment: live, application: application.id, url: "https://example.com/\(text)",
                    events: ["a.*", "b", "*"], source: world.id(), inactivity: inactivity,
                    deactivatedAt: now - .seconds(1), description: text, profile: "own",
                    headers: [HeaderField(name: "X-A", value: text), HeaderField(name: "x-a", value: "")],
                    maxInFlight: 7,
                    filter: try? PayloadFilter(["data.name": ["prefix": .string(text)], "any": [["data.n": 1]]]),
                    rateLimit: RateLimit(count: 50, per: .seconds(2), burst: 75), isOrdered: true,
                    retry: retry, timeout: .milliseconds(12_345), success: .statuses([201, 200]),
                    metadata: [Metadata(name: text, value: text)],
                    secrets: SealedSecrets(
                        current: Array(0...255), previous: [], overlapEnds: now + .seconds(9), cutOverAt: now),
                    createdAt: now - .seconds(2), updatedAt: now))
        }
        self.endpoints = endpoints.sorted { $0.id < $1.id }

        eventTypes = [
            EventType(
                environment: live, name: "a.full", description: text, group: "Group", schema: #"{ "type": 1.0 }"#,
                example: "[ ]", isArchived: true, createdAt: now, updatedAt: now + .seconds(1)),
            EventType(environment: live, name: "b.bare", description: "", createdAt: now, updatedAt: now),
        ]

        keys = APIKey.Role.allCases.enumerated().map { number, role in
            APIKey(
                id: world.id(), environment: live, name: text, role: role,
                application: role == .application ? application.id : nil,
                hash: Array(repeating: UInt8(number), count: 32), hint: "mk_live_\(number)",
                createdAt: now - .seconds(3), expiresAt: number == 0 ? nil : now + .seconds(Int64(number)))
        }
        .sorted { $0.id < $1.id }
    }
}
