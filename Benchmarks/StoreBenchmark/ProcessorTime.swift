#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Processor time of the whole program, in microseconds.
struct ProcessorTime {
    var user = 0.0
    var system = 0.0

    var total: Double { user + system }

    /// What was used so far.
    static var used: ProcessorTime {
        var usage = rusage()
        #if canImport(Glibc)
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        #else
        getrusage(RUSAGE_SELF, &usage)
        #endif
        return ProcessorTime(user: microseconds(usage.ru_utime), system: microseconds(usage.ru_stime))
    }

    private static func microseconds(_ time: timeval) -> Double {
        Double(time.tv_sec) * 1_000_000 + Double(time.tv_usec)
    }

    static func - (left: Self, right: Self) -> Self {
        ProcessorTime(user: left.user - right.user, system: left.system - right.system)
    }

    static func + (left: Self, right: Self) -> Self {
        ProcessorTime(user: left.user + right.user, system: left.system + right.system)
    }
}
