import MartletCore
import MartletStore

/// The columns that make an inbound request, its body aside.
enum RequestRow {
    static let columns = """
        id, source, application, received_at, verdict, event, verdict_number, verdict_name, reason, method, url, \
        address, headers, sealed, sent_id, sent_type, size
        """
    static let count: Int32 = 17

    static func read(_ row: Row, environment: EnvironmentID) throws(StoreError) -> StoredRequest {
        let id: RequestID = try row.identifier(0)
        let address = try row.optionalBytes(11).map { (bytes) throws(StoreError) in
            guard let address = IPAddress(bytes: bytes) else {
                throw .corrupt("The address of request \(id) has \(bytes.count) bytes, not 4 or 16.")
            }
            return address
        }
        return StoredRequest(
            id: id, environment: environment, source: try row.identifier(1),
            application: try row.optionalIdentifier(2), receivedAt: row.timestamp(3), method: row.text(9),
            url: row.text(10), address: address,
            headers: try HeaderRecord.decode(row.bytes(12), of: "request \(id)"), sealed: row.optionalBytes(13),
            sentID: row.optionalText(14), sentType: row.optionalText(15),
            verdict: try StoredVerdict.verdict(
                code: row.integer(4), event: try row.optionalIdentifier(5), number: row.optionalInteger(6),
                name: row.optionalText(7), reason: row.optionalText(8), of: id),
            size: Int(row.integer(16)), body: [])
    }
}
