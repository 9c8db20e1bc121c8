import MartletCore
import NIOCore
import Synchronization

@testable import MartletDelivery

/// A resolver that answers from a list, the last answer for ever, and counts.
final class StubResolver: AddressResolver {
    enum Answer: Sendable {
        case addresses([String])
        case failure(ResolutionFailure)
        /// None, ever.
        case silence
    }

    private struct State {
        var answers: [Answer]
        var lookups: [String] = []
        var silenced: [EventLoopPromise<[IPAddress]>] = []
    }

    private let state: Mutex<State>

    init(_ answers: Answer...) {
        state = Mutex(State(answers: answers))
    }

    var lookups: [String] { state.withLock(\.lookups) }

    func resolve(_ host: String, on loop: any EventLoop) -> EventLoopFuture<[IPAddress]> {
        let promise = loop.makePromise(of: [IPAddress].self)
        let answer = state.withLock { state in
            state.lookups.append(host)
            let answer = state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
            if case .silence = answer { state.silenced.append(promise) }
            return answer
        }
        switch answer {
        case .addresses(let texts): promise.succeed(texts.compactMap { IPAddress($0) })
        case .failure(let failure): promise.fail(failure)
        case .silence: break
        }
        return promise.futureResult
    }

    /// Fails the lookups that were never answered, since a promise must not be forgotten.
    func end() {
        for promise in state.withLock(\.silenced) { promise.fail(ResolutionFailure(.failed, "The test is over.")) }
    }
}
