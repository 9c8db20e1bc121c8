import MartletCore
import MartletService
import MartletStore
import MartletTesting
import Testing

/// Filters between a publish and its deliveries.
@Suite struct FilterServiceTests {
    private static func filter(_ text: String) throws -> PayloadFilter { try PayloadFilter(JSONValue(parsing: text)) }

    @Test func anEventGoesToThoseWhoseFilterWantsItAndToThoseWithout() async throws {
        let scene = try await ServiceScene()
        let large = try Self.filter(#"{"data.amount":{"gte":100}}"#)
        let all = try await scene.webhook()
        let one = try await scene.webhook { $0.filter = .some(large) }
        let other = try await scene.webhook { $0.filter = .some(large) }
        let small = try await scene.webhook { $0.filter = .some(try? Self.filter(#"{"data.amount":{"lt":100}}"#)) }

        let more = try await scene.publish(data: #"{"amount":100}"#)
        let less = try await scene.publish(data: #"{"amount":5}"#)
        let neither = try await scene.publish(data: #"{"amount":"100"}"#)

        #expect(Set(more.deliveries.map(\.endpoint)) == [all.id, one.id, other.id])
        #expect(Set(less.deliveries.map(\.endpoint)) == [all.id, small.id])
        #expect(neither.deliveries.map(\.endpoint) == [all.id])
        #expect(more.event.deliveryCount == 3)
        await scene.stop()
    }

    @Test func aChangedFilterCountsFromTheNextEventOn() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook { $0.filter = .some(try? Self.filter(#"{"data.n":1}"#)) }
        func isWanted(_ data: String) async throws -> Bool { try await !scene.publish(data: data).deliveries.isEmpty }
        func change(_ change: (inout WebhookDraft) -> Void) async throws {
            var draft = WebhookDraft()
            change(&draft)
            _ = try await scene.webhooks.update(webhook.id, draft, by: scene.admin)
        }

        #expect(try await isWanted(#"{"n":1}"#))
        #expect(try await !isWanted(#"{"n":2}"#))
        try await change { $0.filter = .some(try? Self.filter(#"{"data.n":2}"#)) }
        #expect(try await !isWanted(#"{"n":1}"#))
        #expect(try await isWanted(#"{"n":2}"#))
        try await change { $0.active = false }
        #expect(try await !isWanted(#"{"n":2}"#))
        try await change { $0.active = true }
        #expect(try await isWanted(#"{"n":2}"#))
        try await change { $0.filter = .some(nil) }
        #expect(try await isWanted(#"{"n":1}"#))
        try await scene.webhooks.delete(webhook.id, by: scene.admin)
        #expect(try await !isWanted(#"{"n":1}"#))
        await scene.stop()
    }

    @Test func filtersCountWithinAnApplicationAndByPatternsToo() async throws {
        let scene = try await ServiceScene()
        let filter = try Self.filter(#"{"data.n":1}"#)
        let acme = try await scene.webhook {
            $0.application = "acme"
            $0.events = ["property.*", "*"]
            $0.filter = .some(filter)
        }
        _ = try await scene.webhook {
            $0.application = "other"
            $0.filter = .some(filter)
        }

        let wanted = try await scene.publish(application: "acme", data: #"{"n":1}"#)
        let unwanted = try await scene.publish(application: "acme", data: #"{"n":2}"#)

        #expect(wanted.deliveries.map(\.endpoint) == [acme.id])
        #expect(unwanted.deliveries.isEmpty)
        await scene.stop()
    }

    @Test func afterARestartFiltersAreWhatTheyWere() async throws {
        let scene = try await ServiceScene()
        let filter = try Self.filter(#"{"data.n":{"in":[1,2]}}"#)
        let webhook = try await scene.webhook { $0.filter = .some(filter) }

        scene.directory.load(try await scene.store.configuration())
        let unwanted = try await scene.publish(data: #"{"n":3}"#)

        #expect(scene.directory.endpoint(webhook.id, in: scene.live.id)?.filter == filter)
        #expect(unwanted.deliveries.isEmpty)
        await scene.stop()
    }

    @Test func eachEventOfABatchIsJudgedByItself() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook { $0.filter = .some(try? Self.filter(#"{"data.n":{"gt":1}}"#)) }

        let results = try await scene.events.publish(
            (0..<4).map { .success(EventDraft(type: "a", data: Array(#"{"n":\#($0)}"#.utf8))) }, by: scene.admin,
            stamp: nil)

        #expect(try results.map { try $0.get().deliveries.count } == [0, 0, 1, 1])
        await scene.stop()
    }

    @Test func theMostDeliveriesAreCountedBehindTheFilters() async throws {
        var limits = ServiceLimits()
        limits.deliveriesPerEvent = 1
        let scene = try await ServiceScene(limits: limits)
        for n in 1...3 { _ = try await scene.webhook { $0.filter = .some(try? Self.filter(#"{"data.n":\#(n)}"#)) } }

        let published = try await scene.publish(data: #"{"n":2}"#)

        #expect(published.deliveries.count == 1)
        await scene.stop()
    }

    @Test func whyNotNamesTheConditionAndTheValue() async throws {
        let scene = try await ServiceScene()
        let wanting = try await scene.webhook()
        let filtering = try await scene.webhook {
            $0.filter = .some(try? Self.filter(#"{"data.amount":{"gte":100}}"#))
        }
        let paused = try await scene.webhook {
            $0.active = false
            $0.filter = .some(try? Self.filter(#"{"data.amount":{"gte":100}}"#))
        }

        let published = try await scene.publish(data: #"{"amount":50}"#, explain: true)
        let unmatched = Dictionary(uniqueKeysWithValues: (published.unmatched ?? []).map { ($0.endpoint, $0) })

        #expect(unmatched[wanting.id] == nil)
        #expect(
            unmatched[filtering.id]?.reason
                == "Its filter does not want it: data.amount is 50, and has to be at least 100.")
        #expect(unmatched[filtering.id]?.shortfall?.condition == #"["data.amount"].gte"#)
        #expect(unmatched[filtering.id]?.shortfall?.found == "50")
        #expect(unmatched[paused.id]?.reason.contains("paused") == true)
        #expect(unmatched[paused.id]?.shortfall == nil)
        await scene.stop()
    }

    @Test func whenNobodysFilterWantsItTheWarningSaysSo() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook { $0.filter = .some(try? Self.filter(#"{"data.n":1}"#)) }

        let published = try await scene.publish(data: #"{"n":2}"#)
        let nobody = try await scene.publish(application: "other")

        #expect(published.warnings.first?.code == "no_deliveries")
        #expect(published.warnings.first?.message.contains("their filters") == true)
        #expect(nobody.warnings.first?.message.contains("No active webhook") == true)
        await scene.stop()
    }

    @Test func laterReasonsAreThoseOfTheWebhooksAsTheyAreThen() async throws {
        let scene = try await ServiceScene()
        let webhook = try await scene.webhook { $0.filter = .some(try? Self.filter(#"{"data.n":1}"#)) }
        let reached = try await scene.webhook()
        let event = try await scene.publish(data: #"{"n":2}"#).event
        func why(_ id: EndpointID) async throws -> String? {
            let deliveries = try await scene.events.deliveries(of: event, for: scene.admin)
            return scene.events.unmatched(event, delivered: deliveries, for: scene.admin)
                .first { $0.endpoint == id }?.reason
        }
        func change(_ id: EndpointID, _ change: (inout WebhookDraft) -> Void) async throws {
            var draft = WebhookDraft()
            change(&draft)
            _ = try await scene.webhooks.update(id, draft, by: scene.admin)
        }

        let first = try await why(webhook.id)
        try await change(webhook.id) { $0.filter = .some(try? Self.filter(#"{"data.n":2}"#)) }
        try await change(reached.id) { $0.active = false }
        let second = try await why(webhook.id)
        let later = try await scene.webhook()

        #expect(first?.contains("data.n is 2, and has to be 1") == true)
        #expect(second?.contains("would get the event now") == true)
        #expect(try await why(later.id)?.contains("would get the event now") == true)
        #expect(try await why(reached.id) == nil)
        await scene.stop()
    }

    @Test func anApplicationIsToldOfItsOwnWebhooksAlone() async throws {
        let scene = try await ServiceScene()
        let filter = try Self.filter(#"{"data.n":1}"#)
        let own = try await scene.webhook {
            $0.application = "acme"
            $0.filter = .some(filter)
        }
        _ = try await scene.webhook {
            $0.application = "other"
            $0.filter = .some(filter)
        }
        let event = try await scene.publish(application: "acme", data: #"{"n":2}"#).event

        let unmatched = scene.events.unmatched(event, delivered: [], for: scene.principal(.application))

        #expect(unmatched.map(\.endpoint) == [own.id])
        await scene.stop()
    }

    @Test func aReplayMindsFiltersUnlessAWebhookIsNamed() async throws {
        let scene = try await ServiceScene()
        let event = try await scene.publish(data: #"{"n":2}"#).event
        let wanting = try await scene.webhook { $0.filter = .some(try? Self.filter(#"{"data.n":2}"#)) }
        let refusing = try await scene.webhook { $0.filter = .some(try? Self.filter(#"{"data.n":1}"#)) }

        let toAll = try await scene.events.replay("\(event.id)", to: nil, by: scene.admin)
        let toOne = try await scene.events.replay("\(event.id)", to: refusing.id, by: scene.admin)
        try await scene.webhooks.delete(wanting.id, by: scene.admin)
        let toNobody = try await refusal {
            _ = try await scene.events.replay("\(event.id)", to: nil, by: scene.admin)
        }

        #expect(toAll.map(\.endpoint) == [wanting.id])
        #expect(toOne.map(\.endpoint) == [refusing.id])
        #expect(toNobody?.code == "no_subscribers")
        await scene.stop()
    }

    @Test func publishingWhileFiltersChangeIsJudgedByOneOrTheOther() async throws {
        let scene = try await ServiceScene()
        let filters = try [Self.filter(#"{"data.n":1}"#), Self.filter(#"{"data.n":{"gte":1}}"#)]
        let webhook = try await scene.webhook { $0.filter = .some(filters[0]) }

        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<40 {
                group.addTask {
                    if number % 2 == 0 {
                        var draft = WebhookDraft()
                        draft.filter = .some(filters[number / 2 % 2])
                        _ = try await scene.webhooks.update(webhook.id, draft, by: scene.admin)
                    }
                    return try await scene.publish(data: #"{"n":1}"#).deliveries.count
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }

        // Both of them want it: an index that was half changed would show.
        #expect(counts == Array(repeating: 1, count: 40))
        await scene.stop()
    }
}
