/// Moves all that one store holds into another, empty one, in steps that can be cut off anywhere: the next run goes on
/// after the last step that was taken.
public struct StoreTransfer: Sendable {
    /// How many records one step moves, unless they are large.
    public static let step = 500

    let source: any TransferSource
    let target: any TransferTarget

    public init(from source: any TransferSource, to target: any TransferTarget) {
        self.source = source
        self.target = target
    }

    /// How far a move is.
    public struct Progress: Sendable, Hashable {
        /// The part that is being moved; `nil` at the end.
        public var part: TransferPart?
        /// How many records of it were moved by this run.
        public var moved: Int
        /// How many it has; `nil` where that is not known.
        public var of: Int?

        public init(part: TransferPart?, moved: Int, of: Int?) {
            self.part = part
            self.moved = moved
            self.of = of
        }
    }

    /// Moves what has not been moved yet.
    ///
    /// - Parameter progress: told after each step.
    /// - Throws: `conflict` where the target is in use; whatever either store throws.
    public func run(progress: (Progress) -> Void = { _ in }) async throws(StoreError) {
        var place: TransferPlace
        switch try await target.transferState() {
        case .empty: place = .start
        case .begun(let reached): place = reached
        case .inUse: throw .conflict("The store to move to is in use. Give one with nothing in it.")
        }
        let counts = try await source.transferCounts()
        var moved = 0
        while true {
            let (records, next) = try await source.transferRecords(after: place, limit: Self.step)
            try await target.take(records, movingTo: next)
            moved += records.count
            progress(Progress(part: place.part, moved: moved, of: counts[place.part]))
            guard let next else { break }
            if next.part != place.part { moved = 0 }
            place = next
        }
        progress(Progress(part: nil, moved: 0, of: nil))
    }
}
