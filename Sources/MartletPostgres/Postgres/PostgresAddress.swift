import CPostgres
public import MartletStore

/// Where a PostgreSQL database is, and how to get in: a connection URI as libpq reads it, TLS (`sslmode`) included. It may
/// hold a password, which none of its descriptions show.
public struct PostgresAddress: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The URI as it was given.
    let uri: String
    private let password: String?

    /// Host, port and database: `db.example.com:5432/martlet`.
    public let description: String

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }

    /// Reads a URI: `postgres://user:password@host:port/database?sslmode=verify-full`.
    ///
    /// - Throws: `conflict` where libpq does not understand it.
    public init(_ uri: String) throws(StoreError) {
        // libpq's own complaint repeats the URI, password and all.
        guard let options = PQconninfoParse(uri, nil) else {
            throw .conflict(
                "The address of the PostgreSQL store cannot be read. Write postgres://USER:PASSWORD@HOST:PORT/DATABASE, "
                    + "with the characters :/?#[]@% of names and passwords percent-encoded.")
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        self.uri = uri
        password = values["password"].flatMap { $0.isEmpty ? nil : $0 }
        let host = values["host"] ?? values["hostaddr"] ?? "localhost"
        let database = values["dbname"] ?? values["user"] ?? ""
        description = "\(host):\(values["port"] ?? "5432")/\(database)"
    }

    /// A message of libpq's or the server's, on one line and without the password.
    func redacted(_ message: String) -> String {
        let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        guard let password else { return line }
        return line.split(separator: password, omittingEmptySubsequences: false).joined(separator: "…")
    }
}
