import Glibc
public import MartletCore

/// The machine's clock since it started, sleep included (clock_gettime(2), `CLOCK_BOOTTIME`).
public struct SystemMonotonicTime: MonotonicTime {
    public init() {}

    public func nanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
