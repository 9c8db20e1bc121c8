import DequeModule
import MartletService

/// Whose turn it is: deficit round robin over applications (Shreedhar and Varghese, 1995), and within an application over
/// its lanes, one delivery a lane in turn.
struct FairQueue {
    /// What one round grants an application.
    private static let quantum = 8
    private var lines: Deque<LaneLine> = []

    /// Puts a lane at the end of its application's line.
    mutating func append(_ lane: Lane, to line: LaneLine) {
        lane.line = line
        line.lanes.append(lane)
        guard !line.isQueued else { return }
        line.isQueued = true
        lines.append(line)
    }

    /// Takes out the lane whose turn it is, passing over applications that hold more than eight times `free` slots.
    mutating func next(free: Int) -> Lane? {
        var passedOver = 0
        while passedOver < lines.count {
            let line = lines[0]
            if line.lanes.isEmpty {
                lines.removeFirst()
                line.isQueued = false
                line.deficit = 0
            } else if line.deficit <= 0 {
                line.deficit += Self.quantum
                rotate()
            } else if line.share.slots > 8 * free {
                passedOver += 1
                rotate()
            } else {
                return line.lanes.removeFirst()
            }
        }
        return nil
    }

    private mutating func rotate() { lines.append(lines.removeFirst()) }
}

/// One application's part of the service's slots.
final class Share {
    /// How many lanes the application has.
    var laneCount = 0
    /// How many slots its lanes hold.
    var slots = 0
    /// Its lanes that may send: those that have shown that they answer, and the others.
    private(set) lazy var proven = LaneLine(self)
    private(set) lazy var unproven = LaneLine(self)
}

/// Lanes of one application that may send, each once.
final class LaneLine {
    unowned let share: Share
    fileprivate var lanes: Deque<Lane> = []
    fileprivate var deficit = 0
    fileprivate var isQueued = false

    init(_ share: Share) { self.share = share }

    /// Has the application pay for a delivery that was taken from one of the lanes.
    func pay(for parcel: Parcel) { deficit -= parcel.cost }
}

extension Parcel {
    /// How much it is of what is to be shared: one, and one more for each 64 KiB of its body.
    var cost: Int { 1 + size >> 16 }
}
