public import MartletCore
public import MartletStore
import Synchronization

/// A store that keeps everything in memory and forgets it with its process: for tests and simulations. It keeps the
/// whole contract, durability aside.
///
/// Made by itself, it is one process's alone. Several that share a ``SharedMemory`` are the stores of several nodes.
public final class InMemoryStore: Store {
    private struct Seat {
        var viewer: Viewer
        var isClosed = false
    }

    public let isShared: Bool
    private let memory: SharedMemory
    private let seat: Mutex<Seat>
    /// Whose news it is that goes out, and who is not told of it.
    private let listener: Int

    /// A store of its own.
    public init() {
        memory = SharedMemory()
        isShared = false
        seat = Mutex(Seat(viewer: .sole))
        listener = memory.addListener()
    }

    /// One node's store over what others see too. It is nobody's until somebody joins through it.
    public init(sharing memory: SharedMemory) {
        self.memory = memory
        isShared = true
        seat = Mutex(Seat(viewer: .node(.nobody)))
        listener = memory.addListener()
    }

    private func with<Result: Sendable>(
        _ work: (inout MemoryContents) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try with { (contents, _) throws(StoreError) in try work(&contents) }
    }

    private func with<Result: Sendable>(
        _ work: (inout MemoryContents, Viewer) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        let seat = seat.withLock { $0 }
        guard !seat.isClosed else { throw .unavailable("The store is closed.") }
        return try memory.with(from: listener) { (contents) throws(StoreError) in
            try work(&contents, seat.viewer)
        }
    }

    public func close() async {
        seat.withLock { $0.isClosed = true }
        memory.removeListener(listener)
        if !isShared { memory.forget() }
    }

    // MARK: Nodes

    public func join(as name: String, lease: Duration) async throws(StoreError) -> NodeNumber {
        guard isShared else { return NodeNumber(rawValue: 1) }
        let now = memory.now()
        let number = try with { contents, viewer in contents.join(as: name, lease: lease, in: viewer, now: now) }
        seat.withLock { $0.viewer = .node(number) }
        return number
    }

    public func beat() async throws(StoreError) {
        let now = memory.now()
        try with { (contents, viewer) throws(StoreError) in try contents.beat(viewer, now: now) }
    }

    public func leave() async throws(StoreError) {
        try with { contents, viewer in contents.leave(viewer) }
    }

    public func nodes() async throws(StoreError) -> [Node] {
        let now = memory.now()
        return try with { $0.livingNodes(now: now) }
    }

    public func takeOver(limit: Int) async throws(StoreError) -> TakeOver {
        let now = memory.now()
        return try with { (contents, viewer) throws(StoreError) in
            try contents.takeOver(limit: limit, viewer, now: now)
        }
    }

    public func claimEndpoint(_ endpoint: EndpointID) async throws(StoreError) {
        try with { (contents, viewer) throws(StoreError) in try contents.claimEndpoint(endpoint, viewer) }
    }

    public func claimEndpoints() async throws(StoreError) -> Set<EndpointID> {
        let now = memory.now()
        return try with { (contents, viewer) throws(StoreError) in try contents.claimEndpoints(viewer, now: now) }
    }

    public func rehome(_ endpoint: EndpointID) async throws(StoreError) {
        try with { (contents, viewer) throws(StoreError) in try contents.rehome(endpoint, viewer) }
    }

    public func claim(_ duty: Duty) async throws(StoreError) -> Bool {
        let now = memory.now()
        return try with { (contents, viewer) throws(StoreError) in try contents.claim(duty, viewer, now: now) }
    }

    public func news() -> AsyncStream<StoreNews> {
        isShared ? memory.listen(as: listener) : AsyncStream { $0.finish() }
    }

    public func configurationChanges(after number: Int64?) async throws(StoreError) -> ConfigurationNews {
        guard isShared else { return ConfigurationNews(changes: [], last: 0) }
        return try with { $0.configurationChanges(after: number) }
    }

    // MARK: Deliveries

    public func commit(_ batch: CommitBatch) async throws(StoreError) -> CommitResult {
        try with { (contents, viewer) throws(StoreError) in try contents.commit(batch, viewer) }
    }

