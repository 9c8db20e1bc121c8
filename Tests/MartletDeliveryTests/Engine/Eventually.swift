/// Looks again and again, giving way to others in between, until what is seen is what is waited for: for changes that
/// nobody is told of. Gives up after a million looks, with what it saw last.
func eventually<Value>(
    _ look: () async throws -> Value, until isThere: (Value) -> Bool
) async throws -> Value {
    var value = try await look()
    var looks = 0
    while !isThere(value), looks < 1_000_000 {
        await Task.yield()
        value = try await look()
        looks += 1
    }
    return value
}
