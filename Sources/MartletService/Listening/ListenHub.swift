public import MartletCore
public import MartletStore
import Synchronization

/// Where attempts of endpoints of kind `listen` meet those who listen to them.
///
/// ```
///    engine ── hand ──► waiting ── the listener's stream ──► laptop
///      ▲                  │  │                                  │
///      └──── outcome ─────┘◄─┴──────────── answer ◄─────────────┘
/// ```
///
/// An attempt waits until it is answered, or until nobody can be expected to answer it any more; it then ends as
/// `interrupted`, costs nothing and is made again under the same number. A connection that is lost keeps what waits, and the
/// next one of the same session is handed it again: a listener knows by the ``HandedAttempt/Key`` what it has done already.
public final class ListenHub: Sendable {
    /// How many may listen at once.
    public static let mostListeners = 256
    /// How much longer than the receiver may take an answer is waited for: the way there and back.
    public static let grace = Duration.seconds(10)

    /// One handing over of an attempt.
    public struct Ticket: Sendable, Hashable {
        let number: Int
    }

    private struct Waiting {
        let ticket: Ticket
        let attempt: HandedAttempt
        let start: ContinuousClock.Instant
        /// Until when an answer is waited for.
        var deadline: Timestamp
        let completion: @Sendable (AttemptOutcome) -> Void
    }

    /// One endpoint's listener, and what waits for it.
    private struct Post {
        var session: String
        /// The connection that is open; `nil` where none is.
        var connection: (number: Int, items: AsyncStream<ListenItem>.Continuation)?
        /// In the order handed out.
        var waiting: [Waiting] = []
    }

    private struct State {
        var posts: [EndpointID: Post] = [:]
        var lastNumber = 0
        var connected = 0
        var isClosed = false
        var observer: (@Sendable (EndpointID) -> Void)?
        var claim: (@Sendable (EndpointID) async throws(StoreError) -> Void)?
    }

    private let state = Mutex(State())

    public init() {}

    /// Has `observer` told whenever it may have changed whether somebody listens to an endpoint.
    public func tell(_ observer: @escaping @Sendable (EndpointID) -> Void) { state.withLock { $0.observer = observer } }

    /// Where several nodes share a store, an endpoint's deliveries are brought to this one by `claim` before it is listened
    /// to.
    public func claim(by claim: @escaping @Sendable (EndpointID) async throws(StoreError) -> Void) {
        state.withLock { $0.claim = claim }
    }

    /// Whether somebody listens to an endpoint here.
    public func isAttended(_ endpoint: EndpointID) -> Bool {
        state.withLock { $0.posts[endpoint]?.connection != nil }
    }

    /// How many listen here.
    public var listenerCount: Int { state.withLock(\.connected) }

    // MARK: Listening

    /// Brings an endpoint's deliveries to this node.
    func claim(_ endpoint: EndpointID) async throws(StoreError) {
        if let claim = state.withLock(\.claim) { try await claim(endpoint) }
    }

    /// Whether one listener more is taken.
    func hasRoom(for endpoint: EndpointID) -> Bool { state.withLock { Self.hasRoom(for: endpoint, $0) } }

    private static func hasRoom(for endpoint: EndpointID, _ state: borrowing State) -> Bool {
        !state.isClosed && (state.connected < mostListeners || state.posts[endpoint]?.connection != nil)
    }

    static let full = ServiceError(
        .unavailable, "too_many_listeners",
        "\(mostListeners) are listening already, as many as may at once, or the service is stopping. Try again later.",
        retryAfter: .seconds(10))

    /// Listens until ``disconnect(_:from:)``. Whoever listened before hears no more; what it was handed and has not answered
    /// is handed out again here.
    ///
    /// - Parameter session: what the listener calls itself, so that it is not told that it was replaced by itself.
    func connect(_ endpoint: EndpointID, session: String, now: Timestamp) throws(ServiceError) -> ListenSubscription {
        let (items, continuation) = AsyncStream.makeStream(of: ListenItem.self)
        let number: Int? = state.withLock { state in
            var post = state.posts[endpoint] ?? Post(session: session)
            guard Self.hasRoom(for: endpoint, state) else { return nil }
            state.lastNumber += 1
            if let before = post.connection {
                before.items.yield(.end(post.session == session ? .lost : .replaced))
                before.items.finish()
            } else {
                state.connected += 1
            }
            post.session = session
            post.connection = (state.lastNumber, continuation)
            for index in post.waiting.indices {
                post.waiting[index].deadline = Self.deadline(of: post.waiting[index].attempt, now)
                continuation.yield(.attempt(post.waiting[index].attempt))
            }
            state.posts[endpoint] = post
            return state.lastNumber
        }
        guard let number else { throw Self.full }
        changed(endpoint)
        return ListenSubscription(items: items, number: number, continuation: continuation)
    }

    /// Whoever listened has gone. What it has not answered waits for it to come back, each attempt until its deadline.
    func disconnect(_ subscription: ListenSubscription, from endpoint: EndpointID) {
        state.withLock { state in
            guard state.posts[endpoint]?.connection?.number == subscription.number else { return }
            Self.hangUp(endpoint, because: nil, &state)
        }
        changed(endpoint)
    }

    /// Ends a listener's connection, where there is one.
    public func end(_ endpoint: EndpointID, because reason: ListenEnd) {
        state.withLock { Self.hangUp(endpoint, because: reason, &$0) }
        changed(endpoint)
    }

