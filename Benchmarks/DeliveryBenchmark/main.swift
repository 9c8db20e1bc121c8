// Measures the way of an event on the real binary: publishes over keep-alive connections, receives in this process, and
// prints deliveries a second and the server's CPU time a delivery. Everything stays on 127.0.0.1.
import Foundation
import NIOCore
import NIOPosix

let options = BenchmarkOptions(CommandLine.arguments)
let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
let server = try ServerProcess(binary: options.binary, store: options.store)
defer { server.stop() }
let sink = try BenchmarkSink(group: group)
try server.register(url: "http://127.0.0.1:\(sink.port)/")
let idle = server.residentMegabytes

print("martlet \(options.binary)")
print(
    "\(options.events) events of \(options.bytes) bytes, \(options.connections) connections, \(options.store == nil ? "SQLite, synchronous=FULL" : "PostgreSQL, synchronous_commit=on")"
)
print("idle resident memory: \(idle) MB")
print("")
print("publishing       deliveries/s   server µs/delivery   store µs/delivery   p50 ms   p99 ms   peak MB")
for batch in options.batches {
    let before = server.cpuSeconds
    let storeBefore = options.storeProcess.map(ProcessTime.secondsWithChildren) ?? 0
    sink.expect(options.events)
    let start = ContinuousClock.now
    let latencies = try Publisher(server: server, group: group, options: options, batch: batch).run()
    sink.waitUntilReceived()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    server.waitUntilSettled()
    let cpu = (server.cpuSeconds - before) / Double(options.events) * 1e6
    let store = options.storeProcess.map { process in
        String(
            format: "%.1f", (ProcessTime.secondsWithChildren(of: process) - storeBefore) / Double(options.events) * 1e6)
    }
    let label = batch == 1 ? "one a request" : "\(batch) a request"
    print(
        String(
            format: "%-16@ %12.0f %20.1f %19@ %8.2f %8.2f %9.0f", label as NSString, Double(options.events) / seconds,
            cpu,
            (store ?? "-") as NSString, latencies.percentile(0.5), latencies.percentile(0.99), server.peakMegabytes))
}
