import MartletCore
import Testing

@Suite struct InboundLimiterTests {
    private let start = Timestamp(milliseconds: 1_700_000_000_000)
    private let one = IPAddress("203.0.113.1")
    private let other = IPAddress("203.0.113.2")

    private func limits(_ rate: RateLimit? = nil, perAddress: RateLimit? = nil) -> SourceLimits {
        SourceLimits(rate: rate, ratePerAddress: perAddress)
    }

    @Test func withoutLimitsEverythingIsAllowed() {
        var limiter = InboundLimiter(limits(), now: start)

        let decisions = (0..<1000).map { _ in limiter.admit(one, at: start) }

        #expect(decisions.allSatisfy { $0 == .allowed })
        #expect(limiter.addressCount == 0)
    }

    @Test func aSourceTakesItsBurstAndThenItsRate() {
        var limiter = InboundLimiter(limits(RateLimit(count: 10, per: .seconds(1), burst: 3)), now: start)

        let burst = (0..<4).map { _ in limiter.admit(one, at: start) }
        let soon = limiter.admit(other, at: start + .milliseconds(99))
        let later = limiter.admit(other, at: start + .milliseconds(100))

        #expect(burst == [.allowed, .allowed, .allowed, .limited(.source, retryAfter: .milliseconds(100))])
        #expect(soon == .limited(.source, retryAfter: .milliseconds(1)))
        #expect(later == .allowed)
    }

    @Test func aClockThatIsSetBackHoldsNobodyBackForThatLong() {
        let rate = RateLimit(count: 1, per: .seconds(1), burst: 2)
        var limiter = InboundLimiter(limits(rate, perAddress: rate), now: start)
        for _ in 0..<2 { _ = limiter.admit(one, at: start) }

        let back = start - .seconds(3600)
        let atOnce = limiter.admit(one, at: back)
        let later = limiter.admit(one, at: back + .seconds(1))

        #expect(atOnce == .limited(.source, retryAfter: .seconds(1)))
        #expect(later == .allowed)
    }

    @Test func aLoudAddressDoesNotHinderAnother() {
        var limiter = InboundLimiter(
            limits(
                RateLimit(count: 100, per: .seconds(1), burst: 10),
                perAddress: RateLimit(count: 1, per: .seconds(1), burst: 2)), now: start)

        let loud = (0..<100).map { _ in limiter.admit(one, at: start) }
        let quiet = limiter.admit(other, at: start)

        #expect(loud.filter { $0 == .allowed }.count == 2)
        #expect(loud.last == .limited(.address, retryAfter: .seconds(1)))
        #expect(quiet == .allowed)
    }

    @Test func aFloodTakesNothingFromTheRate() {
        var limiter = InboundLimiter(limits(RateLimit(count: 10, per: .seconds(1), burst: 1)), now: start)

        let allowed = (0..<1000).filter { limiter.admit(one, at: start + .milliseconds($0)) == .allowed }

        #expect(allowed.count == 10)
    }

    @Test func allOfAnIPv6NetworkIsOneAddress() {
        var limiter = InboundLimiter(
            limits(perAddress: RateLimit(count: 1, per: .seconds(1), burst: 1)), now: start)

        let decisions = ["2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1"].map {
            limiter.admit(IPAddress($0), at: start)
        }

        #expect(decisions == [.allowed, .limited(.address, retryAfter: .seconds(1)), .allowed])
        #expect(limiter.addressCount == 2)
    }

    @Test func aFloodFromManyAddressesTakesBoundedRoom() {
        var limiter = InboundLimiter(
            limits(perAddress: RateLimit(count: 1, per: .seconds(10), burst: 1)), now: start)

        let decisions = (0..<UInt32(InboundLimiter.mostAddresses + 1000)).map {
            limiter.admit(IPAddress(v4: 0x0A00_0000 + $0), at: start)
        }
        let full = limiter.addressCount
        let known = limiter.admit(IPAddress(v4: 0x0A00_0000), at: start + .seconds(10))
        let fresh = limiter.admit(IPAddress(v4: 0x0B00_0000), at: start + .seconds(10))

        #expect(decisions.filter { $0 == .allowed }.count == InboundLimiter.mostAddresses + 1)
        #expect(full == InboundLimiter.mostAddresses)
        #expect(known == .allowed)
        #expect(fresh == .allowed)
        #expect(limiter.addressCount == 2)
    }

    @Test func aRequestWithoutAnAddressIsLimitedToo() {
        var limiter = InboundLimiter(
            limits(perAddress: RateLimit(count: 1, per: .seconds(1), burst: 1)), now: start)

        let decisions = (0..<2).map { _ in limiter.admit(nil, at: start) }

        #expect(decisions == [.allowed, .limited(.address, retryAfter: .seconds(1))])
    }

    @Test func otherLimitsKeepWhatWasTaken() {
        var limiter = InboundLimiter(limits(RateLimit(count: 1, per: .seconds(1), burst: 2)), now: start)
        _ = limiter.admit(one, at: start)
        _ = limiter.admit(one, at: start)

        limiter.change(to: limits(RateLimit(count: 2, per: .seconds(1), burst: 2)), now: start)
        let soon = limiter.admit(one, at: start)
        limiter.change(to: limits(), now: start)
        let free = limiter.admit(one, at: start)

        #expect(soon == .limited(.source, retryAfter: .milliseconds(500)))
        #expect(free == .allowed)
    }
}
