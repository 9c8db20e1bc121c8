public import MartletStore

/// Whoever moves a store into this one joins first, and leaves at the end: what waits is then taken over by the nodes that
/// come.
extension PostgresStore: TransferTarget {
    public func transferState() async throws(StoreError) -> TransferState {
        try await control { (writer) throws(StoreError) in try writer.session.connected().transferState() }
    }

    public func take(_ records: [TransferRecord], movingTo place: TransferPlace?) async throws(StoreError) {
        try await write { (writer) throws(StoreError) in try writer.take(records, movingTo: place) }
    }
}
