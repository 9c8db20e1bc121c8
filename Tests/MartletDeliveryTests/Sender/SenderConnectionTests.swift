import MartletCore
import NIOCore
import NIOPosix
import Testing

@testable import MartletDelivery

/// How connections are opened, kept alive and let go.
@Suite(.serialized) struct SenderConnectionTests {
    @Test func aConnectionIsUsedAgain() async throws {
        let receiver = try await ScriptedReceiver.wellBehaved()

        let outcomes = try await TestSender.with { sender in
            let url = "http://hooks.example.com:\(receiver.port)/"
            return [try await sender.post(url), try await sender.post(url), try await sender.post(url)]
        }

        #expect(outcomes.map(\.response?.status) == [200, 200, 200])
        #expect(outcomes.map(\.isReused) == [false, true, true])
        #expect(outcomes.map { $0.timing.resolve == nil } == [false, true, true])
        #expect(outcomes.allSatisfy { $0.address == IPAddress("127.0.0.1") })
        #expect(receiver.connections == 1)
        try await receiver.stop()
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad",
        "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=0\r\nContent-Length: 2\r\n\r\nok",
    ])
    func aConnectionThatShouldNotBeUsedAgainIsNot(answer: String) async throws {
        let receiver = try await ScriptedReceiver.start { _, request in request < 0 ? [] : [.send(answer)] }

        let outcomes = try await TestSender.with { sender in
            let url = "http://127.0.0.1:\(receiver.port)/"
            return [try await sender.post(url), try await sender.post(url)]
        }

        #expect(outcomes.map(\.response?.body) == [Array("ok".utf8), Array("ok".utf8)])
        #expect(outcomes.map(\.isReused) == [false, false])
        #expect(receiver.connections == 2)
        try await receiver.stop()
    }

    @Test func keepAliveCanBeTurnedOff() async throws {
        let receiver = try await ScriptedReceiver.wellBehaved()
        var limits = SenderLimits.patient
        limits.idleConnectionsPerOrigin = 0

        try await TestSender.with(limits: limits) { sender in
            _ = try await sender.post("http://127.0.0.1:\(receiver.port)/")
            await receiver.hasSeen(closed: 1)
        }

        #expect(receiver.requests.first?.head.contains("Connection: close") == true)
        try await receiver.stop()
    }

    @Test func aConnectionTooOldIsNotUsedAgain() async throws {
        let receiver = try await ScriptedReceiver.wellBehaved()
        var limits = SenderLimits.patient
        limits.connectionAge = .zero

        let second = try await TestSender.with(limits: limits) { sender in
            _ = try await sender.post("http://127.0.0.1:\(receiver.port)/")
            return try await sender.post("http://127.0.0.1:\(receiver.port)/")
        }

        #expect(second.response?.status == 200)
        #expect(!second.isReused)
        try await receiver.stop()
    }

    @Test func anIdleConnectionIsClosedInTime() async throws {
        let receiver = try await ScriptedReceiver.wellBehaved()
        var limits = SenderLimits.patient
        limits.idleTimeout = .milliseconds(20)

        try await TestSender.with(limits: limits) { sender in
            _ = try await sender.post("http://127.0.0.1:\(receiver.port)/")
            await receiver.hasSeen(closed: 1)
        }

        #expect(receiver.connections == 1)
        try await receiver.stop()
    }

    @Test func whatABurstOpenedIsThereForTheNext() async throws {
        let receiver = try await ScriptedReceiver.holdingBack()
        var limits = SenderLimits.patient
        limits.idleConnectionsPerOrigin = 1

        let reused = try await TestSender.with(limits: limits) { sender in
            _ = try await sender.burst(of: 3, to: receiver)
            return try await sender.burst(of: 3, to: receiver).map(\.isReused)
        }

        #expect(reused == [true, true, true])
        #expect(receiver.connections == 3)
        try await receiver.stop()
    }

    @Test func whatABurstOpenedIsClosedSoonerThanTheRest() async throws {
        let receiver = try await ScriptedReceiver.holdingBack()
        var limits = SenderLimits.patient
        limits.idleConnectionsPerOrigin = 1
        limits.burstTimeout = .milliseconds(20)

        let reused = try await TestSender.with(limits: limits) { sender in
            _ = try await sender.burst(of: 3, to: receiver)
            await receiver.hasSeen(closed: 2)
            return try await sender.burst(of: 1, to: receiver).map(\.isReused)
        }

        #expect(reused == [true])
        #expect(receiver.connections == 3)
        try await receiver.stop()
    }

    @Test func bytesOnAnIdleConnectionEndIt() async throws {
        let receiver = try await ScriptedReceiver.start { connection, request in
            guard request >= 0 else { return [] }
            return connection == 0
                ? [.send(ScriptedReceiver.ok), .wait, .send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")]
                : [.send(ScriptedReceiver.ok)]
        }

        let second = try await TestSender.with { sender in
            _ = try await sender.post("http://127.0.0.1:\(receiver.port)/")
            receiver.proceed()
            await receiver.hasSeen(closed: 1)
            return try await sender.post("http://127.0.0.1:\(receiver.port)/")
        }

        #expect(second.response?.body == Array("ok".utf8))
        #expect(!second.isReused)
        try await receiver.stop()
    }

    @Test func atTheBoundTheConnectionIdleForLongestGivesWay() async throws {
        let receivers = [
            try await ScriptedReceiver.wellBehaved(), try await ScriptedReceiver.wellBehaved(),
            try await ScriptedReceiver.wellBehaved(),
        ]
        let urls = receivers.map { "http://127.0.0.1:\($0.port)/" }
        var limits = SenderLimits.patient
        limits.connections = 2 * System.coreCount

        let again = try await TestSender.with(limits: limits) { sender in
            for index in [0, 1, 0, 2] { _ = try await sender.post(urls[index]) }
            // The second receiver's was used before the first's was used again.
            await receivers[1].hasSeen(closed: 1)
            return try await sender.post(urls[0])
        }

        #expect(again.isReused)
        #expect(receivers.map(\.connections) == [1, 1, 1])
        for receiver in receivers { try await receiver.stop() }
    }

    // MARK: - Races lost

    @Test(arguments: [ScriptedReceiver.Step.close, .reset])
    func aReusedConnectionThatClosesWithoutAByteHasItsRequestSentOnceMore(end: ScriptedReceiver.Step) async throws {
        let receiver = try await ScriptedReceiver.start { connection, request in
            guard request >= 0 else { return [] }
            return connection == 0 && request == 1 ? [end] : [.send(ScriptedReceiver.ok)]
        }

        let second = try await TestSender.with { sender in
            _ = try await sender.post("http://127.0.0.1:\(receiver.port)/")
            return try await sender.post("http://127.0.0.1:\(receiver.port)/", body: Array("again".utf8))
        }

        #expect(second.response?.status == 200)
        #expect(!second.isReused)
        #expect(receiver.requests.map(\.connection) == [0, 0, 1])
        #expect(receiver.requests.suffix(2).map(\.body) == [Array("again".utf8), Array("again".utf8)])
        try await receiver.stop()
    }

    @Test func aConnectionClosedWhileIdleIsNoFailure() async throws {
        let receiver = try await ScriptedReceiver.start { _, request in
            request < 0 ? [] : [.send(ScriptedReceiver.ok), .close]
        }

        let outcomes = try await TestSender.with { sender in
            var outcomes: [AttemptOutcome] = []
            for _ in 0..<20 { outcomes.append(try await sender.post("http://127.0.0.1:\(receiver.port)/")) }
            return outcomes
        }

        #expect(outcomes.allSatisfy { $0.response?.status == 200 })
        try await receiver.stop()
    }

    @Test func itIsSentOnceMoreOnlyOnce() async throws {
        let receiver = try await ScriptedReceiver.start { connection, request in
            guard request >= 0 else { return [] }
            return connection == 0 && request == 0 ? [.send(ScriptedReceiver.ok)] : [.close]
        }

        let second = try await TestSender.with { sender in
            _ = try await sender.post("http://127.0.0.1:\(receiver.port)/")
            return try await sender.post("http://127.0.0.1:\(receiver.port)/")
        }

        #expect(second.failure?.code == .connectionClosed)
        #expect(receiver.requests.count == 3)
        try await receiver.stop()
    }

    @Test func itIsNotSentOnceMoreAfterTheWindowNorAfterAByte() async throws {
        let receiver = try await ScriptedReceiver.start { _, request in
            switch request {
            case ..<0: []
            case 0: [.send(ScriptedReceiver.ok)]
            default: [.send("H"), .close]
            }
        }
        let closing = try await ScriptedReceiver.start { _, request in
            request < 0 ? [] : request == 0 ? [.send(ScriptedReceiver.ok)] : [.close]
        }
        var limits = SenderLimits.patient
        limits.resendWindow = .zero

        let afterAByte = try await TestSender.with { sender in
            _ = try await sender.post("http://127.0.0.1:\(receiver.port)/")
            return try await sender.post("http://127.0.0.1:\(receiver.port)/")
        }
        let afterTheWindow = try await TestSender.with(limits: limits) { sender in
            _ = try await sender.post("http://127.0.0.1:\(closing.port)/")
            return try await sender.post("http://127.0.0.1:\(closing.port)/")
        }

        #expect(afterAByte.failure?.code == .connectionClosed)
        #expect(afterTheWindow.failure?.code == .connectionClosed)
        #expect(receiver.requests.count == 2)
        #expect(closing.requests.count == 2)
        try await receiver.stop()
        try await closing.stop()
    }

    // MARK: - Opening

    @Test func aPortWithoutAListenerRefuses() async throws {
        let receiver = try await ScriptedReceiver.wellBehaved()
        let port = receiver.port
        try await receiver.stop()

        let outcome = try await TestSender.with { try await $0.post("http://127.0.0.1:\(port)/") }

        #expect(outcome.failure?.code == .connectionRefused)
        #expect(outcome.failure?.message == "Connection refused: nothing listens on 127.0.0.1 port \(port).")
        #expect(outcome.address == IPAddress("127.0.0.1"))
        #expect(outcome.timing.connect != nil)
    }

    @Test func aPortThatSwallowsPacketsTimesOut() async throws {
        let blackhole = try Loopback.Blackhole()

        let outcome = try await TestSender.with {
            try await $0.post("http://127.0.0.1:\(blackhole.port)/", timeout: .seconds(1))
        }

        #expect(outcome.failure?.code == .connectTimeout)
        #expect(outcome.failure?.message == "No connection to 127.0.0.1 port \(blackhole.port) within 1 s.")
        withExtendedLifetime(blackhole) {}
    }

    @Test func theNextAddressIsTriedWhereOneRefuses() async throws {
        let receiver = try await ScriptedReceiver.wellBehaved()
        let resolver = StubResolver(.addresses(["127.0.0.9", "::1", "127.0.0.1"]))

        let outcome = try await TestSender.with(resolver: resolver) {
            try await $0.post("http://hooks.example.com:\(receiver.port)/")
        }

        #expect(outcome.response?.status == 200)
        #expect(outcome.address == IPAddress("127.0.0.1"))
        try await receiver.stop()
    }

    @Test func anAddressThatSwallowsPacketsLeavesTimeForTheNext() async throws {
        let blackhole = try Loopback.Blackhole()
        let receiver = try await ScriptedReceiver.wellBehaved(at: "127.0.0.2", port: blackhole.port)
        let resolver = StubResolver(.addresses(["127.0.0.1", "127.0.0.2"]))

        let outcome = try await TestSender.with(resolver: resolver) {
            try await $0.post("http://hooks.example.com:\(blackhole.port)/", timeout: .seconds(6))
        }

        #expect(outcome.response?.status == 200)
        #expect(outcome.address == IPAddress("127.0.0.2"))
        withExtendedLifetime(blackhole) {}
        try await receiver.stop()
    }
}

extension TestSender {
    /// Posts so many requests at once, to a receiver that waits before each answer: all are under way before the first is
    /// answered.
    fileprivate func burst(of count: Int, to receiver: ScriptedReceiver) async throws -> [AttemptOutcome] {
        let before = receiver.requests.count
        return try await withThrowingTaskGroup(of: AttemptOutcome.self) { group in
            for _ in 0..<count { group.addTask { try await post("http://127.0.0.1:\(receiver.port)/") } }
            await receiver.hasSeen(requests: before + count)
            for _ in 0..<count { receiver.proceed() }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}
