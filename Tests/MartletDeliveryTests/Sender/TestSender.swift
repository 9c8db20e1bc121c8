import MartletCore
import NIOCore
import NIOPosix
import Testing

@testable import MartletDelivery

/// A sender whose requests all leave from one event loop, so that a connection is there for the next one to find.
struct TestSender {
    let sender: Sender
    let loop: any EventLoop

    /// Runs `body` with a sender that may connect to this machine, and shuts it down.
    static func with<Result>(
        policy: EgressPolicy = EgressPolicy(allowsPrivateNetworks: true, requiresHTTPS: false, refusedPorts: []),
        resolver: any AddressResolver = StubResolver(.addresses(["127.0.0.1"])), limits: SenderLimits = .patient,
        trustRoots: TrustRoots = .system, _ body: (TestSender) async throws -> Result
    ) async throws -> Result {
        let group = MultiThreadedEventLoopGroup.singleton
        let sender = Sender(group: group, policy: policy, resolver: resolver, limits: limits, trustRoots: trustRoots)
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(TestSender(sender: sender, loop: group.any())))
        } catch {
            result = .failure(error)
        }
        await sender.shutdown()
        return try result.get()
    }

    static func request(
        _ url: String, headers: [HeaderField] = [], body: [UInt8] = Array("{}".utf8), timeout: Duration = .seconds(600)
    ) throws -> OutgoingRequest {
        OutgoingRequest(
            url: try EndpointURL(parsing: url), headers: headers, body: body[...], timeout: timeout)
    }

    /// Sends a request and waits for its outcome.
    func post(
        _ url: String, headers: [HeaderField] = [], body: [UInt8] = Array("{}".utf8), timeout: Duration = .seconds(600)
    ) async throws -> AttemptOutcome {
        let request = try Self.request(url, headers: headers, body: body, timeout: timeout)
        return await withCheckedContinuation { continuation in
            sender.send(request, on: loop) { continuation.resume(returning: $0) }
        }
    }
}

extension SenderLimits {
    /// The defaults, but for what time brings about: a busy machine may take long from one line of a test to the next.
    static let patient: SenderLimits = {
        var limits = SenderLimits()
        limits.idleTimeout = .seconds(3600)
        limits.burstTimeout = .seconds(3600)
        limits.connectionAge = .seconds(3600)
        limits.resolutionLifetime = .seconds(3600)
        limits.resendWindow = .seconds(3600)
        return limits
    }()
}

extension AttemptOutcome {
    var response: AttemptResponse? {
        if case .response(let response) = result { response } else { nil }
    }

    var failure: AttemptFailure? {
        if case .failure(let failure) = result { failure } else { nil }
    }

    var isReused: Bool { timing.connect == nil }
}
