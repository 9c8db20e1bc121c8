import MartletCore
import Testing

@Suite struct IdentifierGeneratorTests {
    static let now = Timestamp(milliseconds: 1_686_825_000_123)

    @Test func anIdentifierIsAUUIDOfVersionSeven() {
        var generator = IdentifierGenerator()

        for random in [0, 1, UInt64.max, 0x8000_0000_0000_0000] {
            let id: EventID = generator.next(at: Self.now, random: random)
            #expect(id.high >> 12 & 0xF == 7)
            #expect(id.low >> 62 == 0b10)
        }
    }

    @Test func identifiersOnlyGrowWithinAMillisecondAndWhenTheClockStepsBack() {
        let seed: UInt64 = 13
        var random = SeededRandom(seed)
        var generator = IdentifierGenerator()
        var last = EventID(high: 0, low: 0)

        for _ in 0..<20_000 {
            let at = Self.now + .milliseconds(Int.random(in: -5...5, using: &random))
            let id: EventID = generator.next(at: at, random: random.next())
            #expect(id > last, "seed \(seed)")
            last = id
        }
    }

    @Test func aFullCounterBorrowsFromTheNextMillisecond() {
        var generator = IdentifierGenerator()
        var last: EventID = generator.next(at: Self.now, random: .max)

        // The largest start there is, and the largest steps: the 74 bits run over after so many.
        for _ in 0..<10_000 {
            let id: EventID = generator.next(at: Self.now, random: .max)
            #expect(id > last)
            last = id
        }
        #expect(last.high >> 12 & 0xF == 7)
        #expect(last.low >> 62 == 0b10)
    }

    @Test func kindsShareOneOrder() {
        var generator = IdentifierGenerator()

        let event: EventID = generator.next(at: Self.now, random: 5)
        let delivery: DeliveryID = generator.next(at: Self.now, random: 5)

        #expect((event.high, event.low) < (delivery.high, delivery.low))
    }

    @Test func anInstantBeforeTheEpochCountsAsTheEpoch() {
        var generator = IdentifierGenerator()

        let id: EventID = generator.next(at: Timestamp(milliseconds: -5), random: 7)

        #expect(id.instant == Timestamp(milliseconds: 0))
    }
}
