import MartletCore
import NIOCore
import NIOSSL
import Testing

@testable import MartletDelivery

/// That only the receiver itself is sent anything, and that each way of not being it has its name.
@Suite(.serialized) struct SenderTLSTests {
    private let authority = TestAuthority()

    private func post(
        to receiver: ScriptedReceiver, host: String = "hooks.example.com", roots: TrustRoots? = nil,
        timeout: Duration = .seconds(600)
    ) async throws -> AttemptOutcome {
        try await TestSender.with(trustRoots: try roots ?? authority.roots) {
            try await $0.post("https://\(host):\(receiver.port)/", timeout: timeout)
        }
    }

    @Test(arguments: [["hooks.example.com"], ["other.example", "*.example.com"], ["HOOKS.Example.com"]])
    func aCertificateWithTheNameIsAccepted(names: [String]) async throws {
        let receiver = try await ScriptedReceiver.wellBehaved(tls: authority.context(.init(names: names)))

        let outcomes = try await TestSender.with(trustRoots: authority.roots) { sender in
            let url = "https://hooks.example.com:\(receiver.port)/"
            return [try await sender.post(url), try await sender.post(url)]
        }

        #expect(outcomes.map(\.response?.status) == [200, 200])
        #expect(outcomes.map(\.isReused) == [false, true])
        #expect(outcomes.map { $0.timing.tls != nil } == [true, false])
        #expect(receiver.requests.count == 2)
        try await receiver.stop()
    }

    @Test func aNameWithAnUnderscoreIsVerifiedToo() async throws {
        let right = try await ScriptedReceiver.wellBehaved(tls: authority.context(.init(names: ["*.example.com"])))
        let wrong = try await ScriptedReceiver.wellBehaved(tls: authority.context(.init(names: ["b_c.example.com"])))

        let accepted = try await post(to: right, host: "a_b.example.com")
        let refused = try await post(to: wrong, host: "a_b.example.com")

        #expect(accepted.response?.status == 200)
        #expect(refused.failure?.code == .tlsNameMismatch)
        #expect(wrong.requests.isEmpty)
        try await right.stop()
        try await wrong.stop()
    }

