import Foundation

/// Asks again and again until there is an answer, and gives up with an error that says what was waited for.
///
/// The bound is there for what never comes; no test passes because of it.
func waitUntil<Value>(
    _ what: @autoclosure () -> String, within bound: Duration = .seconds(300), _ ask: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let end = clock.now + bound
    var pause = Duration.milliseconds(2)
    while true {
        if let value = try await ask() { return value }
        guard clock.now < end else { throw NeverCame(what: what(), bound: bound) }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(50))
    }
}

/// Waits until something is so.
func waitUntil(
    _ what: @autoclosure () -> String, within bound: Duration = .seconds(300), _ isSo: () async throws -> Bool
) async throws {
    _ = try await waitUntil(what(), within: bound) { () async throws -> Void? in try await isSo() ? () : nil }
}

struct NeverCame: Error, CustomStringConvertible {
    let what: String
    let bound: Duration

    var description: String { "Waited \(bound) in vain: \(what)" }
}
