import Foundation

/// What the kernel says of a process (proc(5)).
enum ProcessFigures {
    /// The processor's time that it has had, user and system together, in seconds; 0 where there is no such process.
    static func cpuSeconds(of process: Int32) -> Double { fields(of: process).map(own) ?? 0 }

    /// The same of a process and its children, those that have ended included: PostgreSQL has a process a connection.
    static func cpuSecondsWithChildren(of process: Int32) -> Double {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let living = entries.compactMap(Int32.init).compactMap(fields).filter {
            $0.count > 1 && Int32($0[1]) == process
        }
        let own = fields(of: process).map { Self.own($0) + ticks($0, 13) + ticks($0, 14) } ?? 0
        return living.reduce(own) { $0 + Self.own($1) }
    }

    /// The memory that it holds now, in mebibytes.
    static func residentMebibytes(of process: Int32) -> Int { status("VmRSS:", of: process) / 1024 }

    /// The most that it ever held, in mebibytes.
    static func peakMebibytes(of process: Int32) -> Int { status("VmHWM:", of: process) / 1024 }

    private static func status(_ name: String, of process: Int32) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
        return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
    }

    /// What stands in `/proc/PID/stat` behind the name, which may hold anything.
    private static func fields(of process: Int32) -> [Substring]? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        return text[text.index(after: end)...].split(separator: " ")
    }

    private static func own(_ fields: [Substring]) -> Double { ticks(fields, 11) + ticks(fields, 12) }

    private static func ticks(_ fields: [Substring], _ index: Int) -> Double {
        guard index < fields.count, let ticks = Double(fields[index]) else { return 0 }
        return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
