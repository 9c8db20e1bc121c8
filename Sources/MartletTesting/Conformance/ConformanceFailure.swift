/// What a store did against its contract, and where ``StoreConformance`` noticed.
public struct ConformanceFailure: Error, CustomStringConvertible {
    /// What was expected and what came.
    public let message: String
    public let file: String
    public let line: UInt

    public var description: String { "\(message) (\(file):\(line))" }
}

/// Fails unless `condition` holds.
func expect(
    _ condition: Bool, _ message: @autoclosure () -> String, file: String = #fileID, line: UInt = #line
) throws(ConformanceFailure) {
    guard condition else { throw ConformanceFailure(message: message(), file: file, line: line) }
}

/// Fails unless the two are equal.
func expectEqual<Value: Equatable>(
    _ found: Value, _ wanted: Value, _ what: @autoclosure () -> String = "", file: String = #fileID, line: UInt = #line
) throws(ConformanceFailure) {
    guard found != wanted else { return }
    throw ConformanceFailure(
        message: "\(what()) Expected \(shortened(wanted)), found \(shortened(found)).", file: file, line: line)
}

/// The value, or a failure where there is none.
func require<Value>(
    _ value: Value?, _ message: @autoclosure () -> String, file: String = #fileID, line: UInt = #line
) throws(ConformanceFailure) -> Value {
    guard let value else { throw ConformanceFailure(message: message(), file: file, line: line) }
    return value
}

private func shortened(_ value: some Any) -> String {
    let text = String(describing: value)
    return text.count > 2000 ? "\(text.prefix(2000))…" : text
}