    struct Untrusted: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var wish: TestAuthority.Wish
        var code: AttemptFailure.Code
        var phrase: String
        var host = "hooks.example.com"
    }

    @Test(arguments: [
        Untrusted(
            testDescription: "another name", wish: .init(names: ["other.example.com", "www.example"]),
            code: .tlsNameMismatch, phrase: "is for other.example.com, www.example, not for hooks.example.com."),
        Untrusted(
            testDescription: "a wildcard that spans two labels", wish: .init(names: ["*.com"]), code: .tlsNameMismatch,
            phrase: "is for *.com, not for"),
        Untrusted(
            testDescription: "no name", wish: .init(names: []), code: .tlsNameMismatch, phrase: "is for no name at all"),
        Untrusted(
            testDescription: "the name as common name alone", wish: .init(commonName: "hooks.example.com"),
            code: .tlsNameMismatch, phrase: "is for no name at all"),
        Untrusted(
            testDescription: "the address in place of the name", wish: .init(addresses: ["127.0.0.1"]),
            code: .tlsNameMismatch, phrase: "is for 127.0.0.1, not for hooks.example.com."),
        Untrusted(
            testDescription: "the name in place of the address", wish: .init(names: ["127.0.0.1"]),
            code: .tlsNameMismatch, phrase: "not for this address", host: "127.0.0.1"),
        Untrusted(
            testDescription: "another address", wish: .init(addresses: ["127.0.0.2"]), code: .tlsNameMismatch,
            phrase: "is for 127.0.0.2, not for this address", host: "127.0.0.1"),
        Untrusted(
            testDescription: "expired",
            wish: .init(names: ["hooks.example.com"], notAfter: "20210203000000Z"), code: .tlsExpired,
            phrase: "expired on 2021-02-03"),
        Untrusted(
            testDescription: "not valid yet", wish: .init(names: ["hooks.example.com"], notBefore: "20990203000000Z"),
            code: .tlsExpired, phrase: "not valid before 2099-02-03"),
        Untrusted(
            testDescription: "self-signed", wish: .init(names: ["hooks.example.com"], isSelfSigned: true),
            code: .tlsUntrusted, phrase: "is self-signed"),
    ])
    func aCertificateThatIsNotTheReceiversIsSentNothing(_ example: Untrusted) async throws {
        let receiver = try await ScriptedReceiver.wellBehaved(tls: authority.context(example.wish))

        let outcome = try await post(to: receiver, host: example.host)

        #expect(outcome.failure?.code == example.code, "\(outcome)")
        #expect(outcome.failure?.message.contains(example.phrase) == true, "\(outcome)")
        #expect(receiver.requests.isEmpty)
        try await receiver.stop()
    }

    @Test func anUnknownAuthorityIsNamed() async throws {
        let receiver = try await ScriptedReceiver.wellBehaved(
            tls: TestAuthority(named: "Corner Shop").context(.init(names: ["hooks.example.com"])))

        let outcome = try await post(to: receiver)

        #expect(outcome.failure?.code == .tlsUntrusted)
        #expect(outcome.failure?.message.contains("issued by 'Corner Shop'") == true, "\(outcome)")
        #expect(receiver.requests.isEmpty)
        try await receiver.stop()
    }

    @Test func anAddressInTheURLMustStandInTheCertificate() async throws {
        let receiver = try await ScriptedReceiver.wellBehaved(
            tls: authority.context(.init(names: ["x.example"], addresses: ["10.0.0.1", "127.0.0.1"])))

        let outcome = try await post(to: receiver, host: "127.0.0.1")

        #expect(outcome.response?.status == 200)
        try await receiver.stop()
    }

    @Test func aStalledHandshakeTimesOut() async throws {
        let receiver = try await ScriptedReceiver.start { _, _ in [] }

        let outcome = try await post(to: receiver, timeout: .seconds(3))

        #expect(outcome.failure?.code == .tlsTimeout)
        #expect(outcome.failure?.message == "The TLS handshake was not over within 3 s.")
        #expect(outcome.timing.connect != nil)
        #expect(outcome.timing.tls != nil)
        try await receiver.stop()
    }

    @Test func aReceiverWithoutTLSIsTold() async throws {
        let receiver = try await ScriptedReceiver.start { _, request in
            request == -2 ? [.send("HTTP/1.1 400 Bad Request\r\n\r\n")] : []
        }

        let outcome = try await post(to: receiver)

        #expect(outcome.failure?.code == .tlsFailed)
        #expect(outcome.failure?.message.contains("does not speak TLS on this port") == true, "\(outcome)")
        try await receiver.stop()
    }

    @Test(arguments: [
        (ScriptedReceiver.Step.close, AttemptFailure.Code.tlsFailed, "closed the connection during the TLS handshake"),
        (.reset, .connectionReset, "reset the connection during the TLS handshake"),
    ])
    func aHandshakeBrokenOffIsNamed(
        step: ScriptedReceiver.Step, code: AttemptFailure.Code, phrase: String
    ) async throws {
        let receiver = try await ScriptedReceiver.start { _, request in request == -2 ? [step] : [] }

        let outcome = try await post(to: receiver)

        #expect(outcome.failure?.code == code, "\(outcome)")
        #expect(outcome.failure?.message.contains(phrase) == true, "\(outcome)")
        try await receiver.stop()
    }

    @Test func olderVersionsOfTLSAreRefused() async throws {
        let receiver = try await ScriptedReceiver.wellBehaved(
            tls: authority.context(.init(names: ["hooks.example.com"]), maximum: .tlsv11))

        let outcome = try await post(to: receiver)

        #expect(outcome.failure?.code == .tlsFailed)
        #expect(outcome.failure?.message.contains("TLS 1.2 or later") == true, "\(outcome)")
        try await receiver.stop()
    }

    @Test func largeRequestsAndBodiesCutOffWorkOverTLSToo() async throws {
        let receiver = try await ScriptedReceiver.start(tls: authority.context(.init(names: ["hooks.example.com"]))) {
            _, request in
            request < 0 ? [] : [.send("HTTP/1.1 200 OK\r\n\r\n"), .flood(String(repeating: "x", count: 10_000))]
        }
        let body = [UInt8](repeating: 0x61, count: 1_000_000)

        let outcome = try await TestSender.with(trustRoots: authority.roots) { sender in
            let outcome = try await sender.post("https://hooks.example.com:\(receiver.port)/", body: body)
            await receiver.hasSeen(closed: 1)
            return outcome
        }

        #expect(outcome.response?.body.count == 64 * 1024)
        #expect(outcome.response?.isTruncated == true)
        #expect(receiver.requests.first?.body == body)
        try await receiver.stop()
    }

    @Test func theSystemsRootsDoNotVouchForATestAuthority() async throws {
        let receiver = try await ScriptedReceiver.wellBehaved(
            tls: authority.context(.init(names: ["hooks.example.com"])))

        let outcome = try await post(to: receiver, roots: .system)

        #expect(outcome.failure?.code == .tlsUntrusted)
        try await receiver.stop()
    }
}
