import MartletCore
import Testing
import WebhookSigning

@Suite struct SourceTests {
    private let start = Timestamp(milliseconds: 1_700_000_000_000)

    private func source(window: Duration = Source.defaultDuplicateWindow) throws -> Source {
        Source(
            id: SourceID(high: 1, low: 1), environment: EnvironmentID(high: 1, low: 2), name: "GitHub",
            token: try #require(SourceToken("0123456789abcdefghjkmnpqrs")), preset: PresetChoice(name: "github"),
            duplicateWindow: window, createdAt: start, updatedAt: start)
    }

    // MARK: Duplicates

    @Test func anIDIsADuplicateWithinTheWindowAlone() throws {
        let source = try source(window: .seconds(60))

        #expect(source.repeats(first: start, at: start))
        #expect(source.repeats(first: start, at: start + .milliseconds(59_999)))
        #expect(!source.repeats(first: start, at: start + .seconds(60)))
    }

    @Test func withoutAWindowNothingIsADuplicate() throws {
        #expect(try !source(window: .zero).repeats(first: start, at: start))
    }

    @Test func anEarlierClockDoesNotMakeADuplicateNew() throws {
        #expect(try source().repeats(first: start, at: start - .seconds(5)))
    }

    // MARK: Tokens

    @Test func aTokenIsReadAsItWasMade() throws {
        var generator = SystemRandomNumberGenerator()
        let tokens = (0..<100).map { _ in SourceToken(using: &generator) }

        #expect(tokens.allSatisfy { SourceToken($0.description) == $0 })
        #expect(Set(tokens).count == 100)
    }

    @Test(arguments: [
        "", "0123456789abcdefghjkmnpqr", "0123456789abcdefghjkmnpqrst", "0123456789ABCDEFGHJKMNPQRS",
        "0123456789abcdefghjkmnpqri", "../../../../../../../../..", "0123456789abcdefghjkmnpqré",
    ])
    func whatIsNoTokenIsNotRead(text: String) {
        #expect(SourceToken(text) == nil)
    }

    // MARK: Types

    @Test(
        arguments: [
            ("push", "push"), ("Push Hook", "push_hook"), ("orders/create", "orders.create"),
            ("zen:event-type:user.created", "zen.event-type.user.created"), ("orderCreated", "orderCreated"),
            ("AUTHORISATION", "AUTHORISATION"), ("a..b", "a.b"), ("/a/", "a"), (".", "webhook.received"),
            ("", "webhook.received"), ("!!", "webhook.received"), ("é", "webhook.received"), ("a é b", "a_b"),
            ("Issue.create", "Issue.create"), (nil, "webhook.received"),
        ] as [(String?, String)])
    func aSendersTypeIsSpeltAsADottedName(sent: String?, type: String) {
        let spelt = EventTyping().type(of: sent)

        #expect(spelt == type)
        #expect(EventTypeName.isValid(spelt))
    }

    @Test func aPrefixStandsInFront() {
        let typing = EventTyping(prefix: "github", fallback: "other")

        #expect(typing.type(of: "push") == "github.push")
        #expect(typing.type(of: nil) == "github.other")
    }

    @Test(arguments: 1...5)
    func whateverASenderCallsItTheTypeIsValid(seed: UInt64) {
        var random = SeededRandom(seed)
        for _ in 0..<500 {
            let sent = String(
                (0..<Int.random(in: 0...300, using: &random)).map { _ in
                    Character(Unicode.Scalar(UInt8.random(in: 0x20...0x7E, using: &random)))
                })

            let type = EventTyping(prefix: "a-b").type(of: sent)

            #expect(EventTypeName.isValid(type), "seed \(seed): \(sent)")
        }
    }

    // MARK: Presets

    @Test func aChoiceIsThePresetWithItsParameters() throws {
        let choice = PresetChoice(name: "token", parameters: ["header": "X-Secret"])

        #expect(try choice.preset().tokenHeaders == ["x-secret"])
        #expect(throws: PresetError.self) { try PresetChoice(name: "none").preset() }
    }

    @Test func aVerdictSaysWhatTheCallerGot() {
        let event = EventID(high: 1, low: 1)
        let verdicts: [(RequestVerdict, String, Int)] = [
            (.accepted(event), "accepted", 200), (.duplicate(of: event), "duplicate", 200),
            (.answered(status: 204), "answered", 204), (.refused(.wrongSecret), "refused", 401),
            (.limited(.address, retryAfter: .seconds(1)), "limited", 429), (.tooLarge(limit: 10), "too_large", 413),
            (.inactive, "inactive", 404),
        ]

        for (verdict, name, status) in verdicts {
            #expect(verdict.name == name)
            #expect(verdict.status == status)
            #expect(verdict.reason.hasSuffix("."))
        }
        #expect(
            RequestVerdict.refused(.stale(bySeconds: 7, toleranceSeconds: 5)).reason.hasPrefix("Stale by 7 s"))
    }
}
