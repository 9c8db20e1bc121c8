import MartletTesting
import Testing

struct SeededRandomTests {
    @Test func theNumbersAreThoseOfSplitMix64() {
        var random = SeededRandom(seed: 1_234_567)

        let numbers = (0..<5).map { _ in random.next() }

        // The reference implementation's first five for this seed (https://prng.di.unimi.it/splitmix64.c).
        #expect(
            numbers == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
        #expect(random.seed == 1_234_567)
    }
}