    public func due(
        _ endpoint: EndpointID, by now: Timestamp, besides known: Set<DeliveryID>, limit: Int, bytes: Int
    ) async throws(StoreError) -> DueDeliveries {
        try with { contents, viewer in
            contents.due(endpoint, by: now, besides: known, limit: limit, bytes: bytes, viewer)
        }
    }

    public func dueInOrder(
        _ endpoint: EndpointID, by now: Timestamp, after key: String?, limit: Int, bytes: Int
    ) async throws(StoreError) -> OrderedDeliveries {
        try with { contents, viewer in
            contents.dueInOrder(endpoint, by: now, after: key, limit: limit, bytes: bytes, viewer)
        }
    }

    public func head(of key: String, at endpoint: EndpointID) async throws(StoreError) -> DeliveryID? {
        try with { $0.head(of: key, at: endpoint) }
    }

    public func blockedKeys(of endpoint: EndpointID, limit: Int) async throws(StoreError) -> [BlockedKey] {
        try with { $0.blockedKeys(of: endpoint, limit: limit) }
    }

    public func earliestDue() async throws(StoreError) -> [EndpointID: Timestamp] {
        try with { contents, viewer in contents.earliestDue(viewer) }
    }

    public func earliestDueAnywhere() async throws(StoreError) -> [EndpointID: Timestamp] {
        try with { contents in contents.earliestDue(.sole) }
    }

    public func waiting() async throws(StoreError) -> [EnvironmentID: Int] {
        try with { contents in
            contents.scheduled.reduce(into: [:]) { counts, waiting in
                guard let environment = contents.endpoints[waiting.key]?.environment else { return }
                counts[environment, default: 0] += waiting.value.count
            }
        }
    }

    public func move(_ delivery: Delivery, to state: DeliveryState) async throws(StoreError) -> Bool {
        try with { (contents, viewer) throws(StoreError) in
            try contents.move(delivery, to: state, viewer)
        }
    }

    public func cancelDeliveries(
        of endpoint: EndpointID, at now: Timestamp, limit: Int
    ) async throws(StoreError) -> Int {
        try with { (contents, viewer) throws(StoreError) in
            try contents.cancelDeliveries(of: endpoint, at: now, limit: limit, viewer)
        }
    }

    public func backlog(of endpoint: EndpointID) async throws(StoreError) -> Int {
        try with { $0.scheduled[endpoint]?.count ?? 0 }
    }

    public func backlogs() async throws(StoreError) -> [EndpointBacklog] {
        try with { contents, viewer in
            contents.scheduled.compactMap { endpoint, waiting in
                let count = waiting.count { contents.isOwn($0, of: endpoint, viewer) }
                guard count > 0, let application = contents.endpoints[endpoint]?.application else { return nil }
                return EndpointBacklog(endpoint: endpoint, application: application, count: count)
            }
        }
    }

    public func backlog() async throws(StoreError) -> Backlog {
        try with { contents in
            Backlog(
                count: contents.scheduled.values.reduce(0) { $0 + $1.count },
                earliestDue: contents.earliestDue(.sole).values.min())
        }
    }

    // MARK: Health and operational events

    public func putHealth(_ health: [EndpointHealth]) async throws(StoreError) {
        try with { (contents) throws(StoreError) in try contents.putHealth(health) }
    }

    public func health() async throws(StoreError) -> [EndpointHealth] {
        try with { $0.liveHealth() }
    }

    public func health(of endpoint: EndpointID) async throws(StoreError) -> EndpointHealth? {
        try with { $0.deletedEndpoints.contains(endpoint) ? nil : $0.health[endpoint] }
    }

    public func record(_ events: [OperationalEvent]) async throws(StoreError) {
        try with { (contents) throws(StoreError) in try contents.record(events) }
    }

    public func operationalEvents(
        _ query: OperationalEventQuery
    ) async throws(StoreError) -> Found<OperationalEvent, OperationalEventID> {
        try with { $0.operationalEvents(query) }
    }

    public func untoldOperationalEvents(limit: Int) async throws(StoreError) -> [OperationalEvent] {
        try with { $0.untoldOperationalEvents(limit: limit) }
    }

    public func markTold(_ events: [OperationalEvent]) async throws(StoreError) {
        try with { contents in contents.untoldEvents.subtract(events.map(\.id)) }
    }

