import MartletCore
import MartletService
import MartletStore
import MartletTesting
import Testing

@Suite struct EventServiceTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        var field: String
        var draft: EventDraft

        var testDescription: String { "\(field): \(draft.type) \(draft.chosenID ?? "")" }
    }

    static let mistakes: [Mistake] = [
        Mistake(field: "type", draft: EventDraft(type: "", data: [])),
        Mistake(field: "type", draft: EventDraft(type: "a b", data: [])),
        Mistake(field: "type", draft: EventDraft(type: "*", data: [])),
        Mistake(field: "id", draft: EventDraft(type: "a", chosenID: "", data: [])),
        Mistake(field: "id", draft: EventDraft(type: "a", chosenID: "a.b", data: [])),
        Mistake(field: "id", draft: EventDraft(type: "a", chosenID: "a\"b", data: [])),
        Mistake(field: "id", draft: EventDraft(type: "a", chosenID: String(repeating: "x", count: 129), data: [])),
        Mistake(field: "ordering_key", draft: EventDraft(type: "a", orderingKey: "", data: [])),
        Mistake(
            field: "ordering_key",
            draft: EventDraft(type: "a", orderingKey: String(repeating: "x", count: 257), data: [])),
        Mistake(
            field: "deliver_at",
            draft: EventDraft(type: "a", deliverAt: Timestamp(milliseconds: 4_000_000_000_000), data: [])),
        Mistake(field: "application", draft: EventDraft(type: "a", application: "nobody", data: [])),
    ]

    @Test(arguments: mistakes)
    func aMistakeIsRefusedWithTheFieldItIsIn(mistake: Mistake) async throws {
        let scene = try await ServiceScene()
        let calls = scene.store.callCount

        let refusal = try await refusal { _ = try await scene.events.publish(mistake.draft, by: scene.admin) }

        #expect(refusal?.kind == .invalid)
        #expect(refusal?.fields.map(\.field) == [mistake.field])
        #expect(scene.store.callCount == calls)
        await scene.stop()
    }

    @Test func anEventGoesOnceToEachActiveWebhookThatSubscribed() async throws {
        let scene = try await ServiceScene()
        let exact = try await scene.webhook { $0.events = ["property.created", "property.*", "*"] }
        let pattern = try await scene.webhook { $0.events = ["property.*"] }
        let all = try await scene.webhook { $0.events = ["*"] }
        _ = try await scene.webhook { $0.events = ["property"] }
        _ = try await scene.webhook { $0.events = ["properties.*", "created"] }
        _ = try await scene.webhook { $0.active = false }

        let published = try await scene.publish("property.created")

        #expect(Set(published.deliveries.map(\.endpoint)) == [exact.id, pattern.id, all.id])
        #expect(published.deliveries.count == 3)
        #expect(published.event.deliveryCount == 3)
        #expect(scene.courier.notes.accepted.map(\.delivery.id) == published.deliveries.map(\.id))
        await scene.stop()
    }

    @Test func theEnvelopeIsTheIdTheTypeTheTimeAndThePayloadAsItCame() async throws {
        let scene = try await ServiceScene()

        let own = try await scene.publish(data: #"{"b":1,"a":[]}"#).event
        let chosen = try await scene.publish(id: "order-1").event

        #expect(
            String(decoding: own.body.bytes, as: UTF8.self)
                == #"{"id":"\#(own.id)","type":"property.created","created":"2023-06-15T10:30:00Z","data":{"b":1,"a":[]}}"#
        )
        #expect(String(decoding: own.body.slice(.data), as: UTF8.self) == #"{"b":1,"a":[]}"#)
        #expect(String(decoding: chosen.body.bytes, as: UTF8.self).hasPrefix(#"{"id":"order-1","#))
        await scene.stop()
    }

    @Test func aPublisherIsWarnedOfWhatLooksLikeASlip() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook { $0.events = ["known"] }
        _ = try await scene.eventTypes.create("known", EventTypeService.Draft(), by: scene.admin)

        let fine = try await scene.publish("known").warnings
        let unknown = try await scene.publish("unknown").warnings
        let large = try await scene.publish("known", data: "\"\(String(repeating: "x", count: 102_400))\"").warnings

        #expect(fine.isEmpty)
        #expect(unknown.map(\.code) == ["no_deliveries", "unknown_event_type"])
        #expect(large.map(\.code) == ["large_body"])
        await scene.stop()
    }

    @Test func thePayloadsOwnWarningsArePassedOn() async throws {
        let scene = try await ServiceScene()
        let normalised = try JSONNormaliser.normalise(Array(#"{"a":-0}"#.utf8))

        let published = try await scene.events.publish(
            EventDraft(type: "a", data: normalised.bytes, warnings: normalised.warnings), by: scene.admin)

        #expect(published.warnings.contains { $0.code == "negative_zero" && $0.path?.contains("a") == true })
        await scene.stop()
    }

    @Test func anExplanationSaysWhyEachOtherWebhookDoesNotGetIt() async throws {
        let scene = try await ServiceScene()
        let matched = try await scene.webhook { $0.application = "acme" }
        let elsewhere = try await scene.webhook { $0.application = "other" }
        let unsubscribed = try await scene.webhook {
            $0.application = "acme"
            $0.events = ["deal.*"]
        }
        let paused = try await scene.webhook {
            $0.application = "acme"
            $0.active = false
        }

        let unexplained = try await scene.publish(application: "acme")
        let unmatched = try await scene.publish(application: "acme", explain: true).unmatched ?? []

        let reasons = Dictionary(uniqueKeysWithValues: unmatched.map { ($0.endpoint, $0.reason) })
        #expect(unexplained.unmatched == nil)
        #expect(reasons[matched.id] == nil)
        #expect(reasons[elsewhere.id]?.contains("belongs to another") == true)
        #expect(reasons[unsubscribed.id]?.contains("deal.*") == true)
        #expect(reasons[paused.id]?.contains("paused") == true)
        await scene.stop()
    }

    @Test func theSameEventUnderTheSameChosenIdGetsItsFirstAnswerAndAnotherIsAConflict() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook()
        let first = try await scene.publish(id: "order-1")
        scene.clock.advance(by: .seconds(60))

        let again = try await scene.publish(id: "order-1")
        let otherData = try await refusal { _ = try await scene.publish(id: "order-1", data: #"{"n":2}"#) }
        let otherType = try await refusal { _ = try await scene.publish("deal.closed", id: "order-1") }
        let elsewhere = try await scene.publish(by: scene.sandboxAdmin, id: "order-1")

        #expect(again.event == first.event)
        #expect(again.deliveries.map(\.id) == first.deliveries.map(\.id))
        #expect(otherData?.code == "event_id_taken")
        #expect(otherType?.kind == .conflict)
        #expect(elsewhere.event.id != first.event.id)
        #expect(scene.courier.notes.accepted.count == 1)
        await scene.stop()
    }

    @Test func theFirstAnswerHasNoReplaysInIt() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook()
        let first = try await scene.publish(id: "order-1")
        _ = try await scene.events.replay("order-1", to: nil, by: scene.admin)

        let again = try await scene.publish(id: "order-1")

        #expect(again.deliveries.map(\.id) == first.deliveries.map(\.id))
        await scene.stop()
    }

    @Test func aPublisherMayRepeatItselfThoughItMayNotReadEvents() async throws {
        let scene = try await ServiceScene()
        let publisher = scene.principal(.publisher)
        let first = try await scene.publish(by: publisher, id: "order-1")

        let again = try await scene.publish(by: publisher, id: "order-1")

        #expect(again.event == first.event)
        await scene.stop()
    }

    @Test func anIdempotencyKeyAnswersTheSameRequestAgainAndRefusesAnother() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook()
        let first = try await scene.publish(stamp: scene.stamp("key"))

        let again = try await scene.publish(stamp: scene.stamp("key"))
        let other = try await refusal { _ = try await scene.publish(stamp: scene.stamp("key", fingerprint: 2)) }
        scene.clock.advance(by: IdempotencyStamp.lifetime)
        let nextDay = try await scene.publish(stamp: scene.stamp("key", fingerprint: 2))

        #expect(again.event == first.event)
        #expect(other?.code == "idempotency_key_reused")
        #expect(nextDay.event.id != first.event.id)
        #expect(scene.courier.notes.accepted.count == 2)
        await scene.stop()
    }

    @Test func eachOfABatchIsAcceptedOrRefusedByItself() async throws {
        let scene = try await ServiceScene()
        _ = try await scene.webhook()
        _ = try await scene.publish(id: "taken")
        func draft(_ type: String, _ id: String? = nil) -> Result<EventDraft, ServiceError> {
            .success(EventDraft(type: type, chosenID: id, data: Array("{}".utf8)))
        }

        let results = try await scene.events.publish(
            [
                draft("a"), draft("not a type"), .failure(.invalid("data", "It is not JSON.")), draft("b", "taken"),
                draft("c", "twice"), draft("d", "twice"), draft("e"),
            ], by: scene.admin, stamp: nil)

        let outcomes = results.map { result -> String in
            switch result {
            case .success(let published): published.event.type
            case .failure(let error): error.code
            }
        }
        #expect(
            outcomes == [
                "a", "invalid_request", "invalid_request", "event_id_taken", "c", "event_id_taken", "e",
            ])
        await scene.stop()
    }

    /// Each is told of by itself, and who is told that one is stored finds it.
    @Test func aBatchThatTakesSeveralCommitsIsToldWhichOfThemFailed() async throws {
        var commits = CommitLimits()
        (commits.batch, commits.sharedBatch) = (2, 2)
        let scene = try await ServiceScene(commits: commits)
        let drafts = (0..<5).map { number in
            Result<EventDraft, ServiceError>.success(
                EventDraft(type: "a", chosenID: "e\(number)", data: Array("{}".utf8)))
        }

        scene.store.fail(after: 1, .before)
        let results = try await scene.events.publish(drafts, by: scene.admin, stamp: nil)
        var stored: [Bool] = []
        for number in 0..<5 {
            stored.append(try await scene.store.event(chosenID: "e\(number)", in: scene.live.id) != nil)
        }

        #expect(results.map { (try? $0.get()) != nil } == [true, true, false, false, true])
        #expect(stored == [true, true, false, false, true])
        #expect(throws: ServiceError.self) { try results[2].get() }
        await scene.stop()
    }

    @Test func aBatchOfWhichNothingCouldBeStoredIsRefusedAsAWhole() async throws {
        let scene = try await ServiceScene()

        scene.store.failNext(.before)
        let refused = try await refusal {
            _ = try await scene.events.publish(
                (0..<3).map { _ in .success(EventDraft(type: "a", data: Array("{}".utf8))) }, by: scene.admin,
                stamp: nil)
        }

        #expect(refused?.kind == .unavailable)
        await scene.stop()
    }

    @Test func aBatchOfWhichNothingCanBeTakenDoesNotReachTheStore() async throws {
        let scene = try await ServiceScene()
        let calls = scene.store.callCount

        let results = try await scene.events.publish(
            [.failure(.invalid("data", "No.")), .success(EventDraft(type: "", data: []))], by: scene.admin, stamp: nil)

        #expect(results.count == 2)
        #expect(results.allSatisfy { (try? $0.get()) == nil })
        #expect(scene.store.callCount == calls)
        await scene.stop()
    }

    @Test func whatIsTooLargeOrForTooManyIsRefused() async throws {
        var limits = ServiceLimits()
        limits.eventBytes = 200
        limits.deliveriesPerEvent = 1
        let scene = try await ServiceScene(limits: limits)
        _ = try await scene.webhook()

        let large = try await refusal {
            _ = try await scene.publish(data: "\"\(String(repeating: "x", count: 200))\"")
        }
        _ = try await scene.webhook()
        let many = try await refusal { _ = try await scene.publish() }

        #expect(large?.kind == .tooLarge)
        #expect(many?.code == "too_many_deliveries")
        await scene.stop()
    }

    @Test func aReplayGoesToThoseWhoSubscribeNowOrToTheOneNamed() async throws {
        let scene = try await ServiceScene()
        let event = try await scene.publish().event
        let first = try await scene.webhook()
        let narrow = try await scene.webhook { $0.events = ["deal.closed"] }
        let paused = try await scene.webhook { $0.active = false }

        let toAll = try await scene.events.replay("\(event.id)", to: nil, by: scene.admin)
        let toOne = try await scene.events.replay("\(event.id)", to: narrow.id, by: scene.admin)
        let toPaused = try await refusal {
            _ = try await scene.events.replay("\(event.id)", to: paused.id, by: scene.admin)
        }
        let missing = try await refusal { _ = try await scene.events.replay("nothing", to: nil, by: scene.admin) }

        #expect(toAll.map(\.endpoint) == [first.id])
        #expect(toOne.map(\.endpoint) == [narrow.id])
        #expect(toAll.allSatisfy { $0.cause == .replay })
        #expect(toPaused?.code == "webhook_inactive")
        #expect(missing?.kind == .notFound)
        await scene.stop()
    }

    @Test func aReplayThatNobodyWouldGetIsAConflict() async throws {
        let scene = try await ServiceScene()
        let event = try await scene.publish().event

        let refusal = try await refusal { _ = try await scene.events.replay("\(event.id)", to: nil, by: scene.admin) }

        #expect(refusal?.code == "no_subscribers")
        await scene.stop()
    }

    @Test func aPageEndsWhereTheNextOneBegins() async throws {
        let scene = try await ServiceScene()
        var ids: [EventID] = []
        for _ in 0..<5 { ids.append(try await scene.publish().event.id) }

        let first = try await scene.events.events(
            EventFilter(), page: PageRequest(limit: 3, cursor: nil), for: scene.admin)
        let second = try await scene.events.events(
            EventFilter(), page: PageRequest(limit: 3, cursor: first.next), for: scene.admin)
        let nonsense = try await refusal {
            _ = try await scene.events.events(
                EventFilter(), page: PageRequest(limit: 3, cursor: "x"), for: scene.admin)
        }

        #expect(first.items.map(\.id) + second.items.map(\.id) == ids.reversed())
        #expect(second.next == nil)
        #expect(nonsense?.fields.map(\.field) == ["cursor"])
        await scene.stop()
    }
}
