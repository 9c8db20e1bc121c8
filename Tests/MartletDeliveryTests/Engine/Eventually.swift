/// Looks again and again, giving way to others in between, until what is seen is what is waited for: for changes that
/// nobody is told of. Gives up after minutes, with what it saw last.
func eventually<Value>(
    _ look: () async throws -> Value, until isThere: (Value) -> Bool
) async throws -> Value {
    var value = try await look()
    let end = ContinuousClock.now + .seconds(300)
    while !isThere(value), ContinuousClock.now < end {
        await Task.yield()
        value = try await look()
    }
    return value
}
