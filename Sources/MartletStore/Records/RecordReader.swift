import MartletCore

/// Reads the members of a JSON record, each exactly once, and leaves none over: a record that does not have the form in
/// which this version writes it is corrupt, never half understood.
struct RecordReader {
    /// What is read, as complaints name it: `endpoint ep_…`.
    private let owner: String
    private var members: [String: JSONValue]

    /// Parses a record.
    init(_ record: [UInt8], of owner: String) throws(StoreError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: record)
        } catch {
            throw .corrupt("The record of \(owner) is damaged. \(error)")
        }
        try self.init(value, of: owner)
    }

    /// Reads an object within a record.
    init(_ value: JSONValue, of owner: String) throws(StoreError) {
        guard let members = value.object else { throw .corrupt("The record of \(owner) is damaged: it is no object.") }
        self.owner = owner
        self.members = Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value) })
    }

    /// A complaint about one member.
    func corrupt(_ name: String) -> StoreError {
        .corrupt("The record of \(owner) is damaged: its \"\(name)\" is missing or not what it should be.")
    }

    /// Whether there is a member of this name that has not been taken.
    func has(_ name: String) -> Bool { members[name] != nil }

    /// Takes a member that `read` understands.
    mutating func take<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws(StoreError) -> Value {
        guard let member = members.removeValue(forKey: name), let value = read(member) else { throw corrupt(name) }
        return value
    }

    /// Takes a member that is null or that `read` understands.
    mutating func takeOptional<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws(StoreError) -> Value? {
        guard let member = members.removeValue(forKey: name) else { throw corrupt(name) }
        if member.isNull { return nil }
        guard let value = read(member) else { throw corrupt(name) }
        return value
    }

    /// Takes a member that records of older versions lack, and that is left out where it says nothing.
    mutating func takePresent<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws(StoreError) -> Value? {
        has(name) ? try take(name, read) : nil
    }

    mutating func string(_ name: String) throws(StoreError) -> String { try take(name, \.string) }
    mutating func boolean(_ name: String) throws(StoreError) -> Bool { try take(name, \.boolean) }
    mutating func strings(_ name: String) throws(StoreError) -> [String] { try take(name, Self.strings) }

    /// Takes a duration in whole milliseconds.
    mutating func duration(_ name: String) throws(StoreError) -> Duration { try take(name, Self.duration) }

    /// Takes pairs `[["name","value"],…]`.
    mutating func pairs(_ name: String) throws(StoreError) -> [(String, String)] {
        try take(name) { value in
            guard let elements = value.array else { return nil }
            var pairs: [(String, String)] = []
            for element in elements {
                guard let pair = Self.strings(element), pair.count == 2 else { return nil }
                pairs.append((pair[0], pair[1]))
            }
            return pairs
        }
    }

    /// Takes an object, for a reader of its own.
    mutating func object(_ name: String) throws(StoreError) -> RecordReader {
        guard let member = members.removeValue(forKey: name) else { throw corrupt(name) }
        return try RecordReader(member, of: "\(owner), \(name),")
    }

    /// Takes an object, for a reader of its own, or null.
    mutating func optionalObject(_ name: String) throws(StoreError) -> RecordReader? {
        if members[name] == JSONValue.null {
            members.removeValue(forKey: name)
            return nil
        }
        return try object(name)
    }

    /// Takes an object, for a reader of its own, that records of older versions lack.
    mutating func presentObject(_ name: String) throws(StoreError) -> RecordReader? {
        has(name) ? try object(name) : nil
    }

    /// Checks that nothing is left over.
    func end() throws(StoreError) {
        if let name = members.keys.min() {
            throw .corrupt("The record of \(owner) holds \"\(name)\", which this version does not know.")
        }
    }

    static func strings(_ value: JSONValue) -> [String]? {
        guard let elements = value.array else { return nil }
        let strings = elements.compactMap(\.string)
        return strings.count == elements.count ? strings : nil
    }

    static func duration(_ value: JSONValue) -> Duration? {
        value.integer.map { .milliseconds($0) }
    }

    /// An instant in milliseconds since the epoch.
    static func instant(_ value: JSONValue) -> Timestamp? {
        value.integer.map { Timestamp(milliseconds: Int64($0)) }
    }
}

extension JSONWriter {
    /// Writes a member with pairs `[["name","value"],…]`.
    mutating func pairs(_ name: StaticString, _ pairs: some Sequence<(String, String)>) {
        array(name) { writer in
            for (name, value) in pairs {
                writer.array { pair in
                    pair.string(name)
                    pair.string(value)
                }
            }
        }
    }

    /// Writes a member with a duration in whole milliseconds, or null.
    mutating func duration(_ name: StaticString, _ duration: Duration?) {
        field(name, duration?.wholeMilliseconds)
    }
}
