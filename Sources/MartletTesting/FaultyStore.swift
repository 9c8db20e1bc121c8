public import MartletCore
public import MartletStore
import Synchronization

/// A store that fails as a real one may: some of its calls are unavailable, before anything was done or after all was.
///
/// Calls count from 1, in the order in which they reach the store; `close` is none of them and never fails.
public final class FaultyStore: Store {
    /// How a call fails.
    public enum Fault: Sendable, Hashable, CaseIterable {
        /// Nothing was done.
        case before
        /// Everything was done, but its caller never hears so: the connection was lost.
        case after
    }

    private enum Plan {
        case calls([Int: Fault])
        case share(Double, SeededRandom)
    }

    private struct State {
        var plan: Plan
        var calls = 0
        var faults = 0
        var isHoldingCommits = false
        /// Commits that are carried out, and whose callers do not hear so yet.
        var held: [CheckedContinuation<Void, Never>] = []
    }

    let store: any Store
    private let state: Mutex<State>

    /// Fails the calls with these numbers.
    public init(_ store: any Store, failing calls: [Int: Fault] = [:]) {
        self.store = store
        state = Mutex(State(plan: .calls(calls)))
    }

    /// Fails a share (0 to 1) of all calls, half of them before and half after, as the seed has it.
    public init(_ store: any Store, failing share: Double, seed: UInt64) {
        self.store = store
        state = Mutex(State(plan: .share(share, SeededRandom(seed: seed))))
    }

    /// How many calls there were.
    public var callCount: Int { state.withLock { $0.calls } }
    /// How many of them failed.
    public var faultCount: Int { state.withLock { $0.faults } }

    /// Lets every further call through.
    public func recover() {
        state.withLock { $0.plan = .calls([:]) }
    }

    /// Fails a share (0 to 1) of all further calls, half of them before and half after, as the seed has it.
    public func fail(share: Double, seed: UInt64) {
        state.withLock { $0.plan = .share(share, SeededRandom(seed: seed)) }
    }

    /// Fails the next call that reaches the store.
    public func failNext(_ fault: Fault) {
        state.withLock { $0.plan = .calls([$0.calls + 1: fault]) }
    }

    /// Fails the one call that reaches the store after so many others.
    public func fail(after count: Int, _ fault: Fault) {
        state.withLock { $0.plan = .calls([$0.calls + count + 1: fault]) }
    }

    /// Lets no caller hear of a commit that is carried out, until ``releaseCommits()``.
    public func holdCommits() {
        state.withLock { $0.isHoldingCommits = true }
    }

    /// Lets the callers of commits hear of them.
    public func releaseCommits() {
        let held = state.withLock { state in
            state.isHoldingCommits = false
            defer { state.held = [] }
            return state.held
        }
        for caller in held { caller.resume() }
    }

    private func waitWhileHeld() async {
        await withCheckedContinuation { (caller: CheckedContinuation<Void, Never>) in
            let isHeld = state.withLock { state in
                if state.isHoldingCommits { state.held.append(caller) }
                return state.isHoldingCommits
            }
            if !isHeld { caller.resume() }
        }
    }

    private func nextFault() -> (number: Int, fault: Fault?) {
        state.withLock { state in
            state.calls += 1
            var fault: Fault?
            switch state.plan {
            case .calls(let calls): fault = calls[state.calls]
            case .share(let share, var random):
                if Double.random(in: 0..<1, using: &random) < share {
                    fault = Bool.random(using: &random) ? .before : .after
                }
                state.plan = .share(share, random)
            }
            if fault != nil { state.faults += 1 }
            return (state.calls, fault)
        }
    }

    func call<Result>(
        _ work: () async throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        let (number, fault) = nextFault()
        if fault == .before { throw .unavailable("Call \(number) was made to fail before it was carried out.") }
        let result = try await work()
        if fault == .after { throw .unavailable("Call \(number) was made to fail after it was carried out.") }
        return result
    }

    public func close() async { await store.close() }

    // MARK: DeliveryStore

    public var committing: (any TaskExecutor)? { store.committing }

    public func commit(_ batch: CommitBatch) async throws(StoreError) -> CommitResult {
        let result = try await call { () throws(StoreError) in try await store.commit(batch) }
        await waitWhileHeld()
        return result
    }

    public func due(
        _ endpoint: EndpointID, by now: Timestamp, besides known: Set<DeliveryID>, limit: Int, bytes: Int
    ) async throws(StoreError) -> DueDeliveries {
        try await call { () throws(StoreError) in
            try await store.due(endpoint, by: now, besides: known, limit: limit, bytes: bytes)
        }
    }

