import ArgumentParser
import MartletCore

/// A collection of the API that has commands of its own: `martlet webhooks list`.
protocol Resource {
    /// What its listing can be narrowed by.
    associatedtype Filters: ResourceFilters
    /// What its members are made of and changed by.
    associatedtype Fields: ResourceFields

    /// The collection's path: `/v1/webhooks`.
    static var path: String { get }
    /// One of it, in a sentence: "webhook".
    static var noun: String { get }
    /// What names one of it: "ep_…".
    static var identifier: String { get }
    /// The columns of its listing.
    static var columns: [Column] { get }
}

extension Resource {
    /// The path of one member, with something below it.
    static func path(of identifier: String, _ below: String = "") -> String {
        "\(path)/\(PathSegment.escaped(identifier))\(below)"
    }
}

/// A column of a listing.
struct Column: Sendable {
    var title: String
    /// The names that lead to the value.
    var path: [String]

    init(_ title: String, _ path: String...) {
        self.title = title
        self.path = path.isEmpty ? [title] : path
    }

    /// The column's text of one item.
    func text(of item: JSONValue) -> String {
        guard let value = path.reduce(item as JSONValue?, { $0?[$1] }), !value.isNull else { return "" }
        if let array = value.array { return array.map { $0.string ?? Self.text($0) }.joined(separator: ", ") }
        return value.string ?? Self.text(value)
    }

    private static func text(_ value: JSONValue) -> String { String(decoding: value.bytes, as: UTF8.self) }
}

/// What a listing can be narrowed by.
protocol ResourceFilters: ParsableArguments {
    /// Query parameters; those without a value are left out.
    var query: [(name: String, value: String?)] { get }
}

/// A listing that cannot be narrowed.
struct NoFilters: ResourceFilters {
    var query: [(name: String, value: String?)] { [] }
}

/// What something is made of, by flags.
protocol ResourceFields: ParsableArguments {
    func write(to body: inout RequestBody) throws
}
