public import MartletStore

/// The embedded store: one SQLite file in write-ahead mode, with one connection that writes and a few that read, each
/// on a thread of its own.
///
/// What `commit` reports is on the disk: every transaction is followed by a sync (`synchronous = FULL`). Whoever opens
/// a store sees to it that no other process writes the same file.
public final class SQLiteStore: Sendable {
    let writer: WorkerThreads<Writer>
    private let readers: WorkerThreads<Reader>

    /// The bounds of what a store takes.
    public struct Limits: Sendable {
        /// How many threads read, each with a connection: 2.
        public var readers = 2
        /// How many calls may wait for a reader before the next is refused as unavailable: 256.
        public var waitingReads = 256
        /// How many calls may wait for the writer before the next is refused as unavailable: 1,024.
        public var waitingWrites = 1024
        /// The largest file, in bytes, or `nil` for as large as the disk allows. Beyond, writes are unavailable.
        public var fileSize: Int64?

        public init() {}
    }

    private init(writer: WorkerThreads<Writer>, readers: WorkerThreads<Reader>) {
        self.writer = writer
        self.readers = readers
    }

    /// Opens the file at `path`; where there is none, creates it, readable by its owner alone.
    ///
    /// - Parameters:
    ///   - migrate: whether to take the schema's pending steps. Where not, a file with pending steps is refused,
    ///     except a new one.
    ///   - limits: the bounds of what the store takes.
    /// - Throws: `conflict` where the file is a newer version's, another program's, or has steps pending that may not
    ///   be taken; `unavailable` where it cannot be used or cannot be made durable; `corrupt` where it is damaged.
    public static func open(
        path: String, migrate: Bool = true, limits: Limits = Limits()
    ) async throws(StoreError) -> SQLiteStore {
        let writer = try await WorkerThreads.start("writes", count: 1, capacity: limits.waitingWrites) {
            () throws(StoreError) in
            try Writer(connection: .writing(to: path, migrate: migrate, limits: limits))
        }
        do {
            let readers = try await WorkerThreads.start(
                "reads", count: max(1, limits.readers), capacity: limits.waitingReads
            ) { () throws(StoreError) in
                Reader(connection: try .reading(from: path))
            }
            return SQLiteStore(writer: writer, readers: readers)
        } catch {
            await writer.close()
            throw error
        }
    }

    /// Opens a file to look into it, also while a server works with it. Every change is refused as unavailable, and the
    /// file's schema is taken as it is: what its steps have yet to add cannot be read.
    ///
    /// - Throws: `unavailable` where there is no file or it cannot be read; `corrupt` where it is no database.
    public static func openForReading(path: String) async throws(StoreError) -> SQLiteStore {
        let readers = try await WorkerThreads.start("reads", count: 1, capacity: Limits().waitingReads) {
            () throws(StoreError) in
            Reader(connection: try .reading(from: path))
        }
        let writer = try await WorkerThreads<Writer>.start("writes", count: 0, capacity: 0) { () throws(StoreError) in
            throw .unavailable("\(path) was opened to be read.")
        }
        await writer.close()
        return SQLiteStore(writer: writer, readers: readers)
    }

    func write<Success: Sendable>(
        _ work: @escaping @Sendable (Writer) throws(StoreError) -> Success
    ) async throws(StoreError) -> Success {
        try await writer.run(work)
    }

    func read<Success: Sendable>(
        _ work: @escaping @Sendable (Reader) throws(StoreError) -> Success
    ) async throws(StoreError) -> Success {
        try await readers.run(work)
    }
}

extension SQLiteStore: Store, SoleNode {
    public func close() async {
        // The last connection to close moves the write-ahead log into the file: the one that may write.
        await readers.close()
        await writer.close()
    }

    public func setting(_ name: String) async throws(StoreError) -> [UInt8]? {
        try await read { (reader) throws(StoreError) in try reader.setting(name) }
    }

    public func putSetting(_ name: String, _ value: [UInt8]) async throws(StoreError) {
        try await write { (writer) throws(StoreError) in try writer.putSetting(name, value) }
    }
}
