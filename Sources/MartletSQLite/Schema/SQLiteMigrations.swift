import CSQLite
public import MartletStore

/// The steps that bring a database file to the form this version works on.
public enum SQLiteMigrations {
    /// Every step, in order.
    static let all: [Migration] = [
        .initial, .order, .health, .jobs, .retention, .sources, .alerts, .listings, .trouble,
    ]

    /// What marks a file as Martlet's, by SQLite's `application_id`: "MRTL".
    private static let applicationID: Int64 = 0x4D52_544C

    /// The steps that the file at `path` has yet to go through; all of them where there is no file.
    ///
    /// - Throws: ``StoreError``: `conflict` where the file is not Martlet's, or a newer version's; `unavailable` where
    ///   it cannot be read.
    public static func pending(at path: String) throws(StoreError) -> [Migration] {
        guard FileSystem.exists(path) else { return all }
        return try pending(on: Connection(path: path, access: .read))
    }

    static func pending(
        on connection: Connection, among steps: [Migration] = all
    ) throws(StoreError) -> [Migration] {
        let version = try connection.integer("PRAGMA user_version") ?? 0
        let application = try connection.integer("PRAGMA application_id") ?? 0
        let isEmpty = try connection.integer("SELECT 1 FROM sqlite_schema LIMIT 1") == nil
        guard application == applicationID || (application == 0 && version == 0 && isEmpty) else {
            throw .conflict("\(connection.path) is a database of another program. Name another file.")
        }
        guard version <= steps.count else {
            throw .conflict(
                "\(connection.path) was written by a newer version of Martlet: its schema is \(version), and this one "
                    + "knows up to \(steps.count). Run that version, or restore a backup from before the upgrade.")
        }
        return Array(steps[Int(version)...])
    }

    /// Takes the pending steps, each in a transaction of its own: what is done stays done.
    static func run(on connection: Connection, among steps: [Migration] = all) throws(StoreError) {
        for step in try pending(on: connection, among: steps) {
            try connection.writing { () throws(StoreError) in
                try connection.execute(step.sql)
                try connection.execute("PRAGMA application_id = \(applicationID)")
                try connection.execute("PRAGMA user_version = \(step.number)")
            }
        }
    }
}
