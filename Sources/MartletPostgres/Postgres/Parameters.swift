import MartletCore

/// The parameters of one statement in PostgreSQL's binary form, one after the other in a buffer that a connection keeps.
final class Parameters {
    private(set) var bytes: [UInt8] = []
    /// Where each parameter begins and how long it is; -1 for NULL.
    private var places: [(start: Int, length: Int)] = []

    /// The types of which arrays are made, by the object ids that PostgreSQL's catalogue gives them for good.
    enum Element: Int32 {
        case boolean = 16
        case bytes = 17
        case int64 = 20
        case int16 = 21
        case int32 = 23
        case text = 25
        case uuid = 2950
    }

    func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        // One large batch should not hold its memory for ever.
        if bytes.capacity > 8 << 20 { bytes = [] }
    }

    // MARK: Single values

    func add(_ value: Int64) { place { $0.append(value) } }
    func add(_ value: Int32) { place { $0.append(value) } }
    func add(_ value: Int) { add(Int64(value)) }
    func add(_ value: Bool) { place { $0.bytes.append(value ? 1 : 0) } }
    func add(_ value: Timestamp) { add(value.milliseconds) }
    func add(_ value: Timestamp?) { if let value { add(value) } else { addNull() } }
    func add(_ value: Int64?) { if let value { add(value) } else { addNull() } }
    func add(_ value: Int16?) { if let value { place { $0.append(value) } } else { addNull() } }
    func add<Kind>(_ value: Identifier<Kind>) { place { $0.append(value) } }
    func add<Kind>(_ value: Identifier<Kind>?) { if let value { add(value) } else { addNull() } }
    func add(_ value: String) { place { $0.bytes.append(contentsOf: value.utf8) } }
    func add(_ value: String?) { if let value { add(value) } else { addNull() } }
    func add(_ value: [UInt8]) { place { $0.bytes.append(contentsOf: value) } }
    func add(_ value: [UInt8]?) { if let value { add(value) } else { addNull() } }
    func addNull() { places.append((0, -1)) }

    private func place(_ body: (Parameters) -> Void) {
        let start = bytes.count
        body(self)
        places.append((start, bytes.count - start))
    }

    // MARK: Arrays

    /// Adds an array with one element of each item: `append` calls exactly one of ``Elements``' members.
    func array<Item>(_ type: Element, _ items: some Collection<Item>, _ append: (Elements, Item) -> Void) {
        place { parameters in
            parameters.append(Int32(1))  // dimensions
            parameters.append(Int32(1))  // there may be NULLs
            parameters.append(type.rawValue)
            parameters.append(Int32(items.count))
            parameters.append(Int32(1))  // the first index
            let elements = Elements(parameters: parameters)
            for item in items { append(elements, item) }
        }
    }

    /// Adds an array of identifiers.
    func array<Kind>(_ items: some Collection<Identifier<Kind>>) {
        array(.uuid, items) { $0.add($1) }
    }

    /// What an array's elements are added by: each with its length before it.
    struct Elements {
        fileprivate let parameters: Parameters

        func add(_ value: Int64) {
            parameters.append(Int32(8))
            parameters.append(value)
        }
        func add(_ value: Int32) {
            parameters.append(Int32(4))
            parameters.append(value)
        }
        func add(_ value: Int16) {
            parameters.append(Int32(2))
            parameters.append(value)
        }
        func add(_ value: Bool) {
            parameters.append(Int32(1))
            parameters.bytes.append(value ? 1 : 0)
        }
        func add<Kind>(_ value: Identifier<Kind>) {
            parameters.append(Int32(16))
            parameters.append(value)
        }
        func add(_ value: String) {
            parameters.append(Int32(truncatingIfNeeded: value.utf8.count))
            parameters.bytes.append(contentsOf: value.utf8)
        }
        func add(_ value: [UInt8]) {
            parameters.append(Int32(truncatingIfNeeded: value.count))
            parameters.bytes.append(contentsOf: value)
        }
        func add(_ value: Timestamp) { add(value.milliseconds) }
        func add(_ value: Int64?) { if let value { add(value) } else { addNull() } }
        func add(_ value: Int16?) { if let value { add(value) } else { addNull() } }
        func add(_ value: Bool?) { if let value { add(value) } else { addNull() } }
        func add(_ value: Timestamp?) { add(value?.milliseconds) }
        func add<Kind>(_ value: Identifier<Kind>?) { if let value { add(value) } else { addNull() } }
        func add(_ value: String?) { if let value { add(value) } else { addNull() } }
        func add(_ value: [UInt8]?) { if let value { add(value) } else { addNull() } }
        func addNull() { parameters.append(Int32(-1)) }
    }

    // MARK: Bytes

    fileprivate func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    fileprivate func append<Kind>(_ value: Identifier<Kind>) {
        append(value.high)
        append(value.low)
    }

    /// Calls `body` with what libpq wants: how many, the values, their lengths and their formats (1, binary).
    func withPointers<Result>(
        _ body: (Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Result
    ) -> Result {
        // A byte more than there are: a parameter of no bytes at the very end needs an address too.
        bytes.append(0)
        defer { bytes.removeLast() }
        return bytes.withUnsafeBytes { buffer in
            let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = places.map { place in place.length < 0 ? nil : start.map { $0 + place.start } }
            let lengths = places.map { Int32(truncatingIfNeeded: max(0, $0.length)) }
            let formats = [Int32](repeating: 1, count: places.count)
            return body(Int32(places.count), values, lengths, formats)
        }
    }
}
