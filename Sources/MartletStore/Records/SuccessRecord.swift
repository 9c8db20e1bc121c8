import MartletCore

/// A ``SuccessRule`` within other records: `"2xx"` or the statuses.
enum SuccessRecord {
    static func encode(_ rule: SuccessRule, to writer: inout JSONWriter) {
        switch rule {
        case .any2xx: writer.string("2xx")
        case .statuses(let statuses):
            writer.array { writer in
                for status in statuses.sorted() { writer.integer(status) }
            }
        }
    }

    static func decode(_ value: JSONValue) -> SuccessRule? {
        if value.string == "2xx" { return .any2xx }
        guard let elements = value.array else { return nil }
        let statuses = elements.compactMap(\.integer)
        return statuses.count == elements.count ? .statuses(Set(statuses)) : nil
    }
}
