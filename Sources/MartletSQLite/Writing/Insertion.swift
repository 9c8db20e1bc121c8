import MartletStore

/// Inserts rows into a table, several with each run of a statement: a run opens the table and its indexes anew and finds
/// its place in each from the root, which for a delivery is a third of the work.
///
/// A row that breaks a constraint ends a run where it is and leaves the rows before it in place (`OR FAIL`), so the
/// transaction is to be rolled back. Without that SQLite keeps a journal within the transaction, to take back the one run.
struct Insertion {
    /// By how many rows each takes, the most first.
    private let statements: [Statement]
    /// How many parameters a row has.
    private let width: Int32

    private static let sizes = [16, 4, 1]

    /// - Parameter conflict: what is done where a row's key is there already; without it, the run fails.
    init(
        into table: String, _ columns: [String], conflict: String = "", on connection: Connection
    ) throws(StoreError) {
        let row = "(" + repeatElement("?", count: columns.count).joined(separator: ", ") + ")"
        var statements: [Statement] = []
        for size in Self.sizes {
            let rows = repeatElement(row, count: size).joined(separator: ", ")
            statements.append(
                try connection.prepare(
                    "INSERT OR FAIL INTO \(table) (\(columns.joined(separator: ", "))) VALUES \(rows) \(conflict)",
                    rows: size))
        }
        self.statements = statements
        width = Int32(columns.count)
    }

    /// Begins to insert so many rows: ``Rows/next()`` for each of them, then ``Rows/finish()``.
    ///
    /// - Parameter areLarge: whether each goes by itself, so that what SQLite copies of them is one's at a time.
    func rows(_ count: Int, areLarge: Bool = false) -> Rows {
        Rows(insertion: self, left: count, place: areLarge ? Self.sizes.count - 1 : 0)
    }

    /// Rows on their way into the table.
    struct Rows {
        private let insertion: Insertion
        /// How many are not in a run yet.
        private var left: Int
        /// Which statement runs next.
        private var place: Int
        /// How many of its rows have parameters.
        private var filled = 0

        /// How many rows it takes.
        private var size: Int { Insertion.sizes[place] }

        fileprivate init(insertion: Insertion, left: Int, place: Int) {
            self.insertion = insertion
            self.left = left
            self.place = place
        }

        /// The statement that takes the next row's parameters, which count from 1.
        mutating func next() throws(StoreError) -> Statement {
            if filled == size { try finish() }
            if filled == 0 {
                precondition(left > 0, "more rows than were announced")
                while size > left { place += 1 }
                left -= size
                // What a failure left behind.
                insertion.statements[place].reset()
            }
            let statement = insertion.statements[place]
            statement.beginRow(after: Int32(filled) * insertion.width)
            filled += 1
            return statement
        }

        /// Runs what has not been run.
        mutating func finish() throws(StoreError) {
            guard filled > 0 else { return }
            precondition(filled == size, "fewer rows than were announced")
            filled = 0
            try insertion.statements[place].run()
        }
    }
}
