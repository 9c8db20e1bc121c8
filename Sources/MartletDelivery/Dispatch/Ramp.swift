import MartletCore

/// How a lane that comes back after a pause is brought up to speed: ten attempts in the first second, twice as many in
/// each second after that, no bound after the tenth.
struct Ramp: Sendable, Hashable {
    static let length = Duration.seconds(10)
    private static let firstRate = 10.0

    let start: Timestamp
    /// When the next attempt may start, in microseconds.
    private var nextAt: Double

    init(start: Timestamp) {
        self.start = start
        nextAt = Double(start.milliseconds) * 1000
    }

    func isOver(at now: Timestamp) -> Bool { now >= start + Self.length }

    /// When the next attempt may start, rounded down to the millisecond: several may share one.
    var next: Timestamp { Timestamp(milliseconds: Int64((nextAt / 1000).rounded(.down))) }

    mutating func take(now: Timestamp) {
        let second = min(max(0, now.since(start).components.seconds), Self.length.components.seconds)
        let rate = Self.firstRate * Double(1 << second)
        nextAt = max(nextAt, Double(now.milliseconds) * 1000) + 1_000_000 / rate
    }
}
