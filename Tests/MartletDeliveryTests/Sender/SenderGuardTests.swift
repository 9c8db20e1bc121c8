import MartletCore
import NIOCore
import Testing

@testable import MartletDelivery

/// That no connection is opened to an address that the guard did not pass, and what resolving can come to.
///
/// 127.0.0.1 stands for a public address here, by an exception, and the rest of 127.0.0.0/8 for the private ones it is.
@Suite(.serialized) struct SenderGuardTests {
    private func policy() throws -> EgressPolicy {
        EgressPolicy(requiresHTTPS: false, allowedBlocks: [try AddressBlock(parsing: "127.0.0.1/32")], refusedPorts: [])
    }

    @Test(arguments: [
        ["127.0.0.2"], ["10.0.0.1", "127.0.0.1"], ["127.0.0.1", "127.0.0.2"], ["127.0.0.1", "::ffff:127.0.0.1"],
        ["127.0.0.1", "169.254.169.254"], ["127.0.0.1", "::1"], ["127.0.0.1", "fd00::1"],
    ])
    func oneForbiddenAddressRefusesThemAll(answer: [String]) async throws {
        let allowed = try await ScriptedReceiver.wellBehaved()
        let forbidden = try await ScriptedReceiver.wellBehaved(at: "127.0.0.2", port: allowed.port)

        let outcome = try await TestSender.with(policy: try policy(), resolver: StubResolver(.addresses(answer))) {
            try await $0.post("http://hooks.example.com:\(allowed.port)/")
        }

        #expect(outcome.failure?.code == .addressRefused)
        #expect(outcome.failure?.message.contains("'hooks.example.com' resolves to") == true)
        #expect(outcome.address == nil)
        #expect(allowed.connections == 0)
        #expect(forbidden.connections == 0)
        try await allowed.stop()
        try await forbidden.stop()
    }

    @Test func aURLThatThePolicyRefusesOpensNoSocket() async throws {
        let receiver = try await ScriptedReceiver.wellBehaved()
        let resolver = StubResolver(.addresses(["127.0.0.1"]))
        let strict = EgressPolicy(
            requiresHTTPS: true, allowedBlocks: [try AddressBlock(parsing: "127.0.0.1/32")], refusedPorts: [])

        let plain = try await TestSender.with(policy: strict, resolver: resolver) {
            try await $0.post("http://hooks.example.com:\(receiver.port)/")
        }
        let literal = try await TestSender.with(policy: EgressPolicy(requiresHTTPS: false, refusedPorts: [])) {
            try await $0.post("http://127.0.0.1:\(receiver.port)/")
        }
        let name = try await TestSender.with(policy: try policy(), resolver: resolver) {
            try await $0.post("http://localhost:\(receiver.port)/")
        }

        for outcome in [plain, literal, name] {
            #expect(outcome.failure?.code == .addressRefused)
            #expect(outcome.failure?.message.isEmpty == false)
        }
        #expect(resolver.lookups.isEmpty)
        #expect(receiver.connections == 0)
        try await receiver.stop()
    }

    @Test func aNameThatTurnsPrivateIsRefusedAndItsConnectionLetGo() async throws {
        let allowed = try await ScriptedReceiver.wellBehaved()
        let forbidden = try await ScriptedReceiver.wellBehaved(at: "127.0.0.2", port: allowed.port)
        let resolver = StubResolver(.addresses(["127.0.0.1"]), .addresses(["127.0.0.2"]))
        var limits = SenderLimits.patient
        limits.resolutionLifetime = .zero

        let outcomes = try await TestSender.with(policy: try policy(), resolver: resolver, limits: limits) { sender in
            let url = "http://hooks.example.com:\(allowed.port)/"
            let outcomes = [try await sender.post(url), try await sender.post(url)]
            await allowed.hasSeen(closed: 1)
            return outcomes
        }

        #expect(outcomes[0].response?.status == 200)
        #expect(outcomes[1].failure?.code == .addressRefused)
        #expect(allowed.requests.count == 1)
        #expect(forbidden.connections == 0)
        try await allowed.stop()
        try await forbidden.stop()
    }

