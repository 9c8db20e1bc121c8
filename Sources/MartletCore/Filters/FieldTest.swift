/// One thing that a filter asks of a value. Types never coerce: a number is compared with numbers alone, a string with
/// strings.
struct FieldTest: Sendable {
    /// What is asked.
    enum Kind: Sendable {
        case equals(FieldOperand)
        case isOneOf([FieldOperand])
        case isGreater(FieldOperand)
        case isAtLeast(FieldOperand)
        case isLess(FieldOperand)
        case isAtMost(FieldOperand)
        /// A string that begins with these bytes of UTF-8.
        case hasPrefix(FieldOperand)
        /// Whether there is a value at all.
        case exists(Bool)
    }

    var kind: Kind
    /// Where it stands in the filter: `["data.amount"].gte`.
    var place: String

    /// Whether a value is as it should be.
    func holds(of value: FoundValue, in payload: UnsafeRawBufferPointer) -> Bool {
        switch kind {
        case .exists(let isWanted): isWanted
        case .equals(let operand): operand.equals(value, in: payload)
        case .isOneOf(let operands): operands.contains { $0.equals(value, in: payload) }
        case .isGreater(let operand): operand.isOrdered(before: value, orEqual: false, in: payload)
        case .isAtLeast(let operand): operand.isOrdered(before: value, orEqual: true, in: payload)
        case .isLess(let operand): operand.isOrdered(after: value, orEqual: false, in: payload)
        case .isAtMost(let operand): operand.isOrdered(after: value, orEqual: true, in: payload)
        case .hasPrefix(let operand): operand.isPrefix(of: value, in: payload)
        }
    }
}

/// What a filter compares values with.
enum FieldOperand: Sendable {
    /// UTF-8. Strings compare by their code points, which is to say byte by byte.
    case string([UInt8])
    /// Numbers compare as doubles, as JavaScript has them.
    case number(Double)
    case boolean(Bool)
    case null

    /// The operand that a filter spells out; `nil` where it is an array or an object.
    init?(_ value: JSONValue) {
        switch value {
        case .string(let text): self = .string(Array(text.utf8))
        case .number: self = .number(value.double ?? .nan)
        case .boolean(let boolean): self = .boolean(boolean)
        case .null: self = .null
        case .array, .object: return nil
        }
    }

    func equals(_ value: FoundValue, in payload: UnsafeRawBufferPointer) -> Bool {
        switch self {
        case .string(let text):
            value.kind == .string && value.withText(in: payload) { $0.count == text.count && $0.elementsEqual(text) }
        case .number(let number): value.kind == .number && value.number(in: payload) == number
        case .boolean(let boolean): value.kind == .boolean && (payload[value.start] == 0x74) == boolean
        case .null: value.kind == .null
        }
    }

    /// Whether it comes before the value.
    func isOrdered(before value: FoundValue, orEqual: Bool, in payload: UnsafeRawBufferPointer) -> Bool {
        switch self {
        case .number(let number):
            value.kind == .number
                && (orEqual ? number <= value.number(in: payload) : number < value.number(in: payload))
        case .string(let text):
            value.kind == .string
                && value.withText(in: payload) { found in
                    orEqual ? !found.lexicographicallyPrecedes(text) : text.lexicographicallyPrecedes(found)
                }
        case .boolean, .null: false
        }
    }

    /// Whether it comes behind the value.
    func isOrdered(after value: FoundValue, orEqual: Bool, in payload: UnsafeRawBufferPointer) -> Bool {
        switch self {
        case .number(let number):
            value.kind == .number
                && (orEqual ? value.number(in: payload) <= number : value.number(in: payload) < number)
        case .string(let text):
            value.kind == .string
                && value.withText(in: payload) { found in
                    orEqual ? !text.lexicographicallyPrecedes(found) : found.lexicographicallyPrecedes(text)
                }
        case .boolean, .null: false
        }
    }

    func isPrefix(of value: FoundValue, in payload: UnsafeRawBufferPointer) -> Bool {
        guard case .string(let text) = self, value.kind == .string else { return false }
        return value.withText(in: payload) { $0.starts(with: text) }
    }
}
