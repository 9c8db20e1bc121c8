/// The moment in which an event was to be published, as its payload carries it: `"mark":"A00001234567890"`.
struct BenchMark {
    /// Tells apart who publishes: a capital letter.
    var channel: UInt8
    /// By ``BenchClock``.
    var microseconds: Int

    private static let digits = 14
    private static let name = Array(#""mark":""#.utf8)

    init(channel: UInt8, microseconds: Int) {
        self.channel = channel
        self.microseconds = microseconds
    }

    /// Finds it in a message; `nil` where there is none.
    init?(in message: Slice<UnsafeRawBufferPointer>) {
        let bytes = UnsafeRawBufferPointer(rebasing: message)
        var place = bytes.count - Self.name.count - Self.digits - 1
        search: while place >= 0 {
            defer { place -= 1 }
            for (offset, byte) in Self.name.enumerated() where bytes[place + offset] != byte { continue search }
            let start = place + Self.name.count
            channel = bytes[start]
            microseconds = bytes[start + 1..<start + 1 + Self.digits].reduce(0) { $0 * 10 + Int($1 &- 48) }
            return
        }
        return nil
    }

    /// The member of the payload.
    var member: String {
        let digits = String(microseconds)
        let zeros = String(repeating: "0", count: max(0, Self.digits - digits.count))
        return #""mark":"\#(Character(UnicodeScalar(channel)))\#(zeros)\#(digits)""#
    }
}

/// Time since the process began, for intervals.
enum BenchClock {
    private static let start = ContinuousClock.now
    static var microseconds: Int { Int((ContinuousClock.now - start) / .microseconds(1)) }
}
