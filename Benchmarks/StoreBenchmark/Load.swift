import MartletCore
import MartletStore
import MartletTesting

/// Events and outcomes as a running service commits them: each batch accepts some and settles those of the batch
/// before.
struct Load {
    struct Result {
        var units: Int
        var seconds: Double
        var cost: ProcessorTime
        /// Milliseconds a commit, in ascending order.
        var latencies: [Double]

        func latency(_ share: Double) -> Double {
            latencies[min(latencies.count - 1, Int(Double(latencies.count) * share))]
        }
    }

    private let store: any Store
    private let environment: EnvironmentID
    private let application: ApplicationID
    private let endpoints: [EndpointID]
    private let body: EventBody
    private var identifiers = IdentifierGenerator()
    private var random: SeededRandom
    private var clock: Timestamp
    private var count = 0

    /// - Parameters:
    ///   - name: the environment's, none of which is in the store yet.
    ///   - seed: of the identifiers.
    ///   - clock: from when on the events are.
    init(
        store: any Store, endpoints count: Int, name: String = "live", seed: UInt64 = 0,
        clock: Timestamp = Timestamp(milliseconds: 1_700_000_000_000)
    ) async throws {
        self.store = store
        self.clock = clock
        random = SeededRandom(seed: seed + 1)
        let bytes =
            Array(#"{"id":"evt_1","data":{"text":""#.utf8) + Array(repeating: UInt8(ascii: "x"), count: 467)
            + Array("\"}}".utf8)
        body = EventBody(bytes: bytes, data: 21..<bytes.count - 1)
        var identifiers = IdentifierGenerator()
        var random = SeededRandom(seed: seed)
        func id<Kind>() -> Identifier<Kind> { identifiers.next(at: clock, random: random.next()) }
        environment = id()
        application = id()
        endpoints = (0..<count).map { _ in id() }
        let live = Environment(
            id: environment, name: name, profile: "standard", requiresHTTPS: true, defaultApplication: application)
        let owner = Application(
            id: application, environment: environment, uid: nil, name: "Acme", createdAt: clock, updatedAt: clock)
        let receivers = endpoints.map { id in
            Endpoint(
                id: id, environment: live.id, application: owner.id, url: "https://example.com/hooks", events: ["*"],
                secrets: SealedSecrets(current: [1]), createdAt: clock, updatedAt: clock)
        }
        try await store.apply(
            [.putEnvironment(live), .putApplication(owner)] + receivers.map(ConfigurationChange.putEndpoint))
    }

    mutating func run(units: Int, size: Int) async throws -> Result {
        var waiting: [Delivery] = []
        var result = Result(units: 0, seconds: 0, cost: ProcessorTime(), latencies: [])
        // A first part that is not counted fills caches and indexes.
        let warmUp = max(1, units / 10 / size)
        for round in 0..<warmUp + units / size {
            let batch = batch(of: size, settling: waiting)
            waiting = batch.acceptances.flatMap { $0.entries.flatMap(\.deliveries) }
            let start = ContinuousClock.now
            let before = ProcessorTime.used
            _ = try await store.commit(batch)
            guard round >= warmUp else { continue }
            result.cost = result.cost + (ProcessorTime.used - before)
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            result.seconds += seconds
            result.latencies.append(seconds * 1000)
            result.units += size
        }
        result.latencies.sort()
        return result
    }

    private mutating func batch(of size: Int, settling deliveries: [Delivery]) -> CommitBatch {
        clock = clock + .milliseconds(Int64(1 + size / 10))
        var batch = CommitBatch()
        for _ in 0..<size {
            let event = Event(
                id: id(), environment: environment, chosenID: nil, type: "property.created", application: nil,
                created: clock, acceptedAt: clock, deliveryCount: 1, body: body)
            count += 1
            let delivery = Delivery(
                id: id(), environment: environment, event: event.id, endpoint: endpoints[count % endpoints.count],
                application: application, cause: .publish, createdAt: clock, state: .scheduled(due: clock))
            batch.acceptances.append(Acceptance(entries: [.init(event: event, deliveries: [delivery])]))
        }
        for delivery in deliveries {
            batch.settlements.append(
                Settlement(
                    environment: environment, endpoint: delivery.endpoint, attempt: attempt(of: delivery),
                    firstAttemptAt: clock, state: .succeeded(at: clock)))
        }
        return batch
    }

    private mutating func attempt(of delivery: Delivery) -> Attempt {
        Attempt(
            id: id(), delivery: delivery.id, number: 1, startedAt: clock,
            request: AttemptRequest(
                url: "https://example.com/hooks",
                headers: [
                    HeaderField(name: "content-type", value: "application/json"),
                    HeaderField(name: "user-agent", value: "Martlet/0.1"),
                    HeaderField(name: "webhook-id", value: "evt_01h2z9nq5veg28113ny3hwrr9n"),
                    HeaderField(name: "webhook-timestamp", value: "1700000000"),
                    HeaderField(name: "webhook-signature", value: "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
                ]),
            outcome: AttemptOutcome(
                result: .response(
                    AttemptResponse(
                        status: 200,
                        headers: [
                            HeaderField(name: "content-type", value: "text/plain; charset=utf-8"),
                            HeaderField(name: "date", value: "Tue, 14 Nov 2023 22:13:20 GMT"),
                            HeaderField(name: "content-length", value: "2"),
                            HeaderField(name: "server", value: "nginx"),
                        ], body: Array("OK".utf8), isTruncated: false)),
                timing: AttemptTiming(resolve: 12, connect: 800, tls: 2400, firstByte: 9000, total: 12_300),
                address: IPAddress(v4: 0x5DB8_D822)))
    }

    private mutating func id<Kind>() -> Identifier<Kind> {
        identifiers.next(at: clock, random: random.next())
    }
}
