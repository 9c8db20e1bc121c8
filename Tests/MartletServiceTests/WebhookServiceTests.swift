import MartletCore
import MartletService
import MartletStore
import MartletTesting
import Testing
import WebhookSigning

@Suite struct WebhookServiceTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        var field: String
        var make: @Sendable (inout WebhookDraft) -> Void

        var testDescription: String { field }
    }

    static func retry(_ policy: RetryPolicy) -> @Sendable (inout WebhookDraft) -> Void { { $0.retry = .some(policy) } }

    static func header(_ name: String, _ value: String = "x") -> @Sendable (inout WebhookDraft) -> Void {
        { $0.headers = [HeaderField(name: name, value: value)] }
    }

    static let mistakes: [Mistake] = [
        Mistake(field: "url") { $0.url = nil },
        Mistake(field: "url") { $0.url = "" },
        Mistake(field: "url") { $0.url = "ftp://example.com/" },
        Mistake(field: "url") { $0.url = "http://example.com/" },
        Mistake(field: "url") { $0.url = "https://10.0.0.1/" },
        Mistake(field: "url") { $0.url = "https://user:pass@example.com/" },
        Mistake(field: "events") { $0.events = nil },
        Mistake(field: "events") { $0.events = [] },
        Mistake(field: "events") { $0.events = ["a", "a"] },
        Mistake(field: "events") { $0.events = (0...100).map { "a\($0)" } },
        Mistake(field: "events[1]") { $0.events = ["a", "b*"] },
        Mistake(field: "secret") { $0.secret = "" },
        Mistake(field: "description") { $0.description = String(repeating: "x", count: 1001) },
        Mistake(field: "profile") { $0.profile = .some("none") },
        Mistake(
            field: "headers",
            make: { draft in
                draft.headers = (0...20).map { HeaderField(name: "x-\($0)", value: "x") }
            }),
        Mistake(field: "headers.a b", make: header("a b")),
        Mistake(field: "headers.", make: header("")),
        Mistake(field: "headers.Host", make: header("Host")),
        Mistake(field: "headers.content-length", make: header("content-length")),
        Mistake(field: "headers.Webhook-Signature", make: header("Webhook-Signature")),
        Mistake(field: "headers.x-a", make: header("x-a", "two\r\nlines")),
        Mistake(field: "headers.x-a", make: header("x-a", " blank")),
        Mistake(field: "headers.x-a", make: header("x-a", "\u{e9}")),
        Mistake(field: "headers.x-a", make: header("x-a", String(repeating: "x", count: 4097))),
        Mistake(field: "headers.X-A") {
            $0.headers = [HeaderField(name: "x-a", value: "1"), HeaderField(name: "X-A", value: "2")]
        },
        Mistake(field: "max_in_flight") { $0.maxInFlight = .some(0) },
        Mistake(field: "max_in_flight") { $0.maxInFlight = .some(1001) },
        Mistake(field: "rate_limit.rate") { $0.rateLimit = .some(RateLimit(count: 0, per: .seconds(1), burst: 1)) },
        Mistake(field: "rate_limit.rate") {
            $0.rateLimit = .some(RateLimit(count: 1_000_001, per: .seconds(1), burst: 1))
        },
        Mistake(field: "rate_limit.per") {
            $0.rateLimit = .some(RateLimit(count: 1, per: .milliseconds(999), burst: 1))
        },
        Mistake(field: "rate_limit.per") { $0.rateLimit = .some(RateLimit(count: 1, per: .seconds(86_401), burst: 1)) },
        Mistake(field: "rate_limit.burst") { $0.rateLimit = .some(RateLimit(count: 1, per: .seconds(1), burst: 0)) },
        Mistake(field: "retry.jitter", make: retry(RetryPolicy(delays: [], jitter: 1.1))),
        Mistake(field: "retry.jitter", make: retry(RetryPolicy(delays: [], jitter: -0.1))),
        Mistake(field: "retry.jitter", make: retry(RetryPolicy(delays: [], jitter: .nan))),
        Mistake(field: "retry.window", make: retry(RetryPolicy(delays: [], window: .zero))),
        Mistake(field: "retry.window", make: retry(RetryPolicy(delays: [], window: .seconds(30 * 86_400 + 1)))),
        Mistake(field: "retry.delays", make: retry(RetryPolicy(delays: Array(repeating: .seconds(1), count: 51)))),
        Mistake(
            field: "retry.delays[1]", make: retry(RetryPolicy(delays: [.seconds(1), .milliseconds(999)]))),
        Mistake(field: "retry.delays[0]", make: retry(RetryPolicy(delays: [.seconds(7 * 86_400 + 1)]))),
        Mistake(
            field: "retry.exponential.first",
            make: retry(
                RetryPolicy(
                    schedule: .exponential(first: .zero, factor: 2, longest: .seconds(5)), window: .seconds(9)))),
        Mistake(
            field: "retry.exponential.longest",
            make: retry(
                RetryPolicy(
                    schedule: .exponential(first: .seconds(5), factor: 2, longest: .seconds(4)), window: .seconds(9)))),
        Mistake(
            field: "retry.exponential.factor",
            make: retry(
                RetryPolicy(
                    schedule: .exponential(first: .seconds(1), factor: 0.5, longest: .seconds(4)),
                    window: .seconds(9)))),
        Mistake(
            field: "retry.window",
            make: retry(RetryPolicy(schedule: .exponential(first: .seconds(1), factor: 2, longest: .seconds(4))))),
        Mistake(field: "timeout") { $0.timeout = .some(.milliseconds(99)) },
        Mistake(field: "timeout") { $0.timeout = .some(.seconds(61)) },
        Mistake(field: "success") { $0.success = .some(.statuses([])) },
        Mistake(field: "success") { $0.success = .some(.statuses([199])) },
        Mistake(field: "success") { $0.success = .some(.statuses([200, 600])) },
        Mistake(field: "metadata") { $0.metadata = (0...50).map { Metadata(name: "\($0)", value: "") } },
        Mistake(field: "metadata.") { $0.metadata = [Metadata(name: "", value: "x")] },
        Mistake(field: "metadata.a") { $0.metadata = [Metadata(name: "a", value: String(repeating: "x", count: 501))] },
    ]

    @Test(arguments: mistakes)
    func aMistakeIsRefusedWithTheFieldItIsIn(mistake: Mistake) async throws {
        let scene = try await ServiceScene()

        let refusal = try await refusal { _ = try await scene.webhook { mistake.make(&$0) } }

        #expect(refusal?.kind == .invalid)
        #expect(refusal?.fields.map(\.field) == [mistake.field])
        #expect(refusal?.fields.allSatisfy { !$0.message.isEmpty } == true)
        #expect(scene.directory.allEndpoints.isEmpty)
        await scene.stop()
    }

    @Test func everyMistakeIsToldAtOnce() async throws {
        let scene = try await ServiceScene()

        let refusal = try await refusal {
            _ = try await scene.webhook {
                $0.url = "nonsense"
                $0.events = []
                $0.timeout = .some(.zero)
            }
        }

        #expect(refusal?.fields.map(\.field) == ["url", "events", "timeout"])
        #expect(refusal?.detail == "The request has 3 errors; see `errors`.")
        await scene.stop()
    }

    @Test func aWebhookWithJustItsURLAndEventsTakesTheDefaults() async throws {
        let scene = try await ServiceScene()

        let registered = try await scene.webhooks.create(ServiceScene.draft(), by: scene.admin)

        let endpoint = registered.endpoint
        #expect(endpoint.application == scene.live.defaultApplication)
        #expect(endpoint.isActive)
        #expect(endpoint.profile == nil)
        #expect(registered.secret.revealed.hasPrefix("whsec_"))
        #expect(scene.courier.notes.changed == [endpoint.id])
        await scene.stop()
    }

    @Test func theSecretIsShownAgainAndRestsEncrypted() async throws {
        let scene = try await ServiceScene()

        let registered = try await scene.webhooks.create(
            ServiceScene.draft { $0.secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }, by: scene.admin)
        let shown = try scene.webhooks.secret(of: registered.endpoint.id, for: scene.admin)
        let stored = try await scene.store.configuration().endpoints[0]

        #expect(shown.current.revealed == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        #expect(!String(decoding: stored.secrets.current, as: UTF8.self).contains("MfKQ9r8G"))
        await scene.stop()
    }

    @Test func aSecretIsInNoErrorAndNoDescription() async throws {
        let scene = try await ServiceScene()
        let secret = "whsec_!!!quite-secret-and-not-base64!!!"

        let refusal = try await refusal { _ = try await scene.webhook { $0.secret = secret } }
        let registered = try await scene.webhooks.create(ServiceScene.draft(), by: scene.admin)
        let text = registered.secret.revealed.dropFirst(6)

        #expect(refusal?.fields.map(\.field) == ["secret"])
        #expect(!String(describing: refusal).contains("quite-secret"))
        #expect(!String(describing: registered).contains(text))
        #expect(!String(reflecting: registered).contains(text))
        await scene.stop()
    }

    @Test func aPatchChangesWhatItNamesAndLeavesTheRest() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook {
            $0.description = "before"
            $0.timeout = .some(.seconds(3))
            $0.maxInFlight = .some(4)
        }
        scene.clock.advance(by: .seconds(1))

        var draft = WebhookDraft()
        draft.description = "after"
        draft.timeout = .some(nil)
        let changed = try await scene.webhooks.update(webhook.id, draft, by: scene.admin).endpoint

        #expect(changed.description == "after")
        #expect(changed.timeout == nil)
        #expect(changed.maxInFlight == 4)
        #expect(changed.url == webhook.url)
        #expect(changed.secrets == webhook.secrets)
        #expect(changed.updatedAt == scene.clock.now())
        #expect(changed.createdAt == webhook.createdAt)
        await scene.stop()
    }

    @Test func changesMadeAtOnceAreAllKept() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook()
        let webhooks = scene.webhooks
        let admin = scene.admin

        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<20 {
                group.addTask {
                    var draft = WebhookDraft()
                    switch index % 4 {
                    case 0: draft.description = "d"
                    case 1: draft.timeout = .some(.seconds(7))
                    case 2: draft.maxInFlight = .some(9)
                    default: draft.events = ["a"]
                    }
                    _ = try await webhooks.update(webhook.id, draft, by: admin)
                }
            }
            try await group.waitForAll()
        }
        let changed = try scene.webhooks.webhook(webhook.id, for: scene.admin)

        #expect(changed.description == "d")
        #expect(changed.timeout == .seconds(7))
        #expect(changed.maxInFlight == 9)
        #expect(changed.events == ["a"])
        await scene.stop()
    }

    @Test func onlyTheChangeThatMakesItActiveAgainTellsTheGap() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook()
        func update(_ change: (inout WebhookDraft) -> Void) async throws -> WebhookService.Changed {
            var draft = WebhookDraft()
            change(&draft)
            return try await scene.webhooks.update(webhook.id, draft, by: scene.admin)
        }
        let start = scene.clock.now()

        let stillActive = try await update { $0.active = true }
        let paused = try await update { $0.active = false }
        scene.clock.advance(by: .seconds(60))
        let pausedAgain = try await update { $0.active = false }
        let other = try await update { $0.description = "paused" }
        scene.clock.advance(by: .seconds(60))
        let active = try await update { $0.active = true }
        let later = try await update { $0.active = true }
        let stored = try await scene.store.configuration().endpoints.first { $0.id == webhook.id }

        #expect([stillActive, paused, pausedAgain, other, later].allSatisfy { $0.gap == nil })
        #expect(active.gap?.since == start)
        #expect(active.gap?.until == start + .seconds(120))
        #expect(later.endpoint.lastGap == active.gap)
        #expect(stored?.lastGap == active.gap)
        await scene.stop()
    }

    @Test func aWebhookMadeInactiveWasSentNothingFromItsBeginning() async throws {
        let scene = try await ServiceScene()

        let webhook = try await scene.webhook { $0.active = false }

        #expect(webhook.inactivity == .paused)
        #expect(webhook.deactivatedAt == webhook.createdAt)
        await scene.stop()
    }

    @Test func aPatchTakesNoSecretAndNoApplication() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook()

        let refusal = try await refusal {
            var draft = WebhookDraft()
            draft.secret = "x"
            draft.application = "acme"
            _ = try await scene.webhooks.update(webhook.id, draft, by: scene.admin)
        }

        #expect(refusal?.fields.map(\.field) == ["secret", "application"])
        await scene.stop()
    }

    @Test func aProfileWhoseSchemeTheSecretDoesNotFitIsRefused() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook()

        let refusal = try await refusal {
            var draft = WebhookDraft()
            draft.profile = .some("standard-ed25519")
            _ = try await scene.webhooks.update(webhook.id, draft, by: scene.admin)
        }

        #expect(refusal?.fields.map(\.field) == ["profile"])
        await scene.stop()
    }

    @Test func aProfileWhoseSignatureHeaderTheOwnerSetsIsRefused() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook {
            $0.headers = [HeaderField(name: "X-Fractio-Signature", value: "mine")]
        }

        let refusal = try await refusal {
            var draft = WebhookDraft()
            draft.profile = .some("fractio")
            _ = try await scene.webhooks.update(webhook.id, draft, by: scene.admin)
        }

        #expect(refusal?.fields.map(\.field) == ["headers.X-Fractio-Signature"])
        await scene.stop()
    }

    @Test func aDeletedWebhookIsGoneAndItsCourierKnows() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook()

        try await scene.webhooks.delete(webhook.id, by: scene.admin)
        let again = try await refusal { try await scene.webhooks.delete(webhook.id, by: scene.admin) }
        let published = try await scene.publish()

        #expect(again?.kind == .notFound)
        #expect(scene.courier.notes.deleted == [webhook.id])
        #expect(published.deliveries.isEmpty)
        await scene.stop()
    }

    @Test func aRotationKeepsTheOldSecretForADayUnlessSaidOtherwise() async throws {
        let scene = try await ServiceScene()
        let registered = try await scene.webhooks.create(ServiceScene.draft(), by: scene.admin)
        let id = registered.endpoint.id

        let rotated = try await scene.webhooks.rotate(id, to: nil, overlap: nil, cutOverAt: nil, by: scene.admin)
        let secrets = try scene.webhooks.secret(of: id, for: scene.admin)

        #expect(secrets.current == rotated.secret)
        #expect(secrets.previous == registered.secret)
        #expect(secrets.overlapEnds == scene.clock.now().seconds + 86_400)
        await scene.stop()
    }

    @Test func whatARotationCannotMeanIsRefused() async throws {
        let scene = try await ServiceScene()
        let several = try await scene.webhook()
        let one = try await scene.webhook { $0.profile = .some("fractio") }
        let now = scene.clock.now()
        func fields(_ id: EndpointID, overlap: Duration? = nil, cutOverAt: Timestamp? = nil) async throws -> [String]? {
            try await refusal {
                _ = try await scene.webhooks.rotate(
                    id, to: nil, overlap: overlap, cutOverAt: cutOverAt, by: scene.admin)
            }?.fields.map(\.field)
        }

        let refused = [
            try await fields(several.id, overlap: .seconds(-1)),
            try await fields(several.id, overlap: .seconds(2_592_001)),
            try await fields(several.id, cutOverAt: now),
            try await fields(one.id, cutOverAt: now + .seconds(2_592_001)),
        ]

        #expect(refused == [["overlap"], ["overlap"], ["cut_over_at"], ["cut_over_at"]])
        #expect(try await fields(one.id, cutOverAt: now + .seconds(60)) == nil)
        await scene.stop()
    }

    @Test func aTestEventNeedsAnActiveWebhookATypeAndAPayloadOrAnExample() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook()
        let paused = try await scene.webhook { $0.active = false }
        _ = try await scene.eventTypes.create("bare", EventTypeService.Draft(), by: scene.admin)
        func refused(_ id: EndpointID, _ type: String, data: [UInt8]? = nil) async throws -> ServiceError? {
            try await refusal { _ = try await scene.webhooks.test(id, type: type, data: data, by: scene.admin) }
        }

        #expect(try await refused(paused.id, "a", data: [0x7B, 0x7D])?.code == "webhook_inactive")
        #expect(try await refused(webhook.id, "a b", data: [0x7B, 0x7D])?.fields.map(\.field) == ["type"])
        #expect(try await refused(webhook.id, "unknown")?.fields.map(\.field) == ["data"])
        #expect(try await refused(webhook.id, "bare")?.fields.map(\.field) == ["data"])
        await scene.stop()
    }

    @Test func statisticsAddHoursUp() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook()
        _ = try await scene.publish()
        let hour = Timestamp(milliseconds: scene.clock.now().milliseconds / 3_600_000 * 3_600_000)
        var latency = LatencyHistogram()
        latency.record(1500)
        for offset in [0, 3600] {
            try await scene.store.add([
                EndpointHour(
                    environment: scene.live.id, endpoint: webhook.id, hour: hour + .seconds(offset), succeeded: 2,
                    failed: 1, latency: latency)
            ])
        }

        let stats = try await scene.webhooks.stats(of: webhook.id, since: hour, for: scene.admin)

        #expect(stats.succeeded == 4)
        #expect(stats.failed == 2)
        #expect(stats.latency.total == 2)
        #expect(stats.backlog == 1)
        await scene.stop()
    }
}
