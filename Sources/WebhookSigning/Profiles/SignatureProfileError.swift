/// Why a profile cannot be used: the field at fault, what is wrong with it, and how to mend it.
public struct SignatureProfileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The field at fault, as configuration spells it (`timestamp_header`).
    public let field: String

    /// What is wrong, as the rest of a sentence about the field.
    public let problem: String

    /// What to do about it, as a sentence.
    public let remedy: String

    /// The field, the problem and the remedy in one line.
    public var description: String { "\(field) \(problem). \(remedy)" }
}