    public func forgetOperationalEvents(
        createdBefore instant: Timestamp, limit: Int
    ) async throws(StoreError) -> Int {
        try with { $0.forgetOperationalEvents(createdBefore: instant, limit: limit) }
    }

    // MARK: Sources

    public func sources(
        in environment: EnvironmentID, before cursor: SourceID?, limit: Int
    ) async throws(StoreError) -> [Source] {
        try with { $0.sources(in: environment, before: cursor, limit: limit) }
    }

    public func request(_ id: RequestID, in environment: EnvironmentID) async throws(StoreError) -> StoredRequest? {
        try with { $0.request(id, in: environment) }
    }

    public func requests(_ query: RequestQuery) async throws(StoreError) -> Found<StoredRequest, RequestID> {
        try with { $0.requests(query) }
    }

    public func dropRequests(
        in environment: EnvironmentID, before instant: Timestamp, limit: Int
    ) async throws(StoreError) -> Int {
        try with { $0.dropRequests(in: environment, before: instant, limit: limit) }
    }

    // MARK: History

    public func event(_ id: EventID, in environment: EnvironmentID) async throws(StoreError) -> Event? {
        try with { $0.event(id, in: environment) }
    }

    public func event(chosenID: String, in environment: EnvironmentID) async throws(StoreError) -> Event? {
        try with { contents in
            contents.chosenIDs[Named(environment: environment, name: chosenID)].flatMap { contents.events[$0] }
        }
    }

    public func events(_ query: EventQuery) async throws(StoreError) -> Found<Event, EventID> {
        try with { $0.events(query) }
    }

    public func delivery(_ id: DeliveryID, in environment: EnvironmentID) async throws(StoreError) -> Delivery? {
        try with { $0.delivery(id, in: environment) }
    }

    public func deliveries(_ query: DeliveryQuery) async throws(StoreError) -> Found<Delivery, DeliveryID> {
        try with { $0.deliveries(query) }
    }

    public func deliveries(
        of event: EventID, in environment: EnvironmentID, limit: Int
    ) async throws(StoreError) -> [Delivery] {
        try with { $0.deliveries(of: event, in: environment, limit: limit) }
    }

    public func failures(_ query: FailureQuery) async throws(StoreError) -> FailureGroups {
        try with { $0.failures(query) }
    }

    public func attempts(of delivery: DeliveryID) async throws(StoreError) -> [Attempt] {
        try with { contents in (contents.attempts[delivery] ?? []).sorted { $0.number < $1.number } }
    }

    public func add(_ sums: [EndpointHour]) async throws(StoreError) {
        try with { (contents) throws(StoreError) in try contents.add(sums) }
    }

    public func hours(of endpoint: EndpointID, since: Timestamp) async throws(StoreError) -> [EndpointHour] {
        try with { contents in
            (contents.hours[endpoint] ?? [:]).values.filter { $0.hour >= since.startOfHour }.sorted {
                $0.hour < $1.hour
            }
        }
    }

    public func note(_ waiting: [EnvironmentWaiting]) async throws(StoreError) {
        try with { (contents) throws(StoreError) in try contents.note(waiting) }
    }

    public func hours(
        in environment: EnvironmentID, since: Timestamp
    ) async throws(StoreError) -> [EnvironmentHour] {
        try with { contents in
            (contents.environmentHours[environment] ?? [:]).values.filter { $0.hour >= since.startOfHour }
                .sorted { $0.hour < $1.hour }
        }
    }

    // MARK: Alerts

    public func putAlert(_ alert: Alert) async throws(StoreError) {
        try with { (contents) throws(StoreError) in try contents.put(alert) }
    }

    public func deleteAlert(_ id: AlertID, in environment: EnvironmentID) async throws(StoreError) {
        try with { $0.deleteAlert(id, in: environment) }
    }

    public func alert(_ id: AlertID, in environment: EnvironmentID) async throws(StoreError) -> StandingAlert? {
        try with { $0.alert(id, in: environment) }
    }

    public func alerts(
        in environment: EnvironmentID, before cursor: AlertID?, limit: Int
    ) async throws(StoreError) -> [StandingAlert] {
        try with { $0.alerts(in: environment, before: cursor, limit: limit) }
    }

    public func alerts() async throws(StoreError) -> [StandingAlert] {
        try with { $0.allAlerts() }
    }