    public func dueInOrder(
        _ endpoint: EndpointID, by now: Timestamp, after key: String?, limit: Int, bytes: Int
    ) async throws(StoreError) -> OrderedDeliveries {
        try await call { () throws(StoreError) in
            try await store.dueInOrder(endpoint, by: now, after: key, limit: limit, bytes: bytes)
        }
    }

    public func head(of key: String, at endpoint: EndpointID) async throws(StoreError) -> DeliveryID? {
        try await call { () throws(StoreError) in try await store.head(of: key, at: endpoint) }
    }

    public func blockedKeys(of endpoint: EndpointID, limit: Int) async throws(StoreError) -> [BlockedKey] {
        try await call { () throws(StoreError) in try await store.blockedKeys(of: endpoint, limit: limit) }
    }

    public func earliestDue() async throws(StoreError) -> [EndpointID: Timestamp] {
        try await call { () throws(StoreError) in try await store.earliestDue() }
    }

    public func earliestDueAnywhere() async throws(StoreError) -> [EndpointID: Timestamp] {
        try await call { () throws(StoreError) in try await store.earliestDueAnywhere() }
    }

    public func waiting() async throws(StoreError) -> [EnvironmentID: Int] {
        try await call { () throws(StoreError) in try await store.waiting() }
    }

    public func move(_ delivery: Delivery, to state: DeliveryState) async throws(StoreError) -> Bool {
        try await call { () throws(StoreError) in try await store.move(delivery, to: state) }
    }

    public func cancelDeliveries(
        of endpoint: EndpointID, at now: Timestamp, limit: Int
    ) async throws(StoreError) -> Int {
        try await call { () throws(StoreError) in
            try await store.cancelDeliveries(of: endpoint, at: now, limit: limit)
        }
    }

    public func backlog(of endpoint: EndpointID) async throws(StoreError) -> Int {
        try await call { () throws(StoreError) in try await store.backlog(of: endpoint) }
    }

    public func backlogs() async throws(StoreError) -> [EndpointBacklog] {
        try await call { () throws(StoreError) in try await store.backlogs() }
    }

    public func backlog() async throws(StoreError) -> Backlog {
        try await call { () throws(StoreError) in try await store.backlog() }
    }

    // MARK: HistoryStore

    public func event(_ id: EventID, in environment: EnvironmentID) async throws(StoreError) -> Event? {
        try await call { () throws(StoreError) in try await store.event(id, in: environment) }
    }

    public func event(chosenID: String, in environment: EnvironmentID) async throws(StoreError) -> Event? {
        try await call { () throws(StoreError) in try await store.event(chosenID: chosenID, in: environment) }
    }

    public func events(_ query: EventQuery) async throws(StoreError) -> Found<Event, EventID> {
        try await call { () throws(StoreError) in try await store.events(query) }
    }

    public func delivery(_ id: DeliveryID, in environment: EnvironmentID) async throws(StoreError) -> Delivery? {
        try await call { () throws(StoreError) in try await store.delivery(id, in: environment) }
    }

    public func deliveries(_ query: DeliveryQuery) async throws(StoreError) -> Found<Delivery, DeliveryID> {
        try await call { () throws(StoreError) in try await store.deliveries(query) }
    }

    public func deliveries(
        of event: EventID, in environment: EnvironmentID, limit: Int
    ) async throws(StoreError) -> [Delivery] {
        try await call { () throws(StoreError) in try await store.deliveries(of: event, in: environment, limit: limit) }
    }

    public func failures(_ query: FailureQuery) async throws(StoreError) -> FailureGroups {
        try await call { () throws(StoreError) in try await store.failures(query) }
    }

    public func attempts(of delivery: DeliveryID) async throws(StoreError) -> [Attempt] {
        try await call { () throws(StoreError) in try await store.attempts(of: delivery) }
    }

    public func add(_ sums: [EndpointHour]) async throws(StoreError) {
        try await call { () throws(StoreError) in try await store.add(sums) }
    }

    public func hours(of endpoint: EndpointID, since: Timestamp) async throws(StoreError) -> [EndpointHour] {
        try await call { () throws(StoreError) in try await store.hours(of: endpoint, since: since) }
    }

    public func note(_ waiting: [EnvironmentWaiting]) async throws(StoreError) {
        try await call { () throws(StoreError) in try await store.note(waiting) }
    }

