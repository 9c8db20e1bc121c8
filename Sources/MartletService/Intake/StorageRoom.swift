/// How much a store may still grow.
public struct StorageRoom: Sendable, Hashable {
    /// The bytes that its disk has free for this user.
    public var disk: Int
    /// The bytes within its files that hold nothing any more and are filled first.
    public var reusable: Int
    /// The bound that was set for its size, and what is left of it beside ``reusable``; `nil` where there is none.
    public var bound: Bound?

    /// A bound on a store's size.
    public struct Bound: Sendable, Hashable {
        /// How much it may still grow, in bytes.
        public var left: Int
        /// How large it may be, in bytes.
        public var size: Int

        public init(left: Int, size: Int) {
            self.left = left
            self.size = size
        }
    }

    public init(disk: Int, reusable: Int = 0, bound: Bound? = nil) {
        self.disk = disk
        self.reusable = reusable
        self.bound = bound
    }

    /// What can be stored before something is full, in bytes.
    public var bytes: Int { min(disk, bound?.left ?? .max) + reusable }

    /// Takes account of bytes that were stored since: first in what is reusable, then on the disk.
    mutating func fill(_ bytes: Int) {
        let grown = max(0, bytes - reusable)
        reusable = max(0, reusable - bytes)
        disk -= grown
        bound?.left -= grown
    }

    /// Whether there is less than a reserve.
    ///
    /// A quarter of the reserve must be free on the disk itself, whatever can be reused: the write-ahead log needs it. Of
    /// a bounded store an eighth is asked for where the reserve is more.
    ///
    /// - Parameter margin: what there must be on top, as a share of the reserve: it keeps what was short from being
    ///   found long enough at the next byte.
    func isShort(of reserve: Int, margin: Double = 0) -> Bool {
        func wanted(_ bytes: Int) -> Int { bytes + Int(Double(bytes) * margin) }
        guard reserve > 0 else { return false }
        if disk < wanted(reserve / 4) || disk + reusable < wanted(reserve) { return true }
        guard let bound else { return false }
        return bound.left + reusable < wanted(min(reserve, bound.size / 8))
    }
}