    /// Ends the connections of all endpoints but these.
    public func endAll(but kept: Set<EndpointID> = [], because reason: ListenEnd) {
        let ended = state.withLock { state in
            let endpoints = state.posts.keys.filter { !kept.contains($0) && state.posts[$0]?.connection != nil }
            for endpoint in endpoints { Self.hangUp(endpoint, because: reason, &state) }
            return endpoints
        }
        for endpoint in ended { changed(endpoint) }
    }

    private static func hangUp(_ endpoint: EndpointID, because reason: ListenEnd?, _ state: inout State) {
        guard var post = state.posts[endpoint], let connection = post.connection else { return }
        if let reason { connection.items.yield(.end(reason)) }
        connection.items.finish()
        post.connection = nil
        state.connected -= 1
        state.posts[endpoint] = post.waiting.isEmpty ? nil : post
    }

    private func changed(_ endpoint: EndpointID) {
        let observer = state.withLock(\.observer)
        observer?(endpoint)
    }

    // MARK: Attempts

    /// Hands an attempt to whoever listens. `completion` is called once: with what came of it, or with `interrupted` where
    /// nobody took it; possibly before this returns.
    ///
    /// - Returns: what ``expire(_:of:now:)`` takes at the deadline; `nil` where nobody listens.
    public func hand(
        _ attempt: HandedAttempt, to endpoint: EndpointID, now: Timestamp,
        completion: @escaping @Sendable (AttemptOutcome) -> Void
    ) -> (ticket: Ticket, deadline: Timestamp)? {
        let deadline = Self.deadline(of: attempt, now)
        let ticket: Ticket? = state.withLock { state in
            guard !state.isClosed, let connection = state.posts[endpoint]?.connection else { return nil }
            state.lastNumber += 1
            let ticket = Ticket(number: state.lastNumber)
            state.posts[endpoint]?.waiting.append(
                Waiting(ticket: ticket, attempt: attempt, start: .now, deadline: deadline, completion: completion))
            connection.items.yield(.attempt(attempt))
            return ticket
        }
        guard let ticket else {
            completion(Self.notTaken("Nobody was listening.", total: 0))
            return nil
        }
        return (ticket, deadline)
    }

    private static func deadline(of attempt: HandedAttempt, _ now: Timestamp) -> Timestamp {
        now + attempt.timeout + grace
    }

    /// Takes an answer. `false` where the attempt does not wait for one here: it was answered, or is made again, or another
    /// node has handed it out.
    func answer(_ key: HandedAttempt.Key, of endpoint: EndpointID, with answer: ListenAnswer) -> Bool {
        let waiting = state.withLock { state in
            Self.take(from: endpoint, &state) { $0.attempt.key == key }
        }
        guard let waiting else { return false }
        waiting.completion(
            AttemptOutcome(
                result: answer.result,
                timing: AttemptTiming(
                    connect: answer.connect, firstByte: answer.firstByte, total: Self.microseconds(since: waiting.start)
                ),
                address: answer.address))
        return true
    }

    /// An attempt's time is over. Where it still waits, whoever listened is taken for gone: a listener tells of a receiver
    /// that is too slow before that.
    ///
    /// - Returns: when to ask again, where it was handed out anew meanwhile.
    public func expire(_ ticket: Ticket, of endpoint: EndpointID, now: Timestamp) -> Timestamp? {
        let (waiting, later) = state.withLock { state -> (Waiting?, Timestamp?) in
            let deadline = state.posts[endpoint]?.waiting.first { $0.ticket == ticket }?.deadline
            if let deadline, deadline > now { return (nil, deadline) }
            return (Self.take(from: endpoint, &state) { $0.ticket == ticket }, nil)
        }
        guard let waiting else { return later }
        end(endpoint, because: .lost)
        waiting.completion(
            Self.notTaken("Whoever listened did not answer.", total: Self.microseconds(since: waiting.start)))
        return nil
    }

    /// Ends everything: nobody is connected any more, and what waits is not made.
    public func close() {
        let left = state.withLock { state in
            state.isClosed = true
            let left = state.posts.values.flatMap(\.waiting)
            for endpoint in Array(state.posts.keys) {
                state.posts[endpoint]?.waiting = []
                Self.hangUp(endpoint, because: nil, &state)
            }
            state.posts = [:]
            return left
        }
        for waiting in left { waiting.completion(Self.notTaken("The service is stopping.", total: 0)) }
    }

    private static func take(
        from endpoint: EndpointID, _ state: inout State, where isIt: (Waiting) -> Bool
    ) -> Waiting? {
        guard var post = state.posts[endpoint], let index = post.waiting.firstIndex(where: isIt) else { return nil }
        let waiting = post.waiting.remove(at: index)
        state.posts[endpoint] = post.waiting.isEmpty && post.connection == nil ? nil : post
        return waiting
    }

    private static func notTaken(_ message: String, total: Int64) -> AttemptOutcome {
        AttemptOutcome(
            result: .failure(AttemptFailure(.interrupted, message)), timing: AttemptTiming(total: total), address: nil)
    }

    private static func microseconds(since start: ContinuousClock.Instant) -> Int64 {
        (ContinuousClock.now - start).wholeMicroseconds
    }
}
