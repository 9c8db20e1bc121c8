import Foundation

/// What figures were measured on: without it they mean nothing.
struct BenchMachine: Sendable {
    let processor: String
    let cores: Int
    let memoryMebibytes: Int
    let kernel: String

    init() {
        func lines(_ path: String) -> [Substring] {
            ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n")
        }
        let model = lines("/proc/cpuinfo").first { $0.hasPrefix("model name") }
        processor =
            model?.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
        cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        let total = lines("/proc/meminfo").first { $0.hasPrefix("MemTotal:") }
        memoryMebibytes =
            (total?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) / 1024
        kernel = lines("/proc/sys/kernel/osrelease").first.map(String.init) ?? "unknown"
    }

    var text: String { "\(processor), \(cores) cores, \(memoryMebibytes) MiB, Linux \(kernel)" }
}
