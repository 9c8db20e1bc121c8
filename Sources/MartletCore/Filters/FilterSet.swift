/// Filters that are judged together: one pass over a payload finds the values of every field that any of them asks for.
public final class FilterSet: Sendable {
    /// In the order given; answers are by their indexes.
    public let filters: [PayloadFilter]
    private let probe: PayloadProbe
    /// For each filter, where the probe puts the values of each of its paths.
    private let slots: [[Int]]

    public init(_ filters: [PayloadFilter]) {
        self.filters = filters
        var numbers: [PayloadPath: Int] = [:]
        var paths: [PayloadPath] = []
        slots = filters.map { filter in
            filter.form.paths.map { path in
                let number = numbers[path] ?? paths.count
                if number == paths.count {
                    numbers[path] = number
                    paths.append(path)
                }
                return number
            }
        }
        probe = PayloadProbe(paths)
    }

    /// Whether each filter wants an event.
    ///
    /// - Parameter payload: the event's `data`, JSON that was found well-formed.
    public func verdicts(on payload: ArraySlice<UInt8>) -> [Bool] {
        payload.withUnsafeBytes { bytes in
            let fields = probe.read(bytes)
            return filters.indices.map { filters[$0].form.root.holds(fields, slots[$0]) }
        }
    }

    /// Why each filter does not want an event; `nil` for those that do.
    public func shortfalls(of payload: ArraySlice<UInt8>) -> [FilterShortfall?] {
        payload.withUnsafeBytes { bytes in
            let fields = probe.read(bytes)
            return filters.indices.map { filters[$0].form.root.shortfall(fields, slots[$0]) }
        }
    }
}

extension PayloadFilter {
    /// Whether the filter wants an event with this payload, JSON that was found well-formed.
    public func matches(_ payload: ArraySlice<UInt8>) -> Bool { FilterSet([self]).verdicts(on: payload)[0] }

    /// Why the filter does not want an event with this payload; `nil` where it does.
    public func shortfall(of payload: ArraySlice<UInt8>) -> FilterShortfall? {
        FilterSet([self]).shortfalls(of: payload)[0]
    }
}

extension FilterCondition {
    /// - Parameter slots: where the values of the filter's paths are.
    func holds(_ fields: ProbedFields, _ slots: [Int]) -> Bool {
        switch self {
        case .all(let conditions): conditions.allSatisfy { $0.holds(fields, slots) }
        case .any(let conditions, _): conditions.contains { $0.holds(fields, slots) }
        case .not(let condition, _): !condition.holds(fields, slots)
        case .field(let field): field.holds(fields, slots[field.path])
        }
    }
}

extension FieldCondition {
    func holds(_ fields: ProbedFields, _ slot: Int) -> Bool {
        if asksForNothing { return fields.count(of: slot) == 0 }
        return fields.first(of: slot) { value in
            tests.allSatisfy { $0.holds(of: value, in: fields.payload) }
        } != nil
    }
}