    @Test func aConnectionIsUsedAgainOnlyWhereItsNameStillPointsThere() async throws {
        let old = try await ScriptedReceiver.wellBehaved()
        let new = try await ScriptedReceiver.wellBehaved(at: "127.0.0.3", port: old.port)
        let resolver = StubResolver(
            .addresses(["127.0.0.1"]), .addresses(["127.0.0.3", "127.0.0.1"]), .addresses(["127.0.0.3"]))
        var limits = SenderLimits.patient
        limits.resolutionLifetime = .zero

        let outcomes = try await TestSender.with(resolver: resolver, limits: limits) { sender in
            let url = "http://hooks.example.com:\(old.port)/"
            let outcomes = [try await sender.post(url), try await sender.post(url), try await sender.post(url)]
            await old.hasSeen(closed: 1)
            return outcomes
        }

        #expect(outcomes.map(\.isReused) == [false, true, false])
        #expect(outcomes.map(\.address) == ["127.0.0.1", "127.0.0.1", "127.0.0.3"].map { IPAddress($0) })
        #expect(new.requests.count == 1)
        try await old.stop()
        try await new.stop()
    }

    @Test func aNameIsLookedUpOnceForManyRequestsAndAgainLater() async throws {
        let receiver = try await ScriptedReceiver.wellBehaved()
        let resolver = StubResolver(.addresses(["127.0.0.1"]))

        try await TestSender.with(resolver: resolver) { sender in
            let url = "http://hooks.example.com:\(receiver.port)/"
            try await withThrowingTaskGroup(of: AttemptOutcome.self) { group in
                for _ in 0..<20 { group.addTask { try await sender.post(url) } }
                try await group.waitForAll()
            }
        }

        #expect(resolver.lookups == ["hooks.example.com"])
        #expect(receiver.requests.count == 20)
        try await receiver.stop()
    }

    @Test(arguments: [
        (ResolutionFailure(.notFound, "There is no such name."), AttemptFailure.Code.dnsNotFound),
        (ResolutionFailure(.failed, "The name servers failed."), .dnsFailed),
        (ResolutionFailure(.timedOut, "The name servers did not answer."), .dnsTimeout),
    ])
    func aFailedLookupIsNamedAndTriedAgain(failure: ResolutionFailure, code: AttemptFailure.Code) async throws {
        let receiver = try await ScriptedReceiver.wellBehaved()
        let resolver = StubResolver(.failure(failure), .addresses(["127.0.0.1"]))

        let outcomes = try await TestSender.with(resolver: resolver) { sender in
            let url = "http://hooks.example.com:\(receiver.port)/"
            return [try await sender.post(url), try await sender.post(url)]
        }

        #expect(outcomes[0].failure == AttemptFailure(code, failure.message))
        #expect(outcomes[0].timing.resolve != nil)
        #expect(outcomes[0].address == nil)
        #expect(outcomes[1].response?.status == 200)
        try await receiver.stop()
    }

    @Test func aNameWithoutAddressesIsNotFound() async throws {
        let outcome = try await TestSender.with(resolver: StubResolver(.addresses([]))) {
            try await $0.post("http://hooks.example.com/")
        }

        #expect(outcome.failure?.code == .dnsNotFound)
    }

    @Test func aSilentNameServerTimesOutAndDelaysNoOtherName() async throws {
        let receiver = try await ScriptedReceiver.wellBehaved()
        let resolver = StubResolver(.silence, .addresses(["127.0.0.1"]))

        let outcomes = try await TestSender.with(resolver: resolver) { sender in
            async let hung = sender.post("http://hung.example.com/", timeout: .seconds(1))
            while resolver.lookups.isEmpty { await Task.yield() }
            let other = try await sender.post("http://hooks.example.com:\(receiver.port)/")
            return [try await hung, other]
        }

        #expect(outcomes[0].failure?.code == .dnsTimeout)
        #expect(outcomes[0].failure?.message == "No answer from the name servers for 'hung.example.com' within 1 s.")
        #expect(outcomes[1].response?.status == 200)
        resolver.end()
        try await receiver.stop()
    }
}
