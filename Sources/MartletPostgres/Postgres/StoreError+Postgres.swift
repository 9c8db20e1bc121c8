import MartletStore

extension StoreError {
    /// The SQLSTATE that the functions of the schema raise where the node's membership has lapsed.
    static let lapsedCode = "MT001"

    /// What an error of the server's means for whoever asked the store.
    ///
    /// - Parameters:
    ///   - code: the SQLSTATE (PostgreSQL 15, appendix A); `nil` where the server said nothing any more.
    ///   - message: PostgreSQL's or libpq's own words, without secrets.
    ///   - address: the database, by which the operator finds the culprit.
    static func postgres(_ code: String?, _ message: String, at address: PostgresAddress) -> StoreError {
        let detail = "PostgreSQL says: \(message)" + (code.map { " (\($0))" } ?? "")
        guard let code else {
            return .unavailable("The connection to PostgreSQL at \(address) was lost. \(detail)")
        }
        switch code {
        case lapsedCode:
            return .lapsed("This node was taken for dead by the others, and has to join again.")
        case "53100":
            return .full(
                "The disk of PostgreSQL at \(address) is full. Free some space; no restart is needed. \(detail)")
        case "25006":
            return .unavailable(
                "PostgreSQL at \(address) is a standby or read-only. Give the primary's address. \(detail)")
        case "55P03", "40P01", "40001", "57014":
            return .unavailable("PostgreSQL at \(address) took too long, or was in another's way. \(detail)")
        case "22021", "22P05":
            return .conflict("A text holds a character that PostgreSQL cannot keep. \(detail)")
        case "3D000", "42501":
            return .unavailable(
                "PostgreSQL at \(address) does not let Martlet in: see to its database and role. \(detail)")
        default: break
        }
        switch code.prefix(2) {
        case "23":
            return .conflict(
                "The store at \(address) already has what was to be added, or lacks what it refers to. \(detail)")
        case "42": return .corrupt("\(address) does not have the tables that this version works on. \(detail)")
        case "XX": return .corrupt("\(address) is damaged. Restore it from a backup. \(detail)")
        default: return .unavailable("PostgreSQL at \(address) could not do what was asked. \(detail)")
        }
    }
}
