/// Finds what somebody may have meant.
enum Suggestion {
    /// The candidate that takes the fewest edits from `text`, unless it takes too many to be a slip.
    static func nearest(to text: String, among candidates: some Sequence<String>) -> String? {
        let bound = max(1, text.count / 3)
        return candidates.map { (name: $0, distance: distance(text, $0)) }
            .filter { $0.distance <= bound }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
    }

    /// How many characters must be put in, left out or changed to make one of the other (Levenshtein), case and the
    /// difference between `-` and `_` aside.
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(folded(left))
        let right = Array(folded(right))
        var row = Array(0...right.count)
        for (index, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let change = diagonal + (right[column] == character ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(change, row[column] + 1, row[column + 1] + 1)
            }
        }
        return row[right.count]
    }

    private static func folded(_ text: String) -> [Character] {
        text.lowercased().map { $0 == "-" ? "_" : $0 }
    }
}