    public func settle(_ turns: [AlertTurn]) async throws(StoreError) {
        try with { (contents) throws(StoreError) in try contents.settle(turns) }
    }

    public func incidents(_ query: IncidentQuery) async throws(StoreError) -> Found<Incident, IncidentID> {
        try with { $0.incidents(query) }
    }

    public func forgetIncidents(beganBefore instant: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try with { $0.forgetIncidents(beganBefore: instant, limit: limit) }
    }

    public func dueMails(by now: Timestamp, limit: Int) async throws(StoreError) -> [AlertMail] {
        try with { $0.dueMails(by: now, limit: limit) }
    }

    public func putMail(_ mail: AlertMail) async throws(StoreError) {
        try with { $0.mails[mail.id] = mail }
    }

    public func deleteMail(_ id: MailID) async throws(StoreError) {
        try with { $0.mails[id] = nil }
    }

    // MARK: Configuration

    public func configuration() async throws(StoreError) -> Configuration {
        try with { $0.configuration() }
    }

    public func apply(_ changes: [ConfigurationChange]) async throws(StoreError) {
        try with { (contents) throws(StoreError) in try contents.apply(changes) }
    }

    public func applications(
        in environment: EnvironmentID, before cursor: ApplicationID?, limit: Int
    ) async throws(StoreError) -> [Application] {
        try with { contents in
            newest(contents.applications.values, before: cursor, limit: limit, \.id) { $0.environment == environment }
        }
    }

    public func endpoints(
        in environment: EnvironmentID, application: ApplicationID?, before cursor: EndpointID?, limit: Int
    ) async throws(StoreError) -> [Endpoint] {
        try with { contents in
            newest(contents.endpoints.values, before: cursor, limit: limit, \.id) {
                $0.environment == environment && (application == nil || $0.application == application)
                    && !contents.deletedEndpoints.contains($0.id)
            }
        }
    }

    public func keys(
        in environment: EnvironmentID, before cursor: KeyID?, limit: Int
    ) async throws(StoreError) -> [APIKey] {
        try with { contents in
            newest(contents.keys.values, before: cursor, limit: limit, \.id) { $0.environment == environment }
        }
    }

    public func eventTypes(
        in environment: EnvironmentID, before cursor: EventTypePosition?, limit: Int
    ) async throws(StoreError) -> [EventType] {
        try with { contents in
            let types = contents.eventTypes.values.filter { type in
                type.environment == environment
                    && cursor.map { (type.createdAt, type.name) < ($0.createdAt, $0.name) } ?? true
            }
            return Array(types.sorted { ($0.createdAt, $0.name) > ($1.createdAt, $1.name) }.prefix(limit))
        }
    }

    public func eventType(_ name: String, in environment: EnvironmentID) async throws(StoreError) -> EventType? {
        try with { $0.eventTypes[Named(environment: environment, name: name)] }
    }

    // MARK: Retention and erasure

    public func dropPayloads(
        in environment: EnvironmentID, before instant: Timestamp, limit: Int
    ) async throws(StoreError) -> RetentionStep {
        try with { $0.dropPayloads(in: environment, before: instant, limit: limit) }
    }

    public func dropLatePayloads(
        in environment: EnvironmentID, after cursor: EventID?, limit: Int
    ) async throws(StoreError) -> RetentionStep {
        try with { $0.dropLatePayloads(in: environment, after: cursor, limit: limit) }
    }

    public func dropHistory(
        in environment: EnvironmentID, before instant: Timestamp, after cursor: EventID?, limit: Int
    ) async throws(StoreError) -> RetentionStep {
        try with { $0.dropHistory(in: environment, before: instant, after: cursor, limit: limit) }
    }

    public func dropHours(before instant: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try with { $0.dropHours(before: instant, limit: limit) }
    }

    public func erasures(limit: Int) async throws(StoreError) -> [Erasure] {
        try with { contents in
            Array(
                contents.erasures.values.filter { $0.finishedAt == nil }.sorted { $0.application < $1.application }
                    .prefix(limit))
        }
    }

    public func erasure(
        of application: ApplicationID, in environment: EnvironmentID
    ) async throws(StoreError) -> Erasure? {
        try with { contents in contents.erasures[application].flatMap { $0.environment == environment ? $0 : nil } }
    }

