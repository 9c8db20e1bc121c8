/// A store that can be moved into another one. Nobody may write it meanwhile.
public protocol TransferSource: Sendable {
    /// How many records each part has, as far as that can be told without looking at them all.
    func transferCounts() async throws(StoreError) -> [TransferPart: Int]

    /// The records that come after `place`: about `limit` of one part, fewer where they are large.
    ///
    /// - Returns: the records, and where to go on; `nil` past the last one.
    func transferRecords(
        after place: TransferPlace, limit: Int
    ) async throws(StoreError) -> (records: [TransferRecord], next: TransferPlace?)
}

/// A store that another one can be moved into.
public protocol TransferTarget: Sendable {
    /// How far a move into this store is.
    func transferState() async throws(StoreError) -> TransferState

    /// Keeps the records, and that the move is now at `place`: all or none, durably. Deliveries that wait become those of no
    /// node that is alive, to be taken over.
    ///
    /// - Parameters:
    ///   - records: in the order in which the source gave them.
    ///   - place: `nil` where these were the last: the store is then like any other.
    func take(_ records: [TransferRecord], movingTo place: TransferPlace?) async throws(StoreError)
}

/// Whether a store can be moved into, and how far that is.
public enum TransferState: Sendable, Hashable {
    /// There is nothing in it.
    case empty
    /// A move was begun, and is here.
    case begun(TransferPlace)
    /// It is in use: there is something in it that no move brought, or the move has ended.
    case inUse
}
