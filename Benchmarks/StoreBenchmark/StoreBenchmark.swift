import MartletCore
import MartletPostgres
import MartletSQLite
import MartletStore
import MartletTesting

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a store costs: processor time a unit, where a unit is an event of 500 bytes with one delivery,
/// accepted in one transaction and settled with an attempt in a later one, as a running service does.
///
///     store-benchmark DIRECTORY [UNITS] [ENDPOINTS] [UNITS-A-TRANSACTION]
///     store-benchmark postgres://… [UNITS] [ENDPOINTS] [UNITS-A-TRANSACTION]
///
/// Of PostgreSQL it counts this program's processor time, not the server's; the database is left with what was stored.
@main
struct StoreBenchmark {
    static func main() async throws {
        guard CommandLine.arguments.count >= 2 else {
            print("usage: store-benchmark DIRECTORY|postgres://… [UNITS] [ENDPOINTS] [UNITS-A-TRANSACTION]")
            exit(64)
        }
        let place = CommandLine.arguments[1]
        let units = argument(2) ?? 20_000
        print("endpoints  units/tx   CPU µs/unit   user  system   units/s   p50 ms   p99 ms   max ms   file MB")
        for endpoints in argument(3).map({ [$0] }) ?? [1, 1000] {
            for size in argument(4).map({ [$0] }) ?? [1, 10, 32, 100] {
                let (result, bytes) = try await measure(
                    place, endpoints: endpoints, units: size == 1 ? units / 10 : units, size: size)
                print(line(endpoints, size, result, megabytes: Double(bytes) / 1_000_000))
            }
        }
    }

    /// Runs a load on a store of its own, or in a database on what is there, and says how large the store is then.
    private static func measure(
        _ place: String, endpoints: Int, units: Int, size: Int
    ) async throws -> (Load.Result, Int64) {
        guard place.hasPrefix("postgres") else {
            return try await measureFile(
                "\(place)/store-benchmark-\(endpoints)-\(size).db", endpoints: endpoints, units: units, size: size)
        }
        let now = WallTime().now()
        let store = try await PostgresStore.open(PostgresAddress(place), time: WallTime())
        _ = try await store.join(as: "benchmark", lease: .seconds(3600))
        var load = try await Load(
            store: store, endpoints: endpoints, name: "benchmark-\(now.milliseconds)",
            seed: UInt64(now.milliseconds), clock: now)
        let result = try await load.run(units: units, size: size)
        let bytes = try await store.size()
        try await store.leave()
        await store.close()
        return (result, Int64(bytes))
    }

    private static func measureFile(
        _ path: String, endpoints: Int, units: Int, size: Int
    ) async throws -> (Load.Result, Int64) {
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        let store = try await SQLiteStore.open(path: path)
        var load = try await Load(store: store, endpoints: endpoints)
        let result = try await load.run(units: units, size: size)
        await store.close()
        var status = stat()
        stat(path, &status)
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        return (result, Int64(status.st_size))
    }

    /// The machine's clock.
    private struct WallTime: TimeSource {
        func now() -> Timestamp {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
        }
    }

    private static func argument(_ index: Int) -> Int? {
        CommandLine.arguments.count > index ? Int(CommandLine.arguments[index]) : nil
    }

    private static func line(_ endpoints: Int, _ size: Int, _ result: Load.Result, megabytes: Double) -> String {
        let numbers = [
            column(Double(endpoints), 9, 0), column(Double(size), 10, 0),
            column(result.cost.total / Double(result.units), 14, 1),
            column(result.cost.user / Double(result.units), 7, 1),
            column(result.cost.system / Double(result.units), 8, 1),
            column(Double(result.units) / result.seconds, 10, 0), column(result.latency(0.5), 9, 2),
            column(result.latency(0.99), 9, 2), column(result.latency(1), 9, 2), column(megabytes, 10, 1),
        ]
        return numbers.joined()
    }

    private static func column(_ value: Double, _ width: Int, _ digits: Int) -> String {
        let scale = digits == 0 ? 1.0 : digits == 1 ? 10 : 100
        let scaled = Int((value * scale).rounded())
        let whole = String(scaled / Int(scale))
        let fraction = digits == 0 ? "" : "." + String(String(scaled % Int(scale) + Int(scale)).dropFirst())
        return String(repeating: " ", count: max(1, width - whole.count - fraction.count)) + whole + fraction
    }
}
