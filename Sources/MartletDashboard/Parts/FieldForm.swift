import MartletCore
import MartletService

/// A form whose fields are read one by one, its mistakes gathered.
protocol FieldForm {
    /// As it was, or is to be, filled in.
    var fields: Query { get }
    var errors: [ServiceError.Field] { get set }

    /// Examples of the durations that it asks for.
    static var durations: String { get }
}

extension FieldForm {
    static var durations: String { "30s, 5m, 2h or 1d" }

    /// Reads a whole number.
    ///
    /// - Parameter culprit: what a mistake is told of; the field itself unless it is given.
    /// - Returns: `nil` where the field is empty, or with an error added where it is no number.
    mutating func number(_ name: String, as culprit: String? = nil) -> Int? {
        guard let text = fields.text(name) else { return nil }
        guard let number = Int(text) else {
            errors.append(.init(culprit ?? name, "Give a whole number."))
            return nil
        }
        return number
    }

    /// Reads a duration, as ``number(_:as:)`` does a number.
    mutating func duration(_ name: String, as culprit: String? = nil) -> Duration? {
        guard let text = fields.text(name) else { return nil }
        guard let duration = Duration(text: text) else {
            errors.append(.init(culprit ?? name, "Give a duration such as \(Self.durations)."))
            return nil
        }
        return duration
    }
}