    public func hasApplication(
        _ application: ApplicationID, in environment: EnvironmentID
    ) async throws(StoreError) -> Bool {
        try with { contents in
            contents.applications[application]?.environment == environment
                || contents.deletedApplications[application] == environment
        }
    }

    public func erase(
        _ application: ApplicationID, in environment: EnvironmentID, limit: Int, settled: Timestamp?
    ) async throws(StoreError) -> ErasureStep {
        try with { $0.erase(application, in: environment, limit: limit, settled: settled) }
    }

    // MARK: Answers

    public func reserve(_ stamp: IdempotencyStamp, at now: Timestamp) async throws(StoreError) -> Reservation {
        try with { $0.reserve(stamp, at: now) }
    }

    public func remember(_ answer: [UInt8], for stamp: IdempotencyStamp) async throws(StoreError) {
        try with { $0.answers[Named(stamp)] = MemoryContents.Answer(stamp: stamp, kind: .answered(answer)) }
    }

    public func release(_ stamp: IdempotencyStamp) async throws(StoreError) {
        try with { contents in
            guard let answer = contents.answers[Named(stamp)], case .reserved = answer.kind,
                answer.stamp.fingerprint == stamp.fingerprint
            else { return }
            contents.answers[Named(stamp)] = nil
        }
    }

    public func forgetAnswers(expiredBefore now: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try with { contents in
            let expired = contents.answers.filter { $0.value.stamp.expiresAt < now }.keys.prefix(limit)
            for key in expired { contents.answers[key] = nil }
            return expired.count
        }
    }

    // MARK: Jobs

    public func createJob(_ job: Job) async throws(StoreError) {
        try with { (contents) throws(StoreError) in try contents.create(job) }
    }

    public func job(_ id: JobID, in environment: EnvironmentID) async throws(StoreError) -> Job? {
        try with { contents in contents.jobs[id].flatMap { $0.environment == environment ? $0 : nil } }
    }

    public func jobs(
        in environment: EnvironmentID, application: ApplicationID?, before cursor: JobID?, limit: Int
    ) async throws(StoreError) -> [Job] {
        try with { contents in
            newest(contents.jobs.values, before: cursor, limit: limit, \.id) {
                $0.environment == environment && (application == nil || $0.application == application)
            }
        }
    }

    public func runningJobs() async throws(StoreError) -> [Job] {
        try with { contents in contents.jobs.values.filter { $0.state == .running }.sorted { $0.id < $1.id } }
    }

    public func endJob(
        _ id: JobID, in environment: EnvironmentID, as state: JobState
    ) async throws(StoreError) -> Job? {
        try with { $0.endJob(id, in: environment, as: state) }
    }

    public func forgetJobs(createdBefore instant: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try with { $0.forgetJobs(createdBefore: instant, limit: limit) }
    }

    public func replayable(_ query: ReplayableQuery) async throws(StoreError) -> ReplayablePage {
        try with { contents in
            guard query.limit > 0 else { return ReplayablePage() }
            return contents.replayable(query)
        }
    }

    public func untried(
        _ deliveries: [DeliveryID], in environment: EnvironmentID
    ) async throws(StoreError) -> [DeliveryID] {
        try with { $0.untried(deliveries, in: environment) }
    }

    // MARK: Settings

    public func setting(_ name: String) async throws(StoreError) -> [UInt8]? {
        try with { $0.settings[name] }
    }

    public func putSetting(_ name: String, _ value: [UInt8]) async throws(StoreError) {
        try with { $0.settings[name] = value }
    }
}

private func newest<Item, Kind>(
    _ items: some Sequence<Item>, before cursor: Identifier<Kind>?, limit: Int, _ id: (Item) -> Identifier<Kind>,
    where isWanted: (Item) -> Bool
) -> [Item] {
    let wanted = items.filter { item in cursor.map { id(item) < $0 } ?? true }.filter(isWanted)
    return Array(wanted.sorted { id($0) > id($1) }.prefix(limit))
}

extension InMemoryStore: TransferTarget {
    public func transferState() async throws(StoreError) -> TransferState { try with { $0.transferState() } }

    public func take(_ records: [TransferRecord], movingTo place: TransferPlace?) async throws(StoreError) {
        try with { (contents) throws(StoreError) in try contents.take(records, movingTo: place) }
    }
}