    public func hours(in environment: EnvironmentID, since: Timestamp) async throws(StoreError) -> [EnvironmentHour] {
        try await call { () throws(StoreError) in try await store.hours(in: environment, since: since) }
    }

    // MARK: ConfigurationStore

    public func configuration() async throws(StoreError) -> Configuration {
        try await call { () throws(StoreError) in try await store.configuration() }
    }

    public func apply(_ changes: [ConfigurationChange]) async throws(StoreError) {
        try await call { () throws(StoreError) in try await store.apply(changes) }
    }

    public func applications(
        in environment: EnvironmentID, before cursor: ApplicationID?, limit: Int
    ) async throws(StoreError) -> [Application] {
        try await call { () throws(StoreError) in
            try await store.applications(in: environment, before: cursor, limit: limit)
        }
    }

    public func endpoints(
        in environment: EnvironmentID, application: ApplicationID?, before cursor: EndpointID?, limit: Int
    ) async throws(StoreError) -> [Endpoint] {
        try await call { () throws(StoreError) in
            try await store.endpoints(in: environment, application: application, before: cursor, limit: limit)
        }
    }

    public func keys(
        in environment: EnvironmentID, before cursor: KeyID?, limit: Int
    ) async throws(StoreError) -> [APIKey] {
        try await call { () throws(StoreError) in try await store.keys(in: environment, before: cursor, limit: limit) }
    }

    public func eventTypes(
        in environment: EnvironmentID, before cursor: EventTypePosition?, limit: Int
    ) async throws(StoreError) -> [EventType] {
        try await call { () throws(StoreError) in
            try await store.eventTypes(in: environment, before: cursor, limit: limit)
        }
    }

    public func eventType(_ name: String, in environment: EnvironmentID) async throws(StoreError) -> EventType? {
        try await call { () throws(StoreError) in try await store.eventType(name, in: environment) }
    }

    // MARK: AnswerStore

    public func reserve(_ stamp: IdempotencyStamp, at now: Timestamp) async throws(StoreError) -> Reservation {
        try await call { () throws(StoreError) in try await store.reserve(stamp, at: now) }
    }

    public func remember(_ answer: [UInt8], for stamp: IdempotencyStamp) async throws(StoreError) {
        try await call { () throws(StoreError) in try await store.remember(answer, for: stamp) }
    }

    public func release(_ stamp: IdempotencyStamp) async throws(StoreError) {
        try await call { () throws(StoreError) in try await store.release(stamp) }
    }

    public func forgetAnswers(expiredBefore now: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await call { () throws(StoreError) in try await store.forgetAnswers(expiredBefore: now, limit: limit) }
    }

    // MARK: HealthStore

    public func putHealth(_ health: [EndpointHealth]) async throws(StoreError) {
        try await call { () throws(StoreError) in try await store.putHealth(health) }
    }

    public func health() async throws(StoreError) -> [EndpointHealth] {
        try await call { () throws(StoreError) in try await store.health() }
    }

    public func health(of endpoint: EndpointID) async throws(StoreError) -> EndpointHealth? {
        try await call { () throws(StoreError) in try await store.health(of: endpoint) }
    }

    // MARK: OperationalEventStore

    public func record(_ events: [OperationalEvent]) async throws(StoreError) {
        try await call { () throws(StoreError) in try await store.record(events) }
    }

    public func operationalEvents(
        _ query: OperationalEventQuery
    ) async throws(StoreError) -> Found<OperationalEvent, OperationalEventID> {
        try await call { () throws(StoreError) in try await store.operationalEvents(query) }
    }

    public func untoldOperationalEvents(limit: Int) async throws(StoreError) -> [OperationalEvent] {
        try await call { () throws(StoreError) in try await store.untoldOperationalEvents(limit: limit) }
    }

    public func markTold(_ events: [OperationalEvent]) async throws(StoreError) {
        try await call { () throws(StoreError) in try await store.markTold(events) }
    }

    public func forgetOperationalEvents(
        createdBefore instant: Timestamp, limit: Int
    ) async throws(StoreError) -> Int {
        try await call { () throws(StoreError) in
            try await store.forgetOperationalEvents(createdBefore: instant, limit: limit)
        }
    }

    // MARK: SourceStore

    public func sources(
        in environment: EnvironmentID, before cursor: SourceID?, limit: Int
    ) async throws(StoreError) -> [Source] {
        try await call { () throws(StoreError) in
            try await store.sources(in: environment, before: cursor, limit: limit)
        }
    }

    public func request(_ id: RequestID, in environment: EnvironmentID) async throws(StoreError) -> StoredRequest? {
        try await call { () throws(StoreError) in try await store.request(id, in: environment) }
    }

