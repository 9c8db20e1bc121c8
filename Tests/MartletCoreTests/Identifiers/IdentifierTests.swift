import MartletCore
import Testing

@Suite struct IdentifierTests {
    @Test func theTextIsThePrefixAndTwentySixCharacters() {
        let zero = EventID(high: 0, low: 0)
        let most = EndpointID(high: .max, low: .max)

        #expect("\(zero)" == "evt_00000000000000000000000000")
        #expect("\(most)" == "ep_7zzzzzzzzzzzzzzzzzzzzzzzzz")
    }

    @Test func everyKindHasItsPrefix() {
        let texts = [
            "\(EnvironmentID(high: 0, low: 1))", "\(ApplicationID(high: 0, low: 1))", "\(EndpointID(high: 0, low: 1))",
            "\(EventID(high: 0, low: 1))", "\(DeliveryID(high: 0, low: 1))", "\(AttemptID(high: 0, low: 1))",
            "\(KeyID(high: 0, low: 1))",
        ]

        #expect(texts.map { String($0.dropLast(26)) } == ["env_", "app_", "ep_", "evt_", "dlv_", "att_", "key_"])
    }

    @Test func whatIsWrittenIsReadBack() {
        let seed: UInt64 = 11
        var random = SeededRandom(seed)

        for _ in 0..<1000 {
            let id = DeliveryID(high: random.next(), low: random.next())
            #expect(DeliveryID("\(id)") == id, "seed \(seed)")
        }
    }

    @Test func textsSortAsTheIdentifiersDo() {
        let seed: UInt64 = 12
        var random = SeededRandom(seed)
        let ids = (0..<200).map { _ in EventID(high: random.next() >> 1, low: random.next()) }

        #expect(ids.sorted().map(\.description) == ids.map(\.description).sorted(), "seed \(seed)")
    }

    @Test(arguments: [
        "", "evt_", "evt_0000000000000000000000000", "evt_000000000000000000000000000", "00000000000000000000000000",
        "ep_00000000000000000000000000", "EVT_00000000000000000000000000", "evt_0000000000000000000000000A",
        "evt_0000000000000000000000000i", "evt_0000000000000000000000000l", "evt_0000000000000000000000000o",
        "evt_0000000000000000000000000u", "evt_80000000000000000000000000", "evt_0000000000000000000000000 ",
        " evt_00000000000000000000000000", "evt_000000000000000000000000\u{e9}", "evt-00000000000000000000000000",
    ])
    func otherTextIsNotReadSoThatOneThingHasOneSpelling(text: String) {
        #expect(EventID(text) == nil)
    }

    @Test func theInstantIsInTheIdentifier() {
        var generator = IdentifierGenerator()
        let now = Timestamp(milliseconds: 1_686_825_000_123)

        let id: EventID = generator.next(at: now, random: .max)

        #expect(id.instant == now)
    }
}
