import MartletCore
import Testing

@Suite struct PortalAccessTests {
    private static let start = Timestamp(milliseconds: 1_750_000_000_000)

    private func link(_ milliseconds: Int) -> PortalLinkID {
        var generator = IdentifierGenerator()
        return generator.next(at: Self.start + .milliseconds(milliseconds), random: 1)
    }

    @Test func aLinkThatWasTakenBackOpensNothingAndTheOthersGoOnDoing() {
        var portal = PortalAccess()

        let isTaken = portal.withdraw(link(1), expiresAt: Self.start + .seconds(60), now: Self.start)

        #expect(isTaken)
        #expect(!portal.admits(link(1)))
        #expect(portal.admits(link(2)))
    }

    @Test func allThatWereMadeUpToNowAreTakenBackAtOnceAndLaterOnesAreNot() {
        var portal = PortalAccess()

        portal.withdrawAll(now: Self.start + .milliseconds(5))

        #expect(!portal.admits(link(1)))
        #expect(!portal.admits(link(5)))
        #expect(portal.admits(link(6)))
    }

    @Test func whatHasEndedByItselfIsForgottenWhenTheNextIsTakenBack() {
        var portal = PortalAccess()
        _ = portal.withdraw(link(1), expiresAt: Self.start + .seconds(60), now: Self.start)

        _ = portal.withdraw(link(2), expiresAt: Self.start + .seconds(120), now: Self.start + .seconds(60))

        #expect(portal.withdrawals.map(\.link) == [link(2)])
    }

    @Test func onlySoManyAreKeptAndTheSameOneTwiceIsOne() {
        var portal = PortalAccess()
        for number in 0..<PortalAccess.mostWithdrawals {
            let isTaken = portal.withdraw(link(number), expiresAt: Self.start + .seconds(60), now: Self.start)
            #expect(isTaken)
        }

        let again = portal.withdraw(link(0), expiresAt: Self.start + .seconds(60), now: Self.start)
        let more = portal.withdraw(link(1000), expiresAt: Self.start + .seconds(60), now: Self.start)

        #expect(again)
        #expect(!more)
        #expect(portal.withdrawals.count == PortalAccess.mostWithdrawals)
    }
}
