/// Which events an endpoint wants, by what is in their payloads: a condition in JSON, as `docs/filters.md` has it.
///
/// An object names fields and what is asked of each; all of it must hold. `any`, `all` and `not` combine such objects.
///
/// ```json
/// {"data.amount":{"gte":100},"data.country":{"in":["NG","GH"]},"not":{"data.status":"draft"}}
/// ```
///
/// A filter is judged over the payload's bytes, with no tree built of them: alone with ``matches(_:)``, or together with
/// others in one pass with ``FilterSet``.
public struct PayloadFilter: Sendable, Hashable {
    /// The longest filter, in bytes of JSON without whitespace.
    public static let longestText = 8192
    /// How deep `any`, `all` and `not` may stand within each other.
    public static let deepestNesting = 8
    /// How many fields, `any`, `all` and `not` a filter may have in all.
    public static let mostConditions = 64
    /// How many values an `in` may list.
    public static let mostChoices = 100

    /// Something that is wrong with a filter.
    public struct Mistake: Sendable, Hashable {
        /// The culprit's place within the filter: `["data.amount"].gte`, `.any[1]`; empty for the whole.
        public var place: String
        /// What is wrong, and how to mend it.
        public var message: String
    }

    /// Everything that is wrong with a filter, at most 20 mistakes.
    public struct Invalid: Error, Sendable, Hashable, CustomStringConvertible {
        public var mistakes: [Mistake]

        public var description: String {
            mistakes.map { $0.place.isEmpty ? $0.message : "\($0.place): \($0.message)" }.joined(separator: " ")
        }
    }

    /// What is known of a filter once it is read; shared, as one filter stands in several indexes.
    final class Form: Sendable {
        let text: [UInt8]
        let root: FilterCondition
        /// The fields that the conditions name, each once, in the order of their numbers there.
        let paths: [PayloadPath]

        init(text: [UInt8], root: FilterCondition, paths: [PayloadPath]) {
            self.text = text
            self.root = root
            self.paths = paths
        }
    }

    let form: Form

    /// Reads a filter.
    ///
    /// - Throws: ``Invalid`` with everything that is wrong with it.
    public init(_ value: JSONValue) throws(Invalid) {
        var reader = FilterReader()
        let root = reader.filter(value)
        guard let root, reader.mistakes.isEmpty else { throw Invalid(mistakes: reader.mistakes) }
        form = Form(text: value.bytes, root: root, paths: reader.paths)
    }

    /// The filter in JSON, as its owner spelled it, without whitespace.
    public var json: [UInt8] { form.text }

    public static func == (left: PayloadFilter, right: PayloadFilter) -> Bool {
        left.form === right.form || left.form.text == right.form.text
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(form.text) }
}

/// A condition, and what it is made of. As deep as a filter may be, so it can be walked by recursion.
indirect enum FilterCondition: Sendable {
    /// Every one of them.
    case all([FilterCondition])
    /// At least one of them, which stand at this place of the filter.
    case any([FilterCondition], place: String)
    case not(FilterCondition, place: String)
    case field(FieldCondition)
}

/// What is asked of one field. One of the values that stand there must pass all of the tests.
struct FieldCondition: Sendable {
    /// The path as the filter spells it.
    var name: String
    /// Its number among the filter's paths.
    var path: Int
    var isPlural: Bool
    var tests: [FieldTest]

    /// Whether there must be no value at all.
    var asksForNothing: Bool {
        if case .exists(false) = tests[0].kind { true } else { false }
    }
}
