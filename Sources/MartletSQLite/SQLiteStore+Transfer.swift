public import MartletStore

extension SQLiteStore: TransferSource {
    public func transferCounts() async throws(StoreError) -> [TransferPart: Int] {
        try await read { (reader) throws(StoreError) in try reader.transferCounts() }
    }

    public func transferRecords(
        after place: TransferPlace, limit: Int
    ) async throws(StoreError) -> (records: [TransferRecord], next: TransferPlace?) {
        try await read { (reader) throws(StoreError) in try reader.transferRecords(after: place, limit: limit) }
    }
}
