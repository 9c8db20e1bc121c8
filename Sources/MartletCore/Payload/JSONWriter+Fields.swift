/// A key and its value in one call. An absent value writes `null`, so that an answer's shape does not change.
extension JSONWriter {
    /// Writes a member with a string, or null.
    public mutating func field(_ name: StaticString, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    /// Writes a member with an integer, or null.
    @inlinable
    public mutating func field(_ name: StaticString, _ value: (some BinaryInteger)?) {
        key(name)
        if let value { integer(value) } else { null() }
    }

    /// Writes a member with a boolean, or null.
    public mutating func field(_ name: StaticString, _ value: Bool?) {
        key(name)
        if let value { boolean(value) } else { null() }
    }

    /// Writes a member with a number, or null.
    public mutating func field(_ name: StaticString, _ value: Double?) {
        key(name)
        if let value { number(value) } else { null() }
    }

    /// Writes a member with a tree of JSON, or null.
    public mutating func field(_ name: StaticString, _ value: JSONValue?) {
        key(name)
        if let value { value.write(to: &self) } else { null() }
    }

    /// Writes a member with an array of strings.
    @inlinable
    public mutating func field(_ name: StaticString, _ values: some Sequence<String>) {
        key(name)
        beginArray()
        for value in values { string(value) }
        endArray()
    }

    /// Writes a member that is null.
    public mutating func fieldNull(_ name: StaticString) {
        key(name)
        null()
    }

    /// Writes a member with a value that is JSON already, as it is.
    @inlinable
    public mutating func field(_ name: StaticString, raw json: some Collection<UInt8>) {
        key(name)
        raw(json)
    }

    /// Writes a member with an object whose members `body` writes.
    @inlinable
    public mutating func object<Failure: Error>(
        _ name: StaticString, _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        key(name)
        try object(body)
    }

    /// Writes a member with an array whose elements `body` writes.
    @inlinable
    public mutating func array<Failure: Error>(
        _ name: StaticString, _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        key(name)
        try array(body)
    }
}
