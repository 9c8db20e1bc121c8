import MartletCore
import MartletDelivery
import NIOCore
import Synchronization

/// Receivers that answer as a test says; nothing is sent.
final class ScriptedReceivers: AttemptSender {
    private struct State {
        var result = AttemptOutcome.Result.response(
            AttemptResponse(
                status: 200, headers: [HeaderField(name: "Server", value: "test")], body: Array("ok".utf8),
                isTruncated: false))
    }

    private let state = Mutex(State())
    private let group: any EventLoopGroup

    init(group: any EventLoopGroup) { self.group = group }

    /// Answers with this from now on.
    func answer(_ result: AttemptOutcome.Result) { state.withLock { $0.result = result } }

    func answer(status: Int, headers: [HeaderField] = [], body: String = "") {
        answer(
            .response(AttemptResponse(status: status, headers: headers, body: Array(body.utf8), isTruncated: false)))
    }

    func send(
        _ request: OutgoingRequest, on loop: (any EventLoop)?, completion: @escaping @Sendable (AttemptOutcome) -> Void
    ) {
        let outcome = AttemptOutcome(
            result: state.withLock(\.result),
            timing: AttemptTiming(resolve: 400, connect: 1200, tls: 5300, firstByte: 20_000, total: 28_000),
            address: IPAddress("127.0.0.1"))
        (loop ?? group.any()).execute { completion(outcome) }
    }
}
