/// Looks again and again, giving way to others in between, until what is seen is what is waited for: for changes that
/// nobody is told of.
///
/// - Throws: ``NeverHappened`` after minutes, with what was seen last.
func eventually<Value>(
    _ look: () async throws -> Value, until isThere: (Value) -> Bool
) async throws -> Value {
    var value = try await look()
    let end = ContinuousClock.now + .seconds(240)
    while !isThere(value) {
        guard ContinuousClock.now < end else { throw NeverHappened(lastSeen: "\(value)") }
        await Task.yield()
        value = try await look()
    }
    return value
}

/// What was waited for did not come about.
struct NeverHappened: Error, CustomStringConvertible {
    let lastSeen: String

    var description: String { "what was waited for never happened; seen last: \(lastSeen)" }
}
