import MartletCore
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

/// What the embedded store costs: processor time a unit, where a unit is an event of 500 bytes with one delivery,
/// accepted in one transaction and settled with an attempt in a later one, as a running service does.
///
///     store-benchmark DIRECTORY [UNITS] [ENDPOINTS] [UNITS-A-TRANSACTION]
@main
struct StoreBenchmark {
    static func main() async throws {
        guard CommandLine.arguments.count >= 2 else {
            print("usage: store-benchmark DIRECTORY [UNITS] [ENDPOINTS] [UNITS-A-TRANSACTION]")
            exit(64)
        }
        let directory = CommandLine.arguments[1]
        let units = argument(2) ?? 20_000
        print("endpoints  units/tx   CPU µs/unit   user  system   units/s   p50 ms   p99 ms   max ms   file MB")
        for endpoints in argument(3).map({ [$0] }) ?? [1, 1000] {
            for size in argument(4).map({ [$0] }) ?? [1, 10, 32, 100] {
                let path = "\(directory)/store-benchmark-\(endpoints)-\(size).db"
                for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
                let store = try await SQLiteStore.open(path: path)
                var load = try await Load(store: store, endpoints: endpoints)
                let result = try await load.run(units: size == 1 ? units / 10 : units, size: size)
                await store.close()
                var status = stat()
                stat(path, &status)
                print(line(endpoints, size, result, megabytes: Double(status.st_size) / 1_000_000))
                for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
            }
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
