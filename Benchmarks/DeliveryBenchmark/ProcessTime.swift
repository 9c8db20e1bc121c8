import Foundation

/// How much time the kernel says that processes have had, user and system together, in seconds.
enum ProcessTime {
    static func seconds(of process: Int32) -> Double { fields(of: process).map(Self.own) ?? 0 }

    /// Of a process and its children, those that have ended included.
    static func secondsWithChildren(of process: Int32) -> Double {
        let children = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let living = children.compactMap(Int32.init).compactMap(fields).filter {
            $0.count > 1 && Int32($0[1]) == process
        }
        let own = fields(of: process).map { Self.own($0) + ticks($0, 13) + ticks($0, 14) } ?? 0
        return living.reduce(own) { $0 + Self.own($1) }
    }

    /// What stands in `/proc/PID/stat` behind the name (proc(5)).
    private static func fields(of process: Int32) -> [Substring]? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        return text[text.index(end, offsetBy: 2)...].split(separator: " ")
    }

    private static func own(_ fields: [Substring]) -> Double { ticks(fields, 11) + ticks(fields, 12) }

    private static func ticks(_ fields: [Substring], _ index: Int) -> Double {
        guard index < fields.count, let ticks = Double(fields[index]) else { return 0 }
        return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
