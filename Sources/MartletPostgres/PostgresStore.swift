public import MartletCore
public import MartletStore

/// The shared store: a PostgreSQL database, which as many processes work with as like to. Each has one connection that runs
/// the group commits, a few that read, and one each for the configuration, for sweeping up, for its membership and for the
/// news; each on a thread of its own.
///
/// What `commit` reports is on the server's disk: `fsync` is on and `synchronous_commit` is not off, or the store is not
/// opened.
public final class PostgresStore: Sendable {
    /// Where the database is; without a password.
    public let address: PostgresAddress
    let membership: Membership
    let listener: Listener
    private let calendar: Calendar
    let writer: WorkerThreads<Writer>
    private let controller: WorkerThreads<Writer>
    private let sweeper: WorkerThreads<Writer>
    private let member: WorkerThreads<Writer>
    private let readers: WorkerThreads<Reader>

    /// The bounds of what a store takes.
    public struct Limits: Sendable {
        /// How many threads read, each with a connection: 3.
        public var readers = 3
        /// How many calls may wait for a reader before the next is refused as unavailable: 256.
        public var waitingReads = 256
        /// How many calls may wait for one of the threads that write before the next is refused as unavailable: 1,024.
        public var waitingWrites = 1024
        /// For how many days, the present one included, partitions are made ahead: 4. What lies in no day's partition is kept
        /// all the same, and dropped row by row.
        public var daysAhead = 4

        public init() {}
    }

    private init(
        address: PostgresAddress, calendar: Calendar, membership: Membership, listener: Listener,
        writer: WorkerThreads<Writer>,
        controller: WorkerThreads<Writer>, sweeper: WorkerThreads<Writer>, member: WorkerThreads<Writer>,
        readers: WorkerThreads<Reader>
    ) {
        self.address = address
        self.calendar = calendar
        self.membership = membership
        self.listener = listener
        self.writer = writer
        self.controller = controller
        self.sweeper = sweeper
        self.member = member
        self.readers = readers
    }

    /// Opens the store at `address`; an empty database, or schema, gets its tables.
    ///
    /// What it accepts and delivers it does for the node that joins: ``NodeStore/join(as:lease:)`` comes first.
    ///
    /// - Parameters:
    ///   - migrate: whether to take the schema's pending steps. Where not, a database with pending steps is refused, except
    ///     an empty one.
    ///   - limits: the bounds of what the store takes.
    ///   - now: the day from which on partitions are made.
    /// - Throws: `conflict` where the schema is a newer version's, another program's, or has steps pending that may not be
    ///   taken, and where the server would not keep what it commits; `unavailable` where it cannot be reached.
    public static func open(
        _ address: PostgresAddress, migrate: Bool = true, limits: Limits = Limits(), time: any TimeSource
    ) async throws(StoreError) -> PostgresStore {
        let membership = Membership()
        let calendar = Calendar(time: time, daysAhead: limits.daysAhead)
        try await prepare(address, migrate: migrate, calendar: calendar)

        let later = Later<WorkerThreads<Writer>>()
        let announcer = Announcer { take in
            later.value?.post { writer in
                while true {
                    let endpoints = take()
                    if endpoints.isEmpty { return }
                    // Nobody waits for it: the others find what they were not told of.
                    do throws(StoreError) { try writer.announce(endpoints) } catch {}
                }
            } ?? false
        }
        func threads(
            _ purpose: String, _ patience: Connection.Patience = .init(), plansOnce: Bool = false
        ) async throws(StoreError) -> WorkerThreads<Writer> {
            try await WorkerThreads.start(purpose, count: 1, capacity: limits.waitingWrites) { () throws(StoreError) in
                Writer(
                    session: Session(address, patience, plansOnce: plansOnce), membership: membership,
                    announcer: announcer)
            }
        }
        let writer = try await threads("writes", plansOnce: true)
        let controller = try await threads("changes")
        let sweeper = try await threads("sweeps", .sweeping)
        let member = try await threads("beats")
        later.value = controller
        let readers = try await WorkerThreads.start(
            "reads", count: max(1, limits.readers), capacity: limits.waitingReads
        ) { () throws(StoreError) in
            Reader(session: Session(address), membership: membership)
        }
        return PostgresStore(
            address: address, calendar: calendar, membership: membership,
            listener: Listener(address: address, membership: membership),
            writer: writer, controller: controller, sweeper: sweeper, member: member, readers: readers)
    }

    /// Takes the schema's steps, and makes the partitions of the days to come.
    private static func prepare(
        _ address: PostgresAddress, migrate: Bool, calendar: Calendar
    ) async throws(StoreError) {
        let threads = try await WorkerThreads.start("steps", count: 1, capacity: 1) { () throws(StoreError) in
            Session(address, .migrating)
        }
        let result: Result<Void, StoreError>
        do throws(StoreError) {
            try await threads.run { (session) throws(StoreError) in
                let connection = try session.connected()
                let pending = try PostgresMigrations.pending(on: connection)
                guard migrate || pending.isEmpty || pending.count == PostgresMigrations.all.count else {
                    let steps = pending.count == 1 ? "a schema step" : "\(pending.count) schema steps"
                    throw .conflict(
                        "The store at \(address) needs \(steps) before this version can use it, up to "
                            + "\"\(pending[pending.count - 1])\". Back it up and run `martlet migrate`.")
                }
                try PostgresMigrations.run(on: connection)
                try calendar.make(on: connection)
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await threads.close()
        try result.get()
    }

    /// Has the partitions of the days to come made, once an hour, by a thread that nobody waits for.
    func makeDays() {
        guard calendar.isDue() else { return }
        let calendar = calendar
        _ = sweeper.post { writer in
            // An hour later there is another try, and days enough until then.
            do throws(StoreError) { try calendar.make(on: writer.session.connected()) } catch {}
        }
    }

    // MARK: Threads

    /// For the group commits.
    func write<Success: Sendable>(
        _ work: @escaping @Sendable (Writer) throws(StoreError) -> Success
    ) async throws(StoreError) -> Success {
        try await writer.run(work)
    }

    /// For what is rarely changed.
    func control<Success: Sendable>(
        _ work: @escaping @Sendable (Writer) throws(StoreError) -> Success
    ) async throws(StoreError) -> Success {
        try await controller.run(work)
    }

    /// For what takes its time.
    func sweep<Success: Sendable>(
        _ work: @escaping @Sendable (Writer) throws(StoreError) -> Success
    ) async throws(StoreError) -> Success {
        try await sweeper.run(work)
    }

    /// For the beats, which wait for nothing else.
    func belong<Success: Sendable>(
        _ work: @escaping @Sendable (Writer) throws(StoreError) -> Success
    ) async throws(StoreError) -> Success {
        try await member.run(work)
    }

    func read<Success: Sendable>(
        _ work: @escaping @Sendable (Reader) throws(StoreError) -> Success
    ) async throws(StoreError) -> Success {
        try await readers.run(work)
    }
}

extension PostgresStore: Store {
    public func close() async {
        await listener.close()
        await readers.close()
        await sweeper.close()
        await writer.close()
        await controller.close()
        await member.close()
    }

    public func setting(_ name: String) async throws(StoreError) -> [UInt8]? {
        try await read { (reader) throws(StoreError) in try reader.setting(name) }
    }

    public func putSetting(_ name: String, _ value: [UInt8]) async throws(StoreError) {
        try await control { (writer) throws(StoreError) in try writer.putSetting(name, value) }
    }
}
