import MartletCore
import MartletService
import MartletStore
import MartletTesting
import Testing
import WebhookSigning

/// Webhooks that get what came in by one source alone.
@Suite struct SourceSubscriptionTests {
    private func source(
        _ name: String = "GitHub", of application: String? = nil, in scene: ServiceScene, by principal: Principal? = nil
    ) async throws -> MartletCore.Source {
        var draft = SourceDraft()
        draft.name = name
        draft.preset = "token"
        draft.parameters = ["event_id": "header:X-Id"]
        draft.secret = "s3cret"
        draft.fallbackType = "order.created"
        if let application { draft.application = .some(application) }
        return try await SourceService(scene.context).create(draft, by: principal ?? scene.admin).source
    }

    /// Has a source receive a request of its sender's, and gives the event that it became.
    private func receive(_ source: MartletCore.Source, in scene: ServiceScene) async throws -> Event {
        let inbound = InboundService(scene.context)
        let body = Array(#"{"n":1}"#.utf8)
        let head = InboundHead(
            token: source.token.description, method: "POST", url: "https://example.com/in/\(source.token)",
            headers: [HeaderField(name: "Authorization", value: "s3cret")], address: nil, length: body.count)
        guard case .open(let visit, _) = inbound.admit(head),
            case .answer = await inbound.receive(visit, body: body)
        else { throw ServiceError.notFound("answer") }
        var query = EventQuery(environment: source.environment, limit: 1)
        query.type = "order.created"
        let found = try #require(try await scene.store.events(query).items.first)
        return try #require(try await scene.store.event(found.id, in: source.environment))
    }

    private func webhooks(of event: Event, in scene: ServiceScene) async throws -> Set<EndpointID> {
        Set(try await scene.store.deliveries(of: event.id, in: event.environment, limit: 100).map(\.endpoint))
    }

    @Test func itGetsWhatCameInByItsSourceAndNothingElse() async throws {
        let scene = try await ServiceScene()
        let github = try await source(in: scene)
        let stripe = try await source("Stripe", in: scene)
        let everything = try await scene.webhook()
        let bound = try await scene.webhook {
            $0.events = ["order.*", "*"]
            $0.source = .some(github.id.description)
        }
        let otherType = try await scene.webhook {
            $0.events = ["user.*"]
            $0.source = .some(github.id.description)
        }

        let fromGitHub = try await receive(github, in: scene)
        let fromStripe = try await receive(stripe, in: scene)
        let published = try await scene.publish("order.created")

        #expect(try await webhooks(of: fromGitHub, in: scene) == [everything.id, bound.id])
        #expect(try await webhooks(of: fromStripe, in: scene) == [everything.id])
        #expect(published.deliveries.map(\.endpoint) == [everything.id])
        let reasons = scene.events.unmatched(fromStripe, delivered: [], for: scene.admin)
        #expect(reasons.first { $0.endpoint == bound.id }?.reason.contains("\(github.id) alone") == true)
        #expect(reasons.first { $0.endpoint == otherType.id }?.reason.contains("\(github.id) alone") == true)
        await scene.stop()
    }

    @Test func itsFilterIsAskedBesides() async throws {
        let scene = try await ServiceScene()
        let github = try await source(in: scene)
        func bound(_ least: Int) async throws -> Endpoint {
            let filter = try PayloadFilter(["data.n": ["gte": .number("\(least)")]])
            return try await scene.webhook {
                $0.source = .some(github.id.description)
                $0.filter = .some(filter)
            }
        }
        let wanting = try await bound(1)
        _ = try await bound(2)

        // The second is matched by what was kept of the first.
        let events = [try await receive(github, in: scene), try await receive(github, in: scene)]
        let published = try await scene.publish("order.created")

        for event in events { #expect(try await webhooks(of: event, in: scene) == [wanting.id]) }
        #expect(published.deliveries.isEmpty)
        await scene.stop()
    }

    @Test func aSourceOfOneApplicationReachesThatApplicationsWebhooks() async throws {
        let scene = try await ServiceScene()
        let acmes = try await source(of: "acme", in: scene)
        let others = try await source("Other", of: "acme", in: scene)
        let bound = try await scene.webhook {
            $0.application = "acme"
            $0.source = .some(acmes.id.description)
        }

        let own = try await receive(acmes, in: scene)
        let other = try await receive(others, in: scene)
        let foreign = try await refusal {
            _ = try await scene.webhook { $0.source = .some(acmes.id.description) }
        }

        #expect(try await webhooks(of: own, in: scene) == [bound.id])
        #expect(try await webhooks(of: other, in: scene).isEmpty)
        #expect(foreign?.fields.map(\.field) == ["source"])
        #expect(foreign?.fields.first?.message.contains("\(scene.acme.id) alone") == true)
        await scene.stop()
    }

    @Test func whatIsNoSourceHereIsRefusedByName() async throws {
        let scene = try await ServiceScene()
        let elsewhere = try await source(in: scene, by: scene.sandboxAdmin)
        let here = try await source(in: scene)

        for name in [
            "", "src_", "ep_01jz0000000000000000000000", "\(elsewhere.id)", String(repeating: "x", count: 9999),
        ] {
            let refused = try await refusal { _ = try await scene.webhook { $0.source = .some(name) } }
            #expect(refused?.fields.map(\.field) == ["source"])
            #expect(refused?.fields.first?.message.contains(name.prefix(64)) == true)
        }
        let customer = try await refusal {
            _ = try await scene.webhook(by: scene.principal(.application)) { $0.source = .some("\(here.id)") }
        }
        #expect(customer?.code == "forbidden")
        await scene.stop()
    }

    @Test func itIsTakenBackAndChanged() async throws {
        let scene = try await ServiceScene()
        let github = try await source(in: scene)
        let stripe = try await source("Stripe", in: scene)
        let webhook = try await scene.webhook { $0.source = .some(github.id.description) }
        func change(_ source: String?) async throws {
            var draft = WebhookDraft()
            draft.source = .some(source)
            _ = try await scene.webhooks.update(webhook.id, draft, by: scene.admin)
        }

        try await change(stripe.id.description)
        let moved = [try await receive(github, in: scene), try await receive(stripe, in: scene)]
        let ofMoved = [try await webhooks(of: moved[0], in: scene), try await webhooks(of: moved[1], in: scene)]
        try await change(nil)
        let published = try await scene.publish()

        #expect(ofMoved == [[], [webhook.id]])
        #expect(published.deliveries.map(\.endpoint) == [webhook.id])
        await scene.stop()
    }

    @Test func onceItsSourceIsDeletedItGetsNothingAndCanStillBeChanged() async throws {
        let scene = try await ServiceScene()
        let github = try await source(in: scene)
        let stripe = try await source("Stripe", in: scene)
        let webhook = try await scene.webhook { $0.source = .some(github.id.description) }

        try await SourceService(scene.context).delete(github.id, by: scene.admin)
        let published = try await scene.publish()
        let event = try await receive(stripe, in: scene)
        var draft = WebhookDraft()
        draft.source = .some(github.id.description)
        draft.description = "kept"
        let changed = try await scene.webhooks.update(webhook.id, draft, by: scene.admin).endpoint

        #expect(published.deliveries.isEmpty)
        #expect(try await webhooks(of: event, in: scene).isEmpty)
        #expect(changed.source == github.id)
        #expect(changed.description == "kept")
        await scene.stop()
    }

    @Test func aReplayGoesToWhoeverWantsItsSource() async throws {
        let scene = try await ServiceScene()
        let github = try await source(in: scene)
        let stripe = try await source("Stripe", in: scene)
        let old = try await receive(github, in: scene)
        let bound = try await scene.webhook { $0.source = .some(github.id.description) }
        _ = try await scene.webhook { $0.source = .some(stripe.id.description) }
        let another = try await receive(stripe, in: scene)

        let since = JobDraft(since: scene.clock.now() - .seconds(60))
        scene.clock.advance(by: .seconds(1))
        let missed = try await scene.jobs.forecastRecovery(bound.id, only: .missed, since, by: scene.admin)
        let all = try await scene.jobs.forecastReplay(ReplayFilter(), since, by: scene.admin)
        let replayed = try await scene.events.replay(old.id.description, to: nil, by: scene.admin)
        let forced = try await scene.events.replay(another.id.description, to: bound.id, by: scene.admin)

        #expect(missed.count == 1)
        #expect(all.count == 2)
        #expect(replayed.map(\.endpoint) == [bound.id])
        #expect(forced.map(\.endpoint) == [bound.id])
        await scene.stop()
    }

    @Test func aListenerToASourceIsAnAdmin() async throws {
        let scene = try await ServiceScene()
        let github = try await source(in: scene)
        let free = try await scene.webhook {
            $0.url = "listen:laptop"
            $0.application = "acme"
        }
        let bound = try await scene.webhook {
            $0.url = "listen:laptop2"
            $0.application = "acme"
            $0.source = .some(github.id.description)
        }
        let customer = scene.principal(.application)
        let listening = ListenService(scene.context)

        _ = try listening.endpoint(free.id, for: customer)
        _ = try listening.endpoint(bound.id, for: scene.admin)
        let refused = try await refusal { _ = try listening.endpoint(bound.id, for: customer) }

        #expect(refused?.code == "forbidden")
        await scene.stop()
    }
}