    public func requests(_ query: RequestQuery) async throws(StoreError) -> Found<StoredRequest, RequestID> {
        try await call { () throws(StoreError) in try await store.requests(query) }
    }

    public func dropRequests(
        in environment: EnvironmentID, before instant: Timestamp, limit: Int
    ) async throws(StoreError) -> Int {
        try await call { () throws(StoreError) in
            try await store.dropRequests(in: environment, before: instant, limit: limit)
        }
    }

    // MARK: JobStore

    public func createJob(_ job: Job) async throws(StoreError) {
        try await call { () throws(StoreError) in try await store.createJob(job) }
    }

    public func job(_ id: JobID, in environment: EnvironmentID) async throws(StoreError) -> Job? {
        try await call { () throws(StoreError) in try await store.job(id, in: environment) }
    }

    public func jobs(
        in environment: EnvironmentID, application: ApplicationID?, before cursor: JobID?, limit: Int
    ) async throws(StoreError) -> [Job] {
        try await call { () throws(StoreError) in
            try await store.jobs(in: environment, application: application, before: cursor, limit: limit)
        }
    }

    public func runningJobs() async throws(StoreError) -> [Job] {
        try await call { () throws(StoreError) in try await store.runningJobs() }
    }

    public func endJob(
        _ id: JobID, in environment: EnvironmentID, as state: JobState
    ) async throws(StoreError) -> Job? {
        try await call { () throws(StoreError) in try await store.endJob(id, in: environment, as: state) }
    }

    public func forgetJobs(createdBefore instant: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await call { () throws(StoreError) in try await store.forgetJobs(createdBefore: instant, limit: limit) }
    }

    public func replayable(_ query: ReplayableQuery) async throws(StoreError) -> ReplayablePage {
        try await call { () throws(StoreError) in try await store.replayable(query) }
    }

    public func untried(
        _ deliveries: [DeliveryID], in environment: EnvironmentID
    ) async throws(StoreError) -> [DeliveryID] {
        try await call { () throws(StoreError) in try await store.untried(deliveries, in: environment) }
    }

    // MARK: RetentionStore

    public func dropPayloads(
        in environment: EnvironmentID, before instant: Timestamp, limit: Int
    ) async throws(StoreError) -> RetentionStep {
        try await call { () throws(StoreError) in
            try await store.dropPayloads(in: environment, before: instant, limit: limit)
        }
    }

    public func dropLatePayloads(
        in environment: EnvironmentID, after cursor: EventID?, limit: Int
    ) async throws(StoreError) -> RetentionStep {
        try await call { () throws(StoreError) in
            try await store.dropLatePayloads(in: environment, after: cursor, limit: limit)
        }
    }

    public func dropHistory(
        in environment: EnvironmentID, before instant: Timestamp, after cursor: EventID?, limit: Int
    ) async throws(StoreError) -> RetentionStep {
        try await call { () throws(StoreError) in
            try await store.dropHistory(in: environment, before: instant, after: cursor, limit: limit)
        }
    }

    public func dropHours(before instant: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await call { () throws(StoreError) in try await store.dropHours(before: instant, limit: limit) }
    }

    // MARK: ErasureStore

    public func erasures(limit: Int) async throws(StoreError) -> [Erasure] {
        try await call { () throws(StoreError) in try await store.erasures(limit: limit) }
    }

    public func erasure(
        of application: ApplicationID, in environment: EnvironmentID
    ) async throws(StoreError) -> Erasure? {
        try await call { () throws(StoreError) in try await store.erasure(of: application, in: environment) }
    }

    public func hasApplication(
        _ application: ApplicationID, in environment: EnvironmentID
    ) async throws(StoreError) -> Bool {
        try await call { () throws(StoreError) in try await store.hasApplication(application, in: environment) }
    }

    public func erase(
        _ application: ApplicationID, in environment: EnvironmentID, limit: Int, settled: Timestamp?
    ) async throws(StoreError) -> ErasureStep {
        try await call { () throws(StoreError) in
            try await store.erase(application, in: environment, limit: limit, settled: settled)
        }
    }

    // MARK: SettingStore

    public func setting(_ name: String) async throws(StoreError) -> [UInt8]? {
        try await call { () throws(StoreError) in try await store.setting(name) }
    }

    public func putSetting(_ name: String, _ value: [UInt8]) async throws(StoreError) {
        try await call { () throws(StoreError) in try await store.putSetting(name, value) }
    }
}
